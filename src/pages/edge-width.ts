/** How wide the edges of what is written are: the blur of a page in pixels of it, whatever the ink and the light. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'

// Held in this file: loops over many windows look these up no further.
const { ceil, floor, max, min, round } = Math

export interface EdgeWidths {
  /** Pixels, ascending; one for each place with an edge across this direction. */
  across: Float32Array
  down: Float32Array
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
  const call = new KernelCall()
  const from = call.put(data)
  const step = max(5, round(max(widthPx, heightPx) / 200))
  const widths = (isDown: boolean): Float32Array => {
    const [length, lines] = isDown ? [heightPx, widthPx] : [widthPx, heightPx]
    const window = 2 * where.reachPx
    const windows = max(0, ceil((length - window) / window))
    const count = windows * max(0, ceil((lines - 2) / step))
    const [line, out] = [call.room(length * 4), call.room(count * 4)]
    call.run('edgeWidths', from, widthPx, heightPx, step, where.reachPx, where.leastContrast, isDown ? 1 : 0, line, out)
    const counted = call.floats(out, count).filter((width, at) => {
      if (width === 0) return false
      const [along, across] = [(at % windows) * window + where.reachPx, 2 + floor(at / windows) * step]
      return isDown ? where.counts(across, along) : where.counts(along, across)
    })
    return counted.sort()
  }
  return { across: widths(false), down: widths(true) }
}

/** Value below which this share of an ascending list lies; null for lists too short to tell. */
export function quantile(sorted: ArrayLike<number>, share: number, fewest = 30): number | null {
  return sorted.length < fewest ? null : (sorted[min(sorted.length - 1, floor(sorted.length * share))] as number)
}
