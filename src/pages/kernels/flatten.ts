import { storeFour, storeThree } from './memory'

/** Places are computed exactly every so many pixels, and read between: a perspective hardly bends over so few. */
const run: i32 = 16
/** Rows that are worked on together: of a page that lies sideways in the picture, they read what is near in memory. */
const band: i32 = 48
/** Places are told in 1/128 of a pixel, so that the weights of four neighbours are products of two. */
const one: i32 = 128
/** From pixel to pixel they go on in finer steps: 2 to the power of this. */
const fine: i32 = 11
/** So far around the picture its border is still repeated. */
const beyond: i32 = (2 * one) << fine
/** In 1/128 of a pixel; a picture has 4,200 a side at most. */
const farthest: i32 = 8000 * one

/**
 * `projection`: 9 doubles, from the unit square of `width` × `height` pixels to the RGB picture of `widthPx` × `heightPx`, at least 2 × 2. `sides`: four times `steps`
 * floats, top, right, bottom, left, or 0. `places`: room for 2 × 48 × (width / 16 + 2) doubles.
 */
export function flatten(
  source: usize,
  widthPx: i32,
  heightPx: i32,
  projection: usize,
  sides: usize,
  steps: i32,
  places: usize,
  out: usize,
  width: i32,
  height: i32,
): void {
  const stops = (width + run - 1) / run + 1
  const xs = places
  const ys = places + <usize>(stops * band * 8)
  for (let top = 0; top < height; top += band) {
    const rows = min(band, height - top)
    for (let row = 0; row < rows; row++) {
      const v = (<f64>(top + row) + 0.5) / <f64>height
      placesOfRow(projection, sides, steps, v, width, xs + <usize>(row * stops * 8), ys + <usize>(row * stops * 8), stops)
    }
    for (let stop = 0; stop < stops - 1; stop++) {
      const length = min(run, width - stop * run)
      for (let row = 0; row < rows; row++) {
        const at = <usize>((row * stops + stop) * 8)
        const to = out + <usize>((top + row) * width + stop * run) * 3
        readRun(source, widthPx, heightPx, to, length, load<f64>(xs + at), load<f64>(ys + at), load<f64>(xs + at + 8), load<f64>(ys + at + 8))
      }
    }
  }
}

function placesOfRow(projection: usize, sides: usize, steps: i32, v: f64, width: i32, xs: usize, ys: usize, stops: i32): void {
  const a = load<f64>(projection, 0)
  const b = load<f64>(projection, 8)
  const c = load<f64>(projection, 16)
  const d = load<f64>(projection, 24)
  const e = load<f64>(projection, 32)
  const f = load<f64>(projection, 40)
  const g = load<f64>(projection, 48)
  const h = load<f64>(projection, 56)
  const i = load<f64>(projection, 64)
  const side = <usize>(steps * 4)
  const right = sides == 0 ? 0.0 : between(sides + side, steps, v)
  const left = sides == 0 ? 0.0 : between(sides + 3 * side, steps, v)
  for (let stop = 0; stop < stops; stop++) {
    const u = (<f64>(stop * run) + 0.5) / <f64>width
    const bentU = u + left * (1 - u) + right * u
    // The bulges of two opposite sides are blended over the page (Coons 1967).
    const bentV = sides == 0 ? v : v + between(sides, steps, u) * (1 - v) + between(sides + 2 * side, steps, u) * v
    const w = g * bentU + h * bentV + i
    store<f64>(xs + <usize>(stop * 8), ((a * bentU + b * bentV + c) / w - 0.5) * <f64>one)
    store<f64>(ys + <usize>(stop * 8), ((d * bentU + e * bentV + f) / w - 0.5) * <f64>one)
  }
}

/** Floats at even steps from 0 to 1, read between them. */
function between(values: usize, steps: i32, at: f64): f64 {
  const place = max(0.0, min(1.0, at)) * <f64>(steps - 1)
  const before = min(steps - 2, <i32>place)
  const first = <f64>load<f32>(values + <usize>(before * 4))
  return first + (<f64>load<f32>(values + <usize>(before * 4), 4) - first) * (place - <f64>before)
}

/** Bilinear. */
function readRun(source: usize, widthPx: i32, heightPx: i32, to: usize, length: i32, x: f64, y: f64, nextX: f64, nextY: f64): void {
  let fineX = fineOf(x)
  let fineY = fineOf(y)
  const farX = fineOf(nextX)
  const farY = fineOf(nextY)
  const stepX = (farX - fineX) / run
  const stepY = (farY - fineY) / run
  const mostX = ((widthPx - 1) * one - 1) << fine
  const mostY = ((heightPx - 1) * one - 1) << fine
  const isInside = min(fineX, farX) >= 0 && min(fineY, farY) >= 0 && max(fineX, farX) <= mostX && max(fineY, farY) <= mostY
  const stride = <usize>(widthPx * 3)
  const half = i32x4.splat((one * one) >> 1)
  for (const end = to + <usize>length * 3; to < end; to += 3, fineX += stepX, fineY += stepY) {
    let atX = fineX
    let atY = fineY
    if (!isInside) {
      if (atX < -beyond || atY < -beyond || atX > mostX + beyond || atY > mostY + beyond) {
        store<u16>(to, 0xffff)
        store<u8>(to, 0xff, 2)
        continue
      }
      atX = max(0, min(mostX, atX))
      atY = max(0, min(mostY, atY))
    }
    const right = (atX >> fine) & (one - 1)
    const below = (atY >> fine) & (one - 1)
    const from = source + <usize>(atY >> (fine + 7)) * stride + <usize>(atX >> (fine + 7)) * 3
    const upper = i16x8.mul(v128.load_ext<u8>(from), i16x8.splat(<i16>(one - below)))
    const lower = i16x8.mul(v128.load_ext<u8>(from + stride), i16x8.splat(<i16>below))
    const column = i16x8.add(upper, lower)
    // Red, green and blue of both neighbours side by side: one multiplication weighs and adds them.
    const pairs = i8x16.shuffle(column, column, 0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 12, 13, 14, 15)
    const sum = i32x4.dot_i16x8_s(pairs, i32x4.splat((right << 16) | (one - right)))
    const colours = i32x4.shr_u(i32x4.add(sum, half), 14)
    // What stands beside the last is written already.
    if (to + 3 < end) storeFour(to, colours)
    else storeThree(to, colours)
  }
}

/** A perspective's horizon is infinitely far: no farther than the numbers hold. */
function fineOf(place: f64): i32 {
  return <i32>(max(<f64>-farthest, min(<f64>farthest, place)) * <f64>(1 << fine))
}
