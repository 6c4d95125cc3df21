/** Small grids of numbers, row by row: means, closing, and the spreading of what is known into what is not. */

// Held in this file: loops over many cells look these up no further.
const { max, min } = Math

/** Mean of the square around each cell; cells beyond the border repeat those on it. */
export function boxMean(source: Float32Array, columns: number, rows: number, reach: number): Float32Array {
  const across = alongLines(source, rows, columns, columns, 1, reach)
  return alongLines(across, columns, rows, 1, columns, reach)
}

/** One-dimensional mean with a running sum: `lines` lines of `length` cells. */
function alongLines(source: Float32Array, lines: number, length: number, lineStep: number, step: number, reach: number): Float32Array {
  const result = new Float32Array(source.length)
  const width = 2 * reach + 1
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep
    const at = (place: number): number => source[start + max(0, min(length - 1, place)) * step] as number
    let sum = 0
    for (let place = -reach; place <= reach; place++) sum += at(place)
    for (let place = 0; place < length; place++) {
      result[start + place * step] = sum / width
      sum += at(place + reach + 1) - at(place - reach)
    }
  }
  return result
}

/** Grey-scale closing by a square: dark things narrower than `2 × reach + 1` cells vanish, edges stay where they are (Serra 1982). */
export function close(source: Float32Array, columns: number, rows: number, reach: number): Float32Array {
  const dilated = greatest(greatest(source, rows, columns, columns, 1, reach), columns, rows, 1, columns, reach)
  for (let cell = 0; cell < dilated.length; cell++) dilated[cell] = -(dilated[cell] as number)
  const eroded = greatest(greatest(dilated, rows, columns, columns, 1, reach), columns, rows, 1, columns, reach)
  for (let cell = 0; cell < eroded.length; cell++) eroded[cell] = -(eroded[cell] as number)
  return eroded
}

function greatest(source: Float32Array, lines: number, length: number, lineStep: number, step: number, reach: number): Float32Array {
  const result = new Float32Array(source.length)
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep
    for (let place = 0; place < length; place++) {
      const last = start + min(length - 1, place + reach) * step
      let most = source[start + place * step] as number
      for (let at = start + max(0, place - reach) * step; at <= last; at += step) if ((source[at] as number) > most) most = source[at] as number
      result[start + place * step] = most
    }
  }
  return result
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

/** Below this a running sum's rounding error would be divided. */
const leastWeight = 1e-3
