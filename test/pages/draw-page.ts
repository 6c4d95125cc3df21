/** Draws pages for the tests: paper, ruling, strokes, pictures, light; numbers from a seed, so that noise is the same each time. */
import type { RgbPixels } from '../../src/pages/page'

const { exp, floor, hypot, imul, max, min, round, sqrt } = Math

export type Rgb = readonly [number, number, number]

export interface Drawing {
  widthPx?: number
  heightPx?: number
  paper?: Rgb
  /** Rows of strokes, some 2 mm high, in this ink. */
  ink?: Rgb
  rows?: number
  ruled?: boolean
  boxes?: { x: number; y: number; width: number; height: number; colour: Rgb }[]
  /** Share of the light that arrives, 0–1. */
  light?: (x: number, y: number) => number
  /** Half width, in pixels, of a blur across and down. */
  blurPx?: [number, number]
  /** Of 255, one standard deviation; drawn after the light, as a sensor's is. */
  noise?: number
}

export function drawPage(drawing: Drawing): RgbPixels {
  const {
    widthPx = 840,
    heightPx = 1188,
    paper = [238, 234, 222],
    ink = [40, 50, 130],
    rows = 20,
    ruled = true,
    boxes = [],
    light = () => 1,
    blurPx = [0.7, 0.7],
    noise = 1,
  } = drawing
  const flat = new Float32Array(widthPx * heightPx * 3)
  for (let at = 0; at < flat.length; at++) flat[at] = paper[at % 3] as number
  const dot = (x: number, y: number, colour: Rgb): void => {
    const at = (round(y) * widthPx + round(x)) * 3
    if (at >= 0 && at < flat.length) for (let channel = 0; channel < 3; channel++) flat[at + channel] = colour[channel] as number
  }
  if (ruled) for (let y = 60; y < heightPx; y += 32) for (let x = 0; x < widthPx; x++) dot(x, y, [196, 190, 214])
  for (const box of boxes) for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) dot(x, y, box.colour)
  for (let row = 0; row < rows; row++)
    for (let letter = 0; letter < 50; letter++)
      for (let part = 0; part < 40; part++) {
        // A square letter with a slanting stroke: two pixels thick, in three directions.
        const run = part % 10
        const [u0, v0] = part < 10 ? [0, run] : part < 20 ? [run, 0] : part < 30 ? [run, 10] : [run, 10 - run]
        const [x, y] = [80 + letter * 13 + u0, 100 + row * 48 + v0]
        for (const [u, v] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const)
          dot(x + u, y + v, ink)
      }
  const blurred = blur(blur(flat, widthPx, heightPx, 3, blurPx[0], true), widthPx, heightPx, 3, blurPx[1], false)
  const next = randomOf(7)
  const data = Buffer.alloc(flat.length)
  for (let pixel = 0; pixel < widthPx * heightPx; pixel++) {
    const share = light(pixel % widthPx, (pixel - (pixel % widthPx)) / widthPx)
    for (let channel = 0; channel < 3; channel++) {
      const at = pixel * 3 + channel
      data[at] = max(0, min(255, round((blurred[at] as number) * share + noise * (next() + next() + next() - 1.5) * 2)))
    }
  }
  return { widthPx, heightPx, data }
}

/** Mean of a square, red, green, blue. */
export function meanAt({ widthPx, data }: RgbPixels, x: number, y: number, half = 4): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0]
  for (let v = y - half; v <= y + half; v++)
    for (let u = x - half; u <= x + half; u++) for (let channel = 0; channel < 3; channel++) sums[channel as 0] += data[(v * widthPx + u) * 3 + channel] ?? 0
  return sums.map((sum) => round(sum / (2 * half + 1) ** 2)) as [number, number, number]
}

/** Darkest pixel of a square. */
export function darkestAt({ widthPx, data }: RgbPixels, x: number, y: number, half = 12): [number, number, number] {
  let best: [number, number, number] = [255, 255, 255]
  for (let v = y - half; v <= y + half; v++)
    for (let u = x - half; u <= x + half; u++) {
      const at = (v * widthPx + u) * 3
      const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3)
      if (red + green + blue < best[0] + best[1] + best[2]) best = [red, green, blue]
    }
  return best
}

const root2 = hypot(1, 1)

/** 1 on one side of a line at 45°, `depth` on the other, over `softPx` pixels. */
export const shadow =
  (at: number, depth: number, softPx: number) =>
  (x: number, y: number): number =>
    depth + (1 - depth) / (1 + exp(((x + y) / root2 - at) / (softPx / 4)))

/** About a Gaussian along one direction: three running means. */
function blur(source: Float32Array, width: number, height: number, channels: number, sigma: number, isAcross: boolean): Float32Array {
  const reach = (sqrt(1 + 4 * sigma ** 2) - 1) / 2
  const whole = floor(reach)
  const part = reach - whole
  const [length, step] = isAcross ? [width, channels] : [height, width * channels]
  let from = source
  for (let pass = 0; pass < 3; pass++) {
    const to = new Float32Array(source.length)
    for (let line = 0; line < source.length / length; line++) {
      const start = isAcross ? (line % channels) + ((line - (line % channels)) / channels) * width * channels : line
      const at = (place: number): number => from[start + min(length - 1, max(0, place)) * step] as number
      let sum = 0
      for (let place = -whole; place <= whole; place++) sum += at(place)
      for (let place = 0; place < length; place++) {
        to[start + place * step] = (sum + part * (at(place - whole - 1) + at(place + whole + 1))) / (2 * reach + 1)
        sum += at(place + whole + 1) - at(place - whole)
      }
    }
    from = to
  }
  return from
}

/** Numerical Recipes' quick generator, 0–1. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
