/** Makes what is nearly paper white and flat, and what is written a little stronger: noise goes, ink keeps its colour and its edges, nothing is binarised. */
import type { RgbPixels } from './page'

// Held in this file: loops over millions of pixels look these up no further.
const { max, min, sqrt } = Math

/** Darkness around a pixel is the mean of a square of this half side, in which the pixel itself counts `ownWeight` times more. */
const reach = 2
const side = 2 * reach + 1
const area = side * side
const ownWeight = 4
/** Below `least` darkness (of 255), or so many times the paper's noise, all is paper; above that and `slope`, all is ink; between, the share of ink rises smoothly. */
const least = { dark: 5, noises: 2.5 }
const slope = { dark: 24, noises: 6 }
/** Ink is written with so much of its darkness; where it is darker than what is around it, as a stroke is, with so much of the difference besides (unsharp mask). */
const gainOfInk = 1.1
const sharpening = 0.5
/** A phone stores colour at half the resolution: thin strokes get back so much of it. */
const colouring = 0.5

/** In place, after the light was divided out. Coring of the difference from paper, as in noise reduction of video (Rossi 1978), led by the mean around each pixel. */
export function quietPaper(pixels: RgbPixels): void {
  const { widthPx, heightPx, data } = pixels
  const { level, noise } = paperOf(pixels)
  const shareOfInk = shares(noise)
  // The darkness of the rows around the one in hand, as they were; `sums` adds them up, column by column, with room for the edge's repetition on both sides.
  const window = Array.from({ length: side }, () => new Uint8Array(widthPx))
  const sums = new Uint16Array(widthPx + 2 * reach + 1)
  const rowAt = (y: number): Uint8Array => window[(y + side) % side] as Uint8Array
  for (let y = -reach; y < heightPx + reach; y++) {
    enterRow(data, max(0, min(heightPx - 1, y)) * widthPx * 3, rowAt(y), sums, level)
    if (y >= reach) quietRow(data, (y - reach) * widthPx * 3, rowAt(y - reach), sums, level, shareOfInk)
  }
}

/** A row takes the place of the one that leaves the window: how much darker than paper, in luma, or in the most coloured channel for highlighters, which are as light as paper. */
function enterRow(data: Buffer, start: number, row: Uint8Array, sums: Uint16Array, level: number): void {
  const width = row.length
  for (let x = 0, at = start; x < width; x++, at += 3) {
    const red = data[at] as number
    const green = data[at + 1] as number
    const blue = data[at + 2] as number
    const luma = level - ((red * 5 + green * 8 + blue * 3) >> 4)
    const lowest = red < green ? (red < blue ? red : blue) : green < blue ? green : blue
    const coloured = ((level - lowest) * 5) >> 3
    const most = luma > coloured ? luma : coloured
    const dark = most > 0 ? most : 0
    sums[x + reach] = (sums[x + reach] as number) + dark - (row[x] as number)
    row[x] = dark
  }
  sums.fill(sums[reach] as number, 0, reach)
  sums.fill(sums[width + reach - 1] as number, width + reach)
}

function quietRow(data: Buffer, start: number, row: Uint8Array, sums: Uint16Array, level: number, shareOfInk: Float32Array): void {
  const width = row.length
  let sum = 0
  for (let x = 0; x < side; x++) sum += sums[x] as number
  for (let x = 0, at = start; x < width; x++, at += 3) {
    const dark = row[x] as number
    const share = shareOfInk[sum + ownWeight * dark] as number
    if (share === 0) {
      data[at] = 255
      data[at + 1] = 255
      data[at + 2] = 255
    } else {
      const thinness = dark === 0 ? 0 : 1 - sum / (area * dark)
      const strength = max(0, share * (gainOfInk + sharpening * thinness))
      const colour = thinness > 0 ? 1 + colouring * thinness : 1
      const red = data[at] as number
      const green = data[at + 1] as number
      const blue = data[at + 2] as number
      const rest = level + (colour - 1) * ((red * 5 + green * 8 + blue * 3) >> 4)
      data[at] = byte(255 - strength * (rest - colour * red))
      data[at + 1] = byte(255 - strength * (rest - colour * green))
      data[at + 2] = byte(255 - strength * (rest - colour * blue))
    }
    sum += (sums[x + side] as number) - (sums[x] as number)
  }
}

const byte = (value: number): number => (value > 255 ? 255 : value < 0 ? 0 : value)

/** By the weighted sum of darkness around a pixel: its share of ink, 0–1. */
function shares(noise: number): Float32Array {
  const weights = area + ownWeight
  const from = max(least.dark, noise * least.noises)
  const width = max(slope.dark, noise * slope.noises)
  return Float32Array.from({ length: 255 * weights + 1 }, (_, sum) => {
    const part = min(1, max(0, (sum / weights - from) / width))
    return part * part * (3 - 2 * part)
  })
}

/** Luma of most of the paper, and how far the means of small squares stray from it to the light side, where no ink is (one standard deviation). */
function paperOf({ widthPx, heightPx, data }: RgbPixels): { level: number; noise: number } {
  const lumas = new Uint32Array(256)
  for (let at = 0; at + 2 < data.length; at += 3 * 7) {
    const luma = ((data[at] as number) * 5 + (data[at + 1] as number) * 8 + (data[at + 2] as number) * 3) >> 4
    lumas[luma] = (lumas[luma] as number) + 1
  }
  let level = 255
  let best = 0
  for (let luma = 129; luma < 254; luma++) {
    const near = (lumas[luma - 1] as number) + (lumas[luma] as number) + (lumas[luma + 1] as number)
    if (near > best) [best, level] = [near, luma]
  }
  let squares = 0
  let count = 0
  for (let y = reach; y < heightPx - reach; y += 11)
    for (let x = reach; x < widthPx - reach; x += 11) {
      let sum = 0
      for (let v = y - reach; v <= y + reach; v++)
        for (let u = x - reach, at = (v * widthPx + u) * 3; u <= x + reach; u++, at += 3)
          sum += ((data[at] as number) * 5 + (data[at + 1] as number) * 8 + (data[at + 2] as number) * 3) >> 4
      const stray = sum / area - level
      if (stray < 0 || stray > 40) continue
      squares += stray * stray
      count++
    }
  return { level, noise: count < 50 ? 0 : sqrt(squares / count) }
}
