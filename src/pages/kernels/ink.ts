/** Side of the cells over which light is taken. */
const cell: i32 = 8

/**
 * 1 − grey / light of the paper, a float for each byte of `data`: the greatest grey of each cell of 8 × 8 pixels, then of its 3 × 3 neighbours, then their mean, read between
 * the cells. `cells`: room for two floats a cell.
 */
export function inkOf(data: usize, widthPx: i32, heightPx: i32, cells: usize, out: usize): void {
  const columns = max(1, widthPx / cell)
  const rows = max(1, heightPx / cell)
  const other = cells + <usize>(columns * rows * 4)
  memory.fill(cells, 0, <usize>(columns * rows * 4))
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const at = cells + <usize>((min(rows - 1, y / cell) * columns + min(columns - 1, x / cell)) * 4)
      store<f32>(at, max(load<f32>(at), <f32>load<u8>(data + <usize>(y * widthPx + x))))
    }
  around(cells, columns, rows, false, other)
  around(other, columns, rows, true, cells)
  for (let y = 0; y < heightPx; y++) {
    const v = between(y, rows)
    const top = <i32>v
    const above = cells + <usize>(top * columns * 4)
    const below = cells + <usize>(min(rows - 1, top + 1) * columns * 4)
    for (let x = 0; x < widthPx; x++) {
      const u = between(x, columns)
      const left = <usize>(<i32>u * 4)
      const right = <usize>(min(columns - 1, <i32>u + 1) * 4)
      const part = u - <f32>(<i32>u)
      const upper = load<f32>(above + left) * (1 - part) + load<f32>(above + right) * part
      const lower = load<f32>(below + left) * (1 - part) + load<f32>(below + right) * part
      const light = max<f32>(1, upper + (lower - upper) * (v - <f32>top))
      const at = <usize>(y * widthPx + x)
      store<f32>(out + at * 4, 1 - <f32>load<u8>(data + at) / light)
    }
  }
}

/** Where a pixel's middle lies between the middles of cells. */
function between(pixel: i32, cells: i32): f32 {
  return max<f32>(0, min<f32>(<f32>(cells - 1), (<f32>pixel + 0.5) / <f32>cell - 0.5))
}

/** Greatest, or mean, of the 3 × 3 cells around each; the border repeats. */
function around(cells: usize, columns: i32, rows: i32, isMean: bool, out: usize): void {
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let most: f32 = 0
      let sum: f32 = 0
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const at = max(0, min(rows - 1, y + dy)) * columns + max(0, min(columns - 1, x + dx))
          const value = load<f32>(cells + <usize>(at * 4))
          most = max(most, value)
          sum += value
        }
      store<f32>(out + <usize>((y * columns + x) * 4), isMean ? sum / 9 : most)
    }
}

/**
 * Mean and deviation of the `side` × `side` floats from `left`, `top` on, each counted as `most` at most; every `step`-th across and down. `told`: room for the two doubles.
 */
export function deviation(ink: usize, width: i32, left: i32, top: i32, side: i32, step: i32, most: f32, told: usize): void {
  let sum: f64 = 0
  let squares: f64 = 0
  let count: f64 = 0
  for (let y = top; y < top + side; y += step)
    for (let x = left; x < left + side; x += step) {
      const value = <f64>min(most, load<f32>(ink + <usize>((y * width + x) * 4)))
      sum += value
      squares += value * value
      count += 1
    }
  const mean = sum / count
  store<f64>(told, mean)
  store<f64>(told, sqrt(max<f64>(0, squares / count - mean * mean)), 8)
}
