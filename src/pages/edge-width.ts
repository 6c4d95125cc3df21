/** How wide the edges of what is written are: the blur of a page in pixels of it, whatever the ink and the light. */
import type { RgbPixels } from './page'

// Held in this file: loops over millions of pixels look these up no further.
const { abs, floor, max, min, round } = Math

export interface EdgeWidths {
  /** Pixels, ascending; one for each place with an edge across this direction. */
  across: number[]
  down: number[]
}

export interface Where {
  /** Half a window: as wide as a blur that makes writing unreadable. */
  reachPx: number
  /** Contrast that is no noise, 0–255. */
  leastContrast: number
  /** Whether writing at this pixel counts: on paper, not on a finger or the table. */
  counts(x: number, y: number): boolean
}

/**
 * In each window along rows and columns: contrast over the steepest slope. For a step blurred by a Gaussian that is 2.5 standard deviations; pale ink gives the same as dark
 * (edge width: Marziliano, Dufaux, Winkler & Ebrahimi 2002, measured by its slope, so that a stroke counts as well as a step). Both directions, since a shaken photo is sharp along the shake.
 */
export function edgeWidths({ widthPx, heightPx, data }: RgbPixels, where: Where): EdgeWidths {
  const line = new Float32Array(max(widthPx, heightPx))
  const widths: EdgeWidths = { across: [], down: [] }
  const step = max(5, round(max(widthPx, heightPx) / 200))
  const luma = (at: number): number => ((data[at] as number) * 5 + (data[at + 1] as number) * 8 + (data[at + 2] as number) * 3) / 16
  for (let y = 2; y < heightPx; y += step) {
    for (let x = 0, at = y * widthPx * 3; x < widthPx; x++, at += 3) line[x] = luma(at)
    widthsAlong(line, widthPx, where, (x) => where.counts(x, y), widths.across)
  }
  for (let x = 2; x < widthPx; x += step) {
    for (let y = 0, at = x * 3; y < heightPx; y++, at += widthPx * 3) line[y] = luma(at)
    widthsAlong(line, heightPx, where, (y) => where.counts(x, y), widths.down)
  }
  widths.across.sort((a, b) => a - b)
  widths.down.sort((a, b) => a - b)
  return widths
}

function widthsAlong(line: Float32Array, length: number, { reachPx, leastContrast }: Where, counts: (at: number) => boolean, widths: number[]): void {
  const window = 2 * reachPx
  for (let start = 0; start + window < length; start += window) {
    let lowest = line[start] as number
    let highest = lowest
    let steepest = 0
    for (let at = start + 1; at <= start + window; at++) {
      const value = line[at] as number
      if (value < lowest) lowest = value
      if (value > highest) highest = value
      // Over two pixels: noise weighs less.
      const slope = abs(value - (line[max(0, at - 2)] as number)) / 2
      if (slope > steepest) steepest = slope
    }
    if (highest - lowest >= leastContrast && counts(start + reachPx)) widths.push((highest - lowest) / steepest)
  }
}

/** Value below which this share of an ascending list lies; null for lists too short to tell. */
export function quantile(sorted: readonly number[], share: number, fewest = 30): number | null {
  return sorted.length < fewest ? null : (sorted[min(sorted.length - 1, floor(sorted.length * share))] as number)
}
