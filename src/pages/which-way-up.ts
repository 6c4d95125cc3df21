/** Which way is up: a small network looks at patches of writing. */
import { KernelCall } from './kernel-memory'
import { convolve, logProbabilities, meanOf, type Tensor } from './network'
import type { Grey } from './raster'
import { upNetwork } from './trained-networks'

const { floor, max } = Math

/** Pixels of a patch; training/train_up.py has the same. */
const side = 128
/** Side of the cells over which light is taken; the kernel has the same. */
const cell = 8
/** Less deviation than this is bare paper. */
const leastInk = 0.03
/** Darker ink counts no more when patches are chosen: a picture is not better read than writing. */
const mostInk = 0.3
const mostPatches = 12
const fewestPatches = 3
/** Neighbouring patches are no independent witnesses: each counts this much. */
const trust = 0.7
/** No patch alone says more than this against a turn. */
const deepest = -4
/** One turn is this far (log-probability) ahead of all others: no further patch is asked. */
const clear = 8

/**
 * Logarithms of how likely each turn is: answer k sets the view upright by k quarter turns clockwise. The view has 1.5 to 3.4 pixels a millimetre of the
 * page. All zero where there is nothing to read.
 */
export function turnLikelihoods(view: Grey): number[] {
  const ink = inkOf(view)
  const sums = [0, 0, 0, 0]
  let asked = 0
  // All patches before the first is looked at: the network takes the kernels' room.
  for (const patch of patchesOf(ink).map(([left, top]) => patchAt(ink, left, top))) {
    const logs = logProbabilities(scores(patch))
    logs.forEach((log, k) => (sums[k] = (sums[k] ?? 0) + trust * max(deepest, log)))
    asked++
    const [first = 0, second = 0] = [...sums].sort((a, b) => b - a)
    if (asked >= fewestPatches && first - second > clear) break
  }
  // Patches that no turn explains better than chance contradict each other: there is no writing in them, and they say nothing.
  const chance = asked * trust * Math.log(1 / 4)
  const isWriting = asked === 0 ? 0 : max(0, 1 - max(...sums) / chance)
  return sums.map((sum) => sum * isWriting)
}

function scores(patch: Tensor): Float32Array {
  const layers = upNetwork()
  const seen = layers.slice(0, -1).reduce((input, layer) => convolve(input, layer, true), patch)
  const last = layers.at(-1)
  if (!last) throw new RangeError('a network without layers')
  return convolve(meanOf(seen), last, false).data
}

/** Top left corners of the patches with most ink, most first; two of them overlap by half at most. */
function patchesOf(ink: Ink): [number, number][] {
  const places: { at: [number, number]; deviation: number }[] = []
  for (const top of stepsTo(ink.height))
    for (const left of stepsTo(ink.width)) places.push({ at: [left, top], deviation: deviationOf(ink, left, top, 2, mostInk)[1] })
  places.sort((a, b) => b.deviation - a.deviation)
  const chosen: [number, number][] = []
  for (const { at, deviation } of places) {
    if (deviation < leastInk || chosen.length >= mostPatches) break
    if (chosen.every(([x, y]) => Math.abs(x - at[0]) + Math.abs(y - at[1]) >= side / 2)) chosen.push(at)
  }
  return chosen
}

/** Starts of patches along a length, half a patch apart, spread evenly; none where a patch does not fit. */
function stepsTo(length: number): number[] {
  if (length < side) return []
  const count = max(1, Math.round((length - side) / (side / 2)) + 1)
  return Array.from({ length: count }, (_, k) => (count === 1 ? 0 : floor((k * (length - side)) / (count - 1))))
}

/** Ink of a view, where the kernels have it. */
interface Ink {
  call: KernelCall
  at: number
  /** Room for what is told of a patch. */
  told: number
  width: number
  height: number
}

/** `even` of training/train_up.py is the same rule. */
function inkOf({ widthPx, heightPx, data }: Grey): Ink {
  const call = new KernelCall()
  const [view, cells] = [call.put(data), call.room(2 * 4 * max(1, floor(widthPx / cell)) * max(1, floor(heightPx / cell)))]
  const [at, told] = [call.room(data.length * 4), call.room(16)]
  call.run('inkOf', view, widthPx, heightPx, cells, at)
  return { call, at, told, width: widthPx, height: heightPx }
}

function deviationOf({ call, at, told, width }: Ink, left: number, top: number, step: number, most: number): [mean: number, deviation: number] {
  call.run('deviation', at, width, left, top, side, step, most, told)
  const [mean = 0, deviation = 0] = call.doubles(told, 2)
  return [mean, deviation]
}

function patchAt(ink: Ink, left: number, top: number): Tensor {
  const [mean, deviation] = deviationOf(ink, left, top, 1, 1)
  const data = new Float32Array(side * side)
  for (let y = 0; y < side; y++) data.set(ink.call.floats(ink.at + ((top + y) * ink.width + left) * 4, side), y * side)
  const scale = 1 / (deviation + 0.015)
  return { width: side, height: side, channels: 1, data: data.map((value) => (value - mean) * scale) }
}
