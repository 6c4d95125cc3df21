/** Mean of the square of `2 × reach + 1` cells around each float; cells beyond the border repeat those on it. `scratch`: room for as many. */
export function boxMean(source: usize, columns: i32, rows: i32, reach: i32, scratch: usize, out: usize): void {
  for (let row = 0; row < rows; row++) meanAlong(source + <usize>(row * columns * 4), columns, 4, reach, scratch + <usize>(row * columns * 4))
  for (let column = 0; column < columns; column++) meanAlong(scratch + <usize>(column * 4), rows, columns * 4, reach, out + <usize>(column * 4))
}

/** A running sum over `length` cells, `step` bytes apart. */
function meanAlong(source: usize, length: i32, step: i32, reach: i32, out: usize): void {
  let sum: f64 = 0
  for (let place = -reach; place <= reach; place++) sum += <f64>valueAt(source, length, step, place)
  const width = <f64>(2 * reach + 1)
  for (let place = 0; place < length; place++) {
    store<f32>(out + <usize>(place * step), <f32>(sum / width))
    sum += <f64>valueAt(source, length, step, place + reach + 1) - <f64>valueAt(source, length, step, place - reach)
  }
}

function valueAt(source: usize, length: i32, step: i32, place: i32): f32 {
  return load<f32>(source + <usize>(max(0, min(length - 1, place)) * step))
}

/** Grey-scale closing by a square of `2 × reach + 1` cells, in place. `scratch`: room for as many floats. */
export function close(cells: usize, columns: i32, rows: i32, reach: i32, scratch: usize): void {
  for (let pass = 0; pass < 2; pass++) {
    for (let row = 0; row < rows; row++) mostAlong(cells + <usize>(row * columns * 4), columns, 4, reach, scratch + <usize>(row * columns * 4))
    for (let column = 0; column < columns; column++) mostAlong(scratch + <usize>(column * 4), rows, columns * 4, reach, cells + <usize>(column * 4))
    // The least is the negative of the greatest of the negatives.
    for (let cell = 0; cell < columns * rows; cell++) store<f32>(cells + <usize>(cell * 4), -load<f32>(cells + <usize>(cell * 4)))
  }
}

function mostAlong(source: usize, length: i32, step: i32, reach: i32, out: usize): void {
  for (let place = 0; place < length; place++) {
    let most = valueAt(source, length, step, place)
    for (let at = max(0, place - reach); at <= min(length - 1, place + reach); at++) most = max(most, valueAt(source, length, step, at))
    store<f32>(out + <usize>(place * step), most)
  }
}
