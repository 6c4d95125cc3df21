/** Divides the light on the paper out of a page and quiets the paper: it comes out white and flat, ink keeps its colour and gains a little. Pixels in, pixels out. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'
import type { PaperLight } from './paper-light'

// Held in this file: loops over many cells look these up no further.
const { max, min } = Math

/** What paper becomes before it is quieted; the headroom above keeps its noise from being cut off on one side. */
const paperTarget = 246
/** A dark photo is lightened this much at most: beyond, noise would be all one sees. */
const mostGain = 6

/** Multiplies each pixel by target / light, channel by channel, in place; the light is read between its cells (bilinear). */
export function divideLight({ widthPx, heightPx, data }: RgbPixels, { columns, rows, cellPx, planes }: PaperLight): void {
  const gains = new Float32Array(columns * rows * 4)
  for (const [channel, plane] of planes.entries())
    for (let cell = 0; cell < plane.length; cell++) gains[cell * 4 + channel] = min(mostGain, paperTarget / max(1, plane[cell] as number))
  const call = new KernelCall()
  const pixels = call.put(data)
  call.run('divideLight', pixels, widthPx, heightPx, call.put(gains), columns, rows, cellPx, call.room(columns * 16))
  data.set(call.bytes(pixels, data.length))
}
