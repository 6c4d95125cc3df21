/** A page as the camera saw it → flat and upright: perspective and mild curl taken out, every pixel read between its four neighbours. */
import type { RgbPixels } from './page'
import type { Projection } from './projection'

// Held in this file: loops over millions of pixels look these up no further.
const { ceil, max, min } = Math

/** How far the sides of a curled page swerve from the straight lines between its corners, at even steps, as shares of its width (left, right) or height. */
export interface Sides {
  top: Float32Array
  right: Float32Array
  bottom: Float32Array
  left: Float32Array
}

/** Places are computed exactly every so many pixels, and read between: a perspective hardly bends over so few. */
const run = 16
/** Rows that are worked on together: of a page that lies sideways in the picture, they read what is near in memory. */
const band = 48

/** 1/256 pixels around the picture that still repeat its border. */
const beyond = 512

/** `projection` takes the unit square to the page in `picture`; what lies outside the picture is white. */
export function flatten(picture: RgbPixels, projection: Projection, sides: Sides | null, width: number, height: number): RgbPixels {
  const out = Buffer.allocUnsafe(width * height * 3)
  const stops = ceil(width / run) + 1
  const [xs, ys] = [new Float64Array(stops * band), new Float64Array(stops * band)]
  for (let top = 0; top < height; top += band) {
    const rows = min(band, height - top)
    for (let row = 0; row < rows; row++) placesOfRow(projection, sides, (top + row + 0.5) / height, width, xs, ys, row * stops, stops)
    for (let stop = 0; stop < stops - 1; stop++) {
      const length = min(run, width - stop * run)
      for (let row = 0; row < rows; row++) {
        const at = row * stops + stop
        const [x, y] = [xs[at] as number, ys[at] as number]
        readRun(picture, out, ((top + row) * width + stop * run) * 3, length, x, y, ((xs[at + 1] as number) - x) / run, ((ys[at + 1] as number) - y) / run)
      }
    }
  }
  return { widthPx: width, heightPx: height, data: out }
}

function placesOfRow(
  [a, b, c, d, e, f, g, h, i]: Projection,
  sides: Sides | null,
  v: number,
  width: number,
  xs: Float64Array,
  ys: Float64Array,
  start: number,
  stops: number,
): void {
  const left = sides === null ? 0 : between(sides.left, v)
  const right = sides === null ? 0 : between(sides.right, v)
  for (let stop = 0; stop < stops; stop++) {
    const u = (stop * run + 0.5) / width
    const bentU = u + left * (1 - u) + right * u
    // The bulges of two opposite sides are blended over the page (Coons 1967).
    const bentV = sides === null ? v : v + between(sides.top, u) * (1 - v) + between(sides.bottom, u) * v
    const w = g * bentU + h * bentV + i
    xs[start + stop] = (a * bentU + b * bentV + c) / w - 0.5
    ys[start + stop] = (d * bentU + e * bentV + f) / w - 0.5
  }
}

/** Values at even steps from 0 to 1, read between them. */
export function between(values: Float32Array, at: number): number {
  const place = max(0, min(1, at)) * (values.length - 1)
  const before = min(values.length - 2, place | 0)
  const first = values[before] as number
  return first + ((values[before + 1] as number) - first) * (place - before)
}

/** Bilinear, in 1/256 of a pixel. */
function readRun(picture: RgbPixels, out: Buffer, to: number, length: number, x: number, y: number, stepX: number, stepY: number): void {
  const { widthPx, heightPx, data } = picture
  // A picture one pixel wide or high has no neighbour to read.
  const next = widthPx > 1 ? 3 : 0
  const stride = heightPx > 1 ? widthPx * 3 : 0
  const mostX = max(0, (widthPx - 1) * 256 - 1)
  const mostY = max(0, (heightPx - 1) * 256 - 1)
  const end = to + length * 3
  for (let at = to; at < end; at += 3, x += stepX, y += stepY) {
    let fixedX = (x * 256) | 0
    let fixedY = (y * 256) | 0
    if (fixedX < 0 || fixedY < 0 || fixedX > mostX || fixedY > mostY) {
      if (fixedX < -beyond || fixedY < -beyond || fixedX > mostX + beyond || fixedY > mostY + beyond) {
        out[at] = out[at + 1] = out[at + 2] = 255
        continue
      }
      fixedX = fixedX < 0 ? 0 : fixedX > mostX ? mostX : fixedX
      fixedY = fixedY < 0 ? 0 : fixedY > mostY ? mostY : fixedY
    }
    const right = fixedX & 255
    const below = fixedY & 255
    const w11 = right * below
    const w10 = (right << 8) - w11
    const w01 = (below << 8) - w11
    const w00 = 65536 - w11 - w10 - w01
    const from = (fixedY >> 8) * stride + (fixedX >> 8) * 3
    const beside = from + next
    const under = from + stride
    const across = under + next
    out[at] = ((data[from] as number) * w00 + (data[beside] as number) * w10 + (data[under] as number) * w01 + (data[across] as number) * w11 + 32768) >> 16
    out[at + 1] =
      ((data[from + 1] as number) * w00 +
        (data[beside + 1] as number) * w10 +
        (data[under + 1] as number) * w01 +
        (data[across + 1] as number) * w11 +
        32768) >>
      16
    out[at + 2] =
      ((data[from + 2] as number) * w00 +
        (data[beside + 2] as number) * w10 +
        (data[under + 2] as number) * w01 +
        (data[across + 2] as number) * w11 +
        32768) >>
      16
  }
}
