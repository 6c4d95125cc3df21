/**
 * `width` × `height` RGB floats, each the mean of `samples` × `samples` nearest pixels, brought to mean 0 and, but for `steady` that is added, deviation 1 over all of them; column
 * by column where `isTransposed`. `columns`: room for samples × width 32-bit numbers; `sums`: for 3 × width of them.
 */
export function normalView(
  source: usize,
  widthPx: i32,
  heightPx: i32,
  columns: usize,
  sums: usize,
  out: usize,
  width: i32,
  height: i32,
  samples: i32,
  steady: f64,
  isTransposed: bool,
): void {
  const count = width * samples
  for (let k = 0; k < count; k++) store<i32>(columns + <usize>(k * 4), nearest(k, count, widthPx) * 3)
  for (let y = 0; y < height; y++) {
    memory.fill(sums, 0, <usize>(width * 12))
    for (let row = 0; row < samples; row++) {
      const line = source + <usize>(nearest(y * samples + row, height * samples, heightPx) * widthPx) * 3
      let column = columns
      for (let x = 0; x < width; x++) {
        let red: u32 = 0
        let green: u32 = 0
        let blue: u32 = 0
        for (let k = 0; k < samples; k++, column += 4) {
          const at = line + <usize>load<i32>(column)
          red += load<u8>(at)
          green += load<u8>(at, 1)
          blue += load<u8>(at, 2)
        }
        const to = sums + <usize>(x * 12)
        store<u32>(to, load<u32>(to) + red)
        store<u32>(to, load<u32>(to, 4) + green, 4)
        store<u32>(to, load<u32>(to, 8) + blue, 8)
      }
    }
    for (let x = 0; x < width; x++) {
      const to = out + <usize>(isTransposed ? x * height + y : y * width + x) * 12
      for (let colour: usize = 0; colour < 12; colour += 4) store<f32>(to + colour, <f32>load<u32>(sums + <usize>x * 12 + colour) / <f32>(samples * samples))
    }
  }
  normalise(out, width * height * 3, steady)
}

function normalise(data: usize, count: i32, steady: f64): void {
  let sum: f64 = 0
  let squares: f64 = 0
  const end = data + <usize>count * 4
  for (let at = data; at < end; at += 4) {
    const value = <f64>load<f32>(at)
    sum += value
    squares += value * value
  }
  const mean = sum / <f64>count
  const scale = <f32>(1 / (sqrt(max<f64>(0, squares / <f64>count - mean * mean)) + steady))
  for (let at = data; at < end; at += 4) store<f32>(at, (load<f32>(at) - <f32>mean) * scale)
}

/** The same in grey, a byte each. `sums`: room for width 32-bit numbers. */
export function greyView(source: usize, widthPx: i32, heightPx: i32, columns: usize, sums: usize, out: usize, width: i32, height: i32, samples: i32): void {
  const count = width * samples
  const weight: f32 = 1.0 / <f32>(samples * samples * 256)
  for (let k = 0; k < count; k++) store<i32>(columns + <usize>(k * 4), nearest(k, count, widthPx) * 3)
  for (let y = 0; y < height; y++) {
    memory.fill(sums, 0, <usize>(width * 4))
    for (let row = 0; row < samples; row++) {
      const line = source + <usize>(nearest(y * samples + row, height * samples, heightPx) * widthPx) * 3
      let column = columns
      for (let x = 0; x < width; x++) {
        let grey: u32 = 0
        for (let k = 0; k < samples; k++, column += 4) {
          const at = line + <usize>load<i32>(column)
          grey += 77 * <u32>load<u8>(at) + 150 * <u32>load<u8>(at, 1) + 29 * <u32>load<u8>(at, 2)
        }
        const to = sums + <usize>(x * 4)
        store<u32>(to, load<u32>(to) + grey)
      }
    }
    for (let x = 0; x < width; x++) store<u8>(out + <usize>(y * width + x), <u8>(<f32>load<u32>(sums + <usize>(x * 4)) * weight + 0.5))
  }
}

/** Pixel under the middle of the k-th of `count` even parts of `length` pixels. */
function nearest(k: i32, count: i32, length: i32): i32 {
  return min(length - 1, <i32>(((<f64>k + 0.5) * <f64>length) / <f64>count))
}

/** `count` pixels of three floats, the last first: a view upside down. */
export function reversed(data: usize, count: i32, out: usize): void {
  for (let k = 0; k < count; k++) {
    const from = data + <usize>k * 12
    const to = out + <usize>(count - 1 - k) * 12
    store<u64>(to, load<u64>(from))
    store<u32>(to, load<u32>(from, 8), 8)
  }
}
