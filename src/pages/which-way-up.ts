/** Which way is up: a small network looks at patches of writing. */
import { convolve, logProbabilities, meanOf, type Tensor } from './network'
import type { Grey } from './raster'
import { upNetwork } from './trained-networks'

// Held in this file: loops over millions of pixels look these up no further.
const { floor, max, min, sqrt } = Math

/** Pixels of a patch; training/train_up.py has the same. */
const side = 128
/** Cells over which light is taken. */
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
  for (const [left, top] of patchesOf(ink, view.widthPx, view.heightPx)) {
    const logs = logProbabilities(scores(patchAt(ink, view.widthPx, left, top)))
    logs.forEach((log, k) => (sums[k] = (sums[k] ?? 0) + trust * max(deepest, log)))
    asked++
    const [first = 0, second = 0] = [...sums].sort((a, b) => b - a)
    if (asked >= fewestPatches && first - second > clear) break
  }
  return sums
}

function scores(patch: Tensor): Float32Array {
  const layers = upNetwork()
  const seen = layers.slice(0, -1).reduce((input, layer) => convolve(input, layer, true), patch)
  const last = layers.at(-1)
  if (!last) throw new RangeError('a network without layers')
  return convolve(meanOf(seen), last, false).data
}

/**
 * 1 − grey / light of the paper: the greatest grey of each cell, then of its 3 × 3 neighbours, then their mean, read between the cells.
 * `even` of training/train_up.py is the same rule.
 */
export function inkOf({ widthPx, heightPx, data }: Grey): Float32Array {
  const [columns, rows] = [max(1, floor(widthPx / cell)), max(1, floor(heightPx / cell))]
  const most = new Float32Array(columns * rows)
  for (let y = 0; y < heightPx; y++) {
    const row = min(rows - 1, (y / cell) | 0) * columns
    for (let x = 0; x < widthPx; x++) {
      const at = row + min(columns - 1, (x / cell) | 0)
      const value = data[y * widthPx + x] as number
      if (value > (most[at] as number)) most[at] = value
    }
  }
  const light = around(around(most, columns, rows, false), columns, rows, true)
  const ink = new Float32Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    const v = max(0, min(rows - 1, (y + 0.5) / cell - 0.5))
    const top = v | 0
    const below = min(rows - 1, top + 1)
    for (let x = 0; x < widthPx; x++) {
      const u = max(0, min(columns - 1, (x + 0.5) / cell - 0.5))
      const left = u | 0
      const right = min(columns - 1, left + 1)
      const upper = (light[top * columns + left] as number) * (left + 1 - u) + (light[top * columns + right] as number) * (u - left)
      const lower = (light[below * columns + left] as number) * (left + 1 - u) + (light[below * columns + right] as number) * (u - left)
      ink[y * widthPx + x] = 1 - (data[y * widthPx + x] as number) / max(1, upper * (top + 1 - v) + lower * (v - top))
    }
  }
  return ink
}

/** Greatest, or mean, of the 3 × 3 cells around each; the border repeats. */
function around(cells: Float32Array, columns: number, rows: number, isMean: boolean): Float32Array {
  return cells.map((_, at) => {
    const [x, y] = [at % columns, floor(at / columns)]
    let [most, sum] = [0, 0]
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const value = cells[max(0, min(rows - 1, y + dy)) * columns + max(0, min(columns - 1, x + dx))] as number
        most = max(most, value)
        sum += value
      }
    return isMean ? sum / 9 : most
  })
}

/** Top left corners of the patches with most ink, most first; two of them overlap by half at most. */
function patchesOf(ink: Float32Array, width: number, height: number): [number, number][] {
  const places: { at: [number, number]; deviation: number }[] = []
  for (const top of stepsTo(height))
    for (const left of stepsTo(width)) places.push({ at: [left, top], deviation: deviationOf(ink, width, left, top, 2, mostInk)[1] })
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

function deviationOf(ink: Float32Array, width: number, left: number, top: number, step: number, most = 1): [mean: number, deviation: number] {
  let [sum, squares, count] = [0, 0, 0]
  for (let y = top; y < top + side; y += step)
    for (let x = left; x < left + side; x += step) {
      const value = min(most, ink[y * width + x] as number)
      sum += value
      squares += value * value
      count++
    }
  const mean = sum / count
  return [mean, sqrt(max(0, squares / count - mean * mean))]
}

function patchAt(ink: Float32Array, width: number, left: number, top: number): Tensor {
  const [mean, deviation] = deviationOf(ink, width, left, top, 1)
  const data = new Float32Array(side * side)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) data[y * side + x] = ((ink[(top + y) * width + left + x] as number) - mean) / (deviation + 0.015)
  return { width: side, height: side, channels: 1, data }
}
