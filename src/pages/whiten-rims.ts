/** What of the table, of a shadow or of the pages below is seen along the edges of a page becomes white: a rim is long and thin, what is written is neither. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'
import type { SideKind } from './refine-quad'

const { max, round } = Math

/** As shares of the longer side: some 4 mm deep, 8 mm where a book's gutter throws its shadow, as seen over twice 8 mm along the edge. */
const depths = { edge: 0.014, fold: 0.028 } as const
const reach = 0.028

/** In place, after paper was quieted. `sides`: top, right, bottom, left; what a picture cuts off may be writing, and a guess is none. */
export function whitenRims({ widthPx, heightPx, data }: RgbPixels, sides: readonly SideKind[]): void {
  const long = max(widthPx, heightPx)
  const call = new KernelCall()
  const pixels = call.put(data)
  const room = call.room(long * 8)
  for (const kind of ['edge', 'fold'] as const) {
    const bits = sides.reduce((sum, side, k) => sum | (side === kind ? 1 << k : 0), 0)
    if (bits !== 0) call.run('whitenRims', pixels, widthPx, heightPx, bits, round(long * depths[kind]), round(long * reach), room)
  }
  data.set(call.bytes(pixels, data.length))
}
