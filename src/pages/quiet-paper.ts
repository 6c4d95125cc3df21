/** Makes what is nearly paper white and flat, and what is written a little stronger: noise goes, ink keeps its colour and its edges, nothing is binarised. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'

const { ceil, max, min } = Math

/** Below `least` darkness (of 255), or so many times the paper's noise, all is paper; above that and `slope`, all is ink; between, the share of ink rises smoothly. */
const least = { dark: 6, noises: 3.5 }
const slope = { dark: 24, noises: 6 }
/** Ink is written with so much of its darkness; where it is darker than what is around it, as a stroke is, with so much of the difference besides (unsharp mask). */
const gainOfInk = 1.1
const sharpening = 0.5
/** A phone stores colour at half the resolution: thin strokes get back so much of it. */
const colouring = 0.5

/** In place, after the light was divided out. Coring of the difference from paper, as in noise reduction of video (Rossi 1978), led by the mean around each pixel. */
export function quietPaper({ widthPx, heightPx, data }: RgbPixels): void {
  const call = new KernelCall()
  const from = call.put(data)
  const level = levelOf(call, from, widthPx * heightPx)
  const noise = call.run('noiseOf', from, widthPx, heightPx, level)
  const share = strokeShare(max(widthPx, heightPx))
  const [inkFrom, inkWidth] = [max(least.dark * share, noise * least.noises), max(slope.dark * share, noise * slope.noises)]
  const padded = ceil(widthPx / 8) * 8
  const [rows, sums, scratch] = [call.zeros(5 * padded), call.zeros(2 * (padded + 16)), call.room(32)]
  call.run('quietPaper', from, widthPx, heightPx, level, inkFrom, inkWidth, gainOfInk, sharpening, colouring, rows, sums, scratch)
  data.set(call.bytes(from, data.length))
}

/**
 * How much of its darkness a pen's stroke keeps in the mean around it, against a page of `usualLongPx`; at most 1. On a smaller page a stroke is narrower than that square, and blurred into
 * the paper beside it besides.
 */
function strokeShare(longPx: number): number {
  const kept = (long: number): number => 5 * penShare * long + ownWeight
  return min(1, (kept(longPx) / kept(usualLongPx)) ** blurring)
}
/** Half a millimetre of A4. */
const penShare = 0.5 / 297
const usualLongPx = 1650
const blurring = 1.5
/** Of the kernel: the mean of 5 × 5 pixels, in which the middle one counts so many times more. */
const ownWeight = 4

/** Luma of most of the paper: 255 of a page without any. */
function levelOf(call: KernelCall, data: number, pixels: number): number {
  const at = call.zeros(256 * 4)
  call.run('lumas', data, pixels, at)
  const counts = call.words(at, 256)
  let level = 255
  let best = 0
  for (let luma = 129; luma < 254; luma++) {
    const near = (counts[luma - 1] as number) + (counts[luma] as number) + (counts[luma + 1] as number)
    if (near > best) [best, level] = [near, luma]
  }
  return level
}
