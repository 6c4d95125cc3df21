/**
 * Parts of a grid of colours that hang together: cells side by side whose three numbers differ by less than `mostStep` each. `labels`: room for a 32-bit number a cell, the part it is of;
 * `list`: the same room. `told`: room for five floats a cell; of each part its count of cells, its sums of green, red − green, blue − green, and 1 where it touches the border. Gives
 * the number of parts.
 */
export function parts(reds: usize, greens: usize, blues: usize, columns: i32, rows: i32, mostStep: f32, labels: usize, list: usize, told: usize): i32 {
  const cells = columns * rows
  memory.fill(labels, 0xff, <usize>cells * 4)
  let count = 0
  for (let first = 0; first < cells; first++) {
    if (load<i32>(labels + <usize>first * 4) >= 0) continue
    store<i32>(labels + <usize>first * 4, count)
    store<i32>(list, first)
    let end = 1
    let green: f32 = 0
    let warmth: f32 = 0
    let coolness: f32 = 0
    let touches: f32 = 0
    for (let next = 0; next < end; next++) {
      const cell = load<i32>(list + <usize>next * 4)
      const column = cell % columns
      const r = load<f32>(reds + <usize>cell * 4)
      const g = load<f32>(greens + <usize>cell * 4)
      const b = load<f32>(blues + <usize>cell * 4)
      green += g
      warmth += r - g
      coolness += b - g
      if (column == 0 || column == columns - 1 || cell < columns || cell >= cells - columns) touches = 1
      for (let side = 0; side < 4; side++) {
        if ((side == 0 && column == 0) || (side == 1 && column == columns - 1)) continue
        const other = side == 0 ? cell - 1 : side == 1 ? cell + 1 : side == 2 ? cell - columns : cell + columns
        if (other < 0 || other >= cells) continue
        const at = <usize>other * 4
        if (load<i32>(labels + at) >= 0) continue
        if (abs(r - load<f32>(reds + at)) >= mostStep || abs(g - load<f32>(greens + at)) >= mostStep || abs(b - load<f32>(blues + at)) >= mostStep) continue
        store<i32>(labels + at, count)
        store<i32>(list + <usize>end * 4, other)
        end++
      }
    }
    const to = told + <usize>count * 20
    store<f32>(to, <f32>end)
    store<f32>(to, green, 4)
    store<f32>(to, warmth, 8)
    store<f32>(to, coolness, 12)
    store<f32>(to, touches, 16)
    count++
  }
  return count
}

/**
 * Marks cells that are not marked, have the colour told (`warmth`: red − green, `coolness`: blue − green, within `mostHue`) and whose green lies between the greens of the marked ones
 * within `reach` cells. `marks`: a byte a cell, 0 or 1; `before`: a copy of it.
 */
export function joinBetween(
  marks: usize,
  before: usize,
  reds: usize,
  greens: usize,
  blues: usize,
  columns: i32,
  rows: i32,
  warmth: f32,
  coolness: f32,
  mostHue: f32,
  reach: i32,
): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cell = <usize>(row * columns + column)
      if (load<u8>(before + cell) == 1) continue
      const green = load<f32>(greens + cell * 4)
      if (abs(load<f32>(reds + cell * 4) - green - warmth) > mostHue || abs(load<f32>(blues + cell * 4) - green - coolness) > mostHue) continue
      let darkest: f32 = Infinity
      let lightest: f32 = -Infinity
      for (let y = max(0, row - reach); y <= min(rows - 1, row + reach); y++)
        for (let x = max(0, column - reach); x <= min(columns - 1, column + reach); x++) {
          const near = <usize>(y * columns + x)
          if (load<u8>(before + near) == 0) continue
          const value = load<f32>(greens + near * 4)
          darkest = min(darkest, value)
          lightest = max(lightest, value)
        }
      if (green >= darkest && green <= lightest) store<u8>(marks + cell, 1)
    }
}
