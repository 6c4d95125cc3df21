/**
 * Along every `step`-th row, or column where `isDown`, from the third on: in each window of 2 × `reachPx` pixels the contrast over the steepest slope, in pixels; 0 where
 * the contrast is less than `least` (of 255). `line`: room for a row or column of 32-bit numbers; `out`: floats, line by line, as many windows as fit before the last pixel.
 */
export function edgeWidths(data: usize, widthPx: i32, heightPx: i32, step: i32, reachPx: i32, least: i32, isDown: bool, line: usize, out: usize): void {
  const length = isDown ? heightPx : widthPx
  const lines = isDown ? widthPx : heightPx
  const between = <usize>(isDown ? widthPx : 1) * 3
  const window = 2 * reachPx
  for (let at = 2; at < lines; at += step) {
    let pixel = data + <usize>(isDown ? at * 3 : at * widthPx * 3)
    for (let k = 0; k < length; k++, pixel += between)
      store<i32>(line + <usize>(k * 4), <i32>load<u8>(pixel) * 5 + <i32>load<u8>(pixel, 1) * 8 + <i32>load<u8>(pixel, 2) * 3)
    for (let start = 0; start + window < length; start += window, out += 4) {
      let lowest = load<i32>(line + <usize>(start * 4))
      let highest = lowest
      let steepest = 0
      for (let k = start + 1; k <= start + window; k++) {
        const value = load<i32>(line + <usize>(k * 4))
        lowest = min(lowest, value)
        highest = max(highest, value)
        // Over two pixels: noise weighs less.
        steepest = max(steepest, abs(value - load<i32>(line + <usize>(max(0, k - 2) * 4))))
      }
      const contrast = highest - lowest
      store<f32>(out, contrast < 16 * least ? 0 : (2 * <f32>contrast) / <f32>steepest)
    }
  }
}
