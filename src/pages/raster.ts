/** Reading decoded pixels under a map, small and large. */
import type { RgbPixels } from './page'
import type { Projection } from './projection'

// Held in this file: loops over millions of pixels look these up no further.
const { max, min, round } = Math

/** RGB of a picture shrunk to `width` × `height` by the mean of 4 × 4 samples a pixel: enough for a network, and it need not read every pixel. */
export function thumbnail({ widthPx, heightPx, data }: RgbPixels, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height * 3)
  const samples = 4
  const columns = Int32Array.from({ length: width * samples }, (_, k) => min(widthPx - 1, ((k + 0.5) * widthPx) / (width * samples)) | 0)
  for (let line = 0; line < height * samples; line++) {
    const start = (min(heightPx - 1, ((line + 0.5) * heightPx) / (height * samples)) | 0) * widthPx
    const to = ((line / samples) | 0) * width * 3
    for (let k = 0; k < columns.length; k++) {
      const from = (start + (columns[k] as number)) * 3
      const at = to + ((k / samples) | 0) * 3
      out[at] = (out[at] as number) + (data[from] as number) / 16
      out[at + 1] = (out[at + 1] as number) + (data[from + 1] as number) / 16
      out[at + 2] = (out[at + 2] as number) + (data[from + 2] as number) / 16
    }
  }
  return out
}

/** Grey, one byte a pixel, rows from the top. */
export interface Grey {
  widthPx: number
  heightPx: number
  data: Uint8Array
}

/**
 * Grey view of what lies under the unit square of `projection`, each pixel the mean of `samples` × `samples` nearest pixels; what lies outside repeats the border.
 */
export function greyView({ widthPx, heightPx, data }: RgbPixels, projection: Projection, width: number, height: number, samples: number): Grey {
  const [a, b, c, d, e, f, g, h, i] = projection
  const out = new Uint8Array(width * height)
  const weight = 1 / (samples * samples * 256)
  const lastX = widthPx - 1
  const lastY = heightPx - 1
  const sums = new Float32Array(width)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let row = 0; row < samples; row++) {
      const v = (y + (row + 0.5) / samples) / height
      for (let k = 0; k < width * samples; k++) {
        const u = (k + 0.5) / (width * samples)
        const w = 1 / (g * u + h * v + i)
        const sourceX = max(0, min(lastX, (a * u + b * v + c) * w)) | 0
        const sourceY = max(0, min(lastY, (d * u + e * v + f) * w)) | 0
        const at = (sourceY * widthPx + sourceX) * 3
        const pixel = (k / samples) | 0
        sums[pixel] = (sums[pixel] as number) + 77 * (data[at] as number) + 150 * (data[at + 1] as number) + 29 * (data[at + 2] as number)
      }
    }
    for (let x = 0; x < width; x++) out[y * width + x] = round((sums[x] as number) * weight)
  }
  return { widthPx: width, heightPx: height, data: out }
}
