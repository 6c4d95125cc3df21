/** Evens the light of a photographed page: divides by the paper's own brightness, found as a smooth surface; colours keep their hue. Pixels in, pixels out. */
import sharp from 'sharp'

// Held in this file: loops over millions of pixels look these up no further.
const { floor, max, min, round } = Math

/** RGB, three bytes a pixel, rows from the top. */
export interface RgbPixels {
  widthPx: number
  heightPx: number
  data: Buffer
}

/** What paper becomes, of 255: a little below white, so that the paper's own texture is not burnt to holes. */
const paperTarget = 250
/** A dark photo is lightened this much at most: beyond, noise would be all one sees. */
const mostGain = 2.5
/** The surface is found on a picture this small: shadows are smooth, writing is gone. */
const surfaceLongPx = 96

export interface Surface {
  widthPx: number
  heightPx: number
  /** Brightness of the paper, 0–255, one byte a cell. */
  light: Buffer
}

/**
 * The paper's brightness over the picture: the brighter grey of each neighbourhood, smoothed. Writing is thinner than the neighbourhood and vanishes
 * (grey-scale closing, Serra 1982; division by it: Gatos, Pratikakis, Perantonis 2006, §2.2, without their binarisation).
 */
export async function paperSurface(pixels: RgbPixels): Promise<Surface> {
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } as const
  const grey = sharp(pixels.data, { raw })
    .resize({ width: surfaceLongPx * 2, height: surfaceLongPx * 2, fit: 'inside' })
    .toColourspace('b-w')
  const small = await grey.raw().toBuffer({ resolveWithObject: true })
  const { width, height } = small.info
  const closed = maxOf(maxOf(small.data, width, height, 3), width, height, 3)
  return { widthPx: width, heightPx: height, light: spreadPaper(closed, width, height) }
}

/** What is darker than this share of the picture's brightest tenth is no paper but table, hand or cloth. */
const paperShare = 0.42
/** Reach of the smoothing, in cells. */
const reach = 6

/**
 * Only paper tells the light; what lies beside it takes the light of the paper near it, so that no edge of the page glows
 * (normalised convolution: Knutsson, Westin 1993).
 */
function spreadPaper(light: Uint8Array, width: number, height: number): Buffer {
  const sorted = Uint8Array.from(light).sort()
  const bright = sorted[floor(sorted.length * 0.9)] ?? 255
  const known = Float32Array.from(light, (value) => (value >= bright * paperShare ? 1 : 0))
  const sum = Float32Array.from(light, (value, index) => value * (known[index] ?? 0))
  let weights: Float32Array = known
  let sums: Float32Array = sum
  for (let pass = 0; pass < 3; pass++) {
    weights = boxMean(weights, width, height, reach)
    sums = boxMean(sums, width, height, reach)
  }
  const everywhere =
    sum.reduce((total, value) => total + value, 0) /
    max(
      1,
      known.reduce((total, value) => total + value, 0),
    )
  return Buffer.from(
    Uint8Array.from(sums, (value, index) => {
      const weight = weights[index] ?? 0
      return round((value + everywhere * 0.002) / (weight + 0.002))
    }),
  )
}

/** Mean of the square around each cell, separably, with running sums. */
function boxMean(source: Float32Array, width: number, height: number, radius: number): Float32Array {
  return boxAcross(boxAcross(source, width, height, radius, 1, width), height, width, radius, width, 1)
}

function boxAcross(source: Float32Array, length: number, lines: number, radius: number, step: number, stride: number): Float32Array {
  const result = new Float32Array(source.length)
  const at = (line: number, place: number): number => source[line * stride + min(length - 1, max(0, place)) * step] ?? 0
  for (let line = 0; line < lines; line++) {
    let sum = 0
    for (let place = -radius; place <= radius; place++) sum += at(line, place)
    for (let place = 0; place < length; place++) {
      result[line * stride + place * step] = sum / (2 * radius + 1)
      sum += at(line, place + radius + 1) - at(line, place - radius)
    }
  }
  return result
}

/** Greatest value within `radius`, separably. */
function maxOf(source: Uint8Array, width: number, height: number, radius: number): Buffer {
  const across = Buffer.alloc(width * height)
  const result = Buffer.alloc(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let most = 0
      for (let near = max(0, x - radius); near <= min(width - 1, x + radius); near++) most = max(most, source[y * width + near] ?? 0)
      across[y * width + x] = most
    }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let most = 0
      for (let near = max(0, y - radius); near <= min(height - 1, y + radius); near++) most = max(most, across[near * width + x] ?? 0)
      result[y * width + x] = most
    }
  return result
}

/** Multiplies each pixel by target / surface, in place; the surface is read between its cells (bilinear). */
export function evenLight(pixels: RgbPixels, surface: Surface): void {
  const { widthPx, heightPx, data } = pixels
  const gains = Float32Array.from(surface.light, (light) => min(mostGain, paperTarget / max(1, light)))
  if (gains.every((gain) => gain < 1.03)) return
  const columns = surface.widthPx
  const lastRow = surface.heightPx - 1
  const row = new Float32Array(columns)
  for (let y = 0; y < heightPx; y++) {
    const v = min(lastRow, max(0, ((y + 0.5) * surface.heightPx) / heightPx - 0.5))
    const top = floor(v)
    const bottom = min(lastRow, top + 1)
    const part = v - top
    for (let x = 0; x < columns; x++) row[x] = (gains[top * columns + x] ?? 1) * (1 - part) + (gains[bottom * columns + x] ?? 1) * part
    multiplyRow(data, y * widthPx * 3, widthPx, row)
  }
}

function multiplyRow(data: Buffer, start: number, widthPx: number, gains: Float32Array): void {
  const cells = gains.length
  const step = cells / widthPx
  let at = start
  for (let x = 0; x < widthPx; x++) {
    const u = min(cells - 1, max(0, (x + 0.5) * step - 0.5))
    const left = u | 0
    const before = gains[left] as number
    const gain = before + ((gains[min(cells - 1, left + 1)] as number) - before) * (u - left)
    const red = (data[at] as number) * gain
    const green = (data[at + 1] as number) * gain
    const blue = (data[at + 2] as number) * gain
    data[at] = red > 255 ? 255 : red
    data[at + 1] = green > 255 ? 255 : green
    data[at + 2] = blue > 255 ? 255 : blue
    at += 3
  }
}
