/** Decoded pixels seen small, in grey, turned. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'

/**
 * RGB of a picture shrunk to `width` × `height` by the mean of 4 × 4 samples a pixel: enough for a network, and it need not read every pixel. Mean 0 and, but for `steady`
 * that is added, deviation 1 over all three colours; column by column where `isTransposed`.
 */
export function normalView({ widthPx, heightPx, data }: RgbPixels, width: number, height: number, steady: number, isTransposed: boolean): Float32Array {
  const samples = 4
  const call = new KernelCall()
  const [source, columns, sums, out] = [call.put(data), call.room(width * samples * 4), call.room(width * 12), call.room(width * height * 12)]
  call.run('normalView', source, widthPx, heightPx, columns, sums, out, width, height, samples, steady, isTransposed ? 1 : 0)
  return call.floats(out, width * height * 3)
}

/** Grey, one byte a pixel, rows from the top. */
export interface Grey {
  widthPx: number
  heightPx: number
  data: Uint8Array
}

/** Grey view of `width` × `height` pixels, each the mean of `samples` × `samples` nearest ones. */
export function greyView({ widthPx, heightPx, data }: RgbPixels, width: number, height: number, samples: number): Grey {
  const call = new KernelCall()
  const [source, columns, sums, out] = [call.put(data), call.room(width * samples * 4), call.room(width * 4), call.room(width * height)]
  call.run('greyView', source, widthPx, heightPx, columns, sums, out, width, height, samples)
  return { widthPx: width, heightPx: height, data: call.bytes(out, width * height).slice() }
}

/** Turned clockwise by 0 to 3 quarters. */
export function turned(picture: RgbPixels, quarters: number): RgbPixels {
  if (quarters === 0) return picture
  const { widthPx, heightPx, data } = picture
  const call = new KernelCall()
  const [source, out] = [call.put(data), call.room(data.length)]
  call.run('turn', source, widthPx, heightPx, quarters, out)
  const pixels = Buffer.from(call.bytes(out, data.length))
  return quarters === 2 ? { widthPx, heightPx, data: pixels } : { widthPx: heightPx, heightPx: widthPx, data: pixels }
}
