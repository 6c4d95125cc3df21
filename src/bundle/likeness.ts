/** How alike two pictures of a page are. Sizes are equal; it judges nothing. */
import type { Pixels } from '../pages/pdf-to-picture'

const { abs, sqrt } = Math

/** Largest mean difference of a tile of 8 × 8 pixels, 0 to 255: one stroke more or less shows. */
export function worstTile(a: Pixels, b: Pixels): number {
  const side = 8
  let worst = 0
  for (let top = 0; top < a.heightPx; top += side) {
    for (let left = 0; left < a.widthPx; left += side) {
      let [sum, count] = [0, 0]
      for (let y = top; y < a.heightPx && y < top + side; y++) {
        for (let x = left; x < a.widthPx && x < left + side; x++) {
          const at = (y * a.widthPx + x) * 4
          for (let channel = at; channel < at + 3; channel++) sum += abs((a.data[channel] ?? 0) - (b.data[channel] ?? 0))
          count += 3
        }
      }
      if (count > 0 && sum / count > worst) worst = sum / count
    }
  }
  return worst
}

/** Correlation of the green channels, -1 to 1: the same writing on other paper, or in other light, is still alike. Two empty pages are 1. */
export function likeness(a: Pixels, b: Pixels): number {
  const count = a.widthPx * a.heightPx
  let [sumA, sumB] = [0, 0]
  for (let at = 1; at < count * 4; at += 4) {
    sumA += a.data[at] ?? 0
    sumB += b.data[at] ?? 0
  }
  const [meanA, meanB] = [sumA / count, sumB / count]
  let [both, squareA, squareB] = [0, 0, 0]
  for (let at = 1; at < count * 4; at += 4) {
    const [da, db] = [(a.data[at] ?? 0) - meanA, (b.data[at] ?? 0) - meanB]
    both += da * db
    squareA += da * da
    squareB += db * db
  }
  // Variances below one step of grey: nothing is written.
  if (squareA < count && squareB < count) return 1
  return squareA * squareB === 0 ? 0 : both / sqrt(squareA * squareB)
}
