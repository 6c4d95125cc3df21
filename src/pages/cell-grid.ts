/** Small grids of numbers, row by row: means, closing, and the spreading of what is known into what is not. */
import { KernelCall } from './kernel-memory'

/** Mean of the square around each cell; cells beyond the border repeat those on it. */
export function boxMean(source: Float32Array, columns: number, rows: number, reach: number): Float32Array {
  const call = new KernelCall()
  const [from, scratch, out] = [call.put(source), call.room(source.byteLength), call.room(source.byteLength)]
  call.run('boxMean', from, columns, rows, reach, scratch, out)
  return call.floats(out, source.length)
}

/** Grey-scale closing by a square: dark things narrower than `2 × reach + 1` cells vanish, edges stay where they are (Serra 1982). */
export function close(source: Float32Array, columns: number, rows: number, reach: number): Float32Array {
  const call = new KernelCall()
  const cells = call.put(source)
  call.run('close', cells, columns, rows, reach, call.room(source.byteLength))
  return call.floats(cells, source.length)
}

/** Cells that are not known take the weighted mean of the known ones near them, from ever farther until each has one (normalised convolution, Knutsson & Westin 1993). */
export function spreadKnown(source: Float32Array, isKnown: Uint8Array, columns: number, rows: number): Float32Array {
  const result = Float32Array.from(source)
  if (!isKnown.includes(1)) return result
  const done = Uint8Array.from(isKnown)
  for (let reach = 2; done.includes(0); reach *= 2) {
    let weights: Float32Array = Float32Array.from(isKnown)
    let sums: Float32Array = source.map((value, cell) => value * (isKnown[cell] as number))
    // Two passes: near ones weigh more.
    for (let pass = 0; pass < 2; pass++) {
      weights = boxMean(weights, columns, rows, reach)
      sums = boxMean(sums, columns, rows, reach)
    }
    for (let cell = 0; cell < result.length; cell++)
      if (done[cell] === 0 && (weights[cell] as number) > leastWeight) {
        result[cell] = (sums[cell] as number) / (weights[cell] as number)
        done[cell] = 1
      }
    if (reach > columns + rows) break
  }
  return result
}

/** Cells that hang together, side by side: each patch once, in the order of its first cell. */
export function* patchesOf(isIn: (cell: number) => boolean, width: number, height: number): Generator<number[]> {
  const seen = new Uint8Array(width * height)
  for (let cell = 0; cell < seen.length; cell++) if (seen[cell] === 0 && isIn(cell)) yield patchAt(cell, isIn, width, height, seen)
}

/** The cells that hang together with one; `seen` gets a 1 for each. */
export function patchAt(start: number, isIn: (cell: number) => boolean, width: number, height: number, seen = new Uint8Array(width * height)): number[] {
  const patch: number[] = []
  const join = (cell: number): void => {
    if (seen[cell] === 1 || !isIn(cell)) return
    seen[cell] = 1
    patch.push(cell)
  }
  join(start)
  for (let next = 0; next < patch.length; next++) {
    const cell = patch[next] as number
    const x = cell % width
    if (x > 0) join(cell - 1)
    if (x < width - 1) join(cell + 1)
    if (cell >= width) join(cell - width)
    if (cell < width * (height - 1)) join(cell + width)
  }
  return patch
}

/** Below this a running sum's rounding error would be divided. */
const leastWeight = 1e-3
