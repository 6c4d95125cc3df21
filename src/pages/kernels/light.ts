import { bytesAsFloats, storeThree } from './memory'

/**
 * Of each cell of an RGB picture, a square of `cellPx` pixels: the mean colour of those pixels that are brighter than the cell's mean, and how much darker the darkest is.
 * Every `step`-th pixel is looked at. `reds`, `greens`, `blues`, `contrasts`: floats, a cell each.
 */
export function brightCells(
  data: usize,
  widthPx: i32,
  heightPx: i32,
  cellPx: i32,
  step: i32,
  columns: i32,
  rows: i32,
  reds: usize,
  greens: usize,
  blues: usize,
  contrasts: usize,
): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      // The last row and column look back over a whole cell.
      const x0 = max(0, min(column * cellPx, widthPx - cellPx))
      const y0 = max(0, min(row * cellPx, heightPx - cellPx))
      const x1 = min(widthPx, x0 + cellPx)
      const y1 = min(heightPx, y0 + cellPx)
      let total: u32 = 0
      let count: u32 = 0
      let darkest: u32 = 1020
      for (let y = y0; y < y1; y += step) {
        let at = data + <usize>(y * widthPx + x0) * 3
        for (let x = x0; x < x1; x += step, at += <usize>step * 3) {
          const light = <u32>load<u8>(at) + 2 * <u32>load<u8>(at, 1) + <u32>load<u8>(at, 2)
          total += light
          darkest = min(darkest, light)
          count++
        }
      }
      let red: u32 = 0
      let green: u32 = 0
      let blue: u32 = 0
      let bright: u32 = 0
      for (let y = y0; y < y1; y += step) {
        let at = data + <usize>(y * widthPx + x0) * 3
        for (let x = x0; x < x1; x += step, at += <usize>step * 3) {
          const r = <u32>load<u8>(at)
          const g = <u32>load<u8>(at, 1)
          const b = <u32>load<u8>(at, 2)
          if ((r + 2 * g + b) * count < total) continue
          red += r
          green += g
          blue += b
          bright++
        }
      }
      const cell = <usize>((row * columns + column) * 4)
      store<f32>(reds + cell, <f32>red / <f32>bright)
      store<f32>(greens + cell, <f32>green / <f32>bright)
      store<f32>(blues + cell, <f32>blue / <f32>bright)
      store<f32>(contrasts + cell, 1 - <f32>(darkest * bright) / <f32>max<u32>(1, red + 2 * green + blue))
    }
}

/** Multiplies each pixel, in place, by the gain of its place: `gains` are four floats a cell (red, green, blue, unused), read between the cells. `line`: room for a row of them. */
export function divideLight(data: usize, widthPx: i32, heightPx: i32, gains: usize, columns: i32, rows: i32, cellPx: i32, line: usize): void {
  const size = <f32>cellPx
  for (let y = 0; y < heightPx; y++) {
    const v = min(<f32>(rows - 1), max<f32>(0, (<f32>y + 0.5) / size - 0.5))
    const top = <i32>v
    const bottom = min(rows - 1, top + 1)
    const part = f32x4.splat(v - <f32>top)
    for (let column = 0; column < columns; column++) {
      const above = v128.load(gains + <usize>((top * columns + column) * 16))
      const below = v128.load(gains + <usize>((bottom * columns + column) * 16))
      v128.store(line + <usize>(column * 16), f32x4.add(above, f32x4.mul(f32x4.sub(below, above), part)))
    }
    multiplyRow(data + <usize>(y * widthPx) * 3, widthPx, line, columns, size)
  }
}

/** Between the middles of two cells the gains change by the same step from pixel to pixel. */
function multiplyRow(at: usize, widthPx: i32, line: usize, columns: i32, size: f32): void {
  let x = 0
  for (let column = -1; column < columns && x < widthPx; column++) {
    const left = v128.load(line + <usize>(max(0, column) * 16))
    const right = v128.load(line + <usize>(min(columns - 1, column + 1) * 16))
    const end = column == columns - 1 ? widthPx : min(widthPx, <i32>((<f32>column + 1.5) * size + 0.5))
    const step = f32x4.div(f32x4.sub(right, left), f32x4.splat(size))
    let gain = f32x4.add(left, f32x4.mul(step, f32x4.splat(<f32>x + 0.5 - (<f32>column + 0.5) * size)))
    const fourSteps = f32x4.mul(step, f32x4.splat(4))
    for (; x + 4 <= end; x += 4, at += 12) {
      const second = f32x4.add(gain, step)
      const third = f32x4.add(second, step)
      const fourth = f32x4.add(third, step)
      const bytes = v128.load(at)
      const low = i16x8.extend_low_i8x16_u(bytes)
      const high = i16x8.extend_high_i8x16_u(bytes)
      const a = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)), v128.shuffle<f32>(gain, second, 0, 1, 2, 4))
      const b = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), v128.shuffle<f32>(second, third, 1, 2, 4, 5))
      const c = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), v128.shuffle<f32>(third, fourth, 2, 4, 5, 6))
      const last = i32x4.trunc_sat_f32x4_s(c)
      const halves = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(a), i32x4.trunc_sat_f32x4_s(b))
      const written = i8x16.narrow_i16x8_u(halves, i16x8.narrow_i32x4_s(last, last))
      v128.store64_lane(at, written, 0)
      v128.store32_lane(at, written, 2, 8)
      gain = f32x4.add(gain, fourSteps)
    }
    for (; x < end; x++, at += 3) {
      storeThree(at, i32x4.trunc_sat_f32x4_s(f32x4.mul(bytesAsFloats(at), gain)))
      gain = f32x4.add(gain, step)
    }
  }
}
