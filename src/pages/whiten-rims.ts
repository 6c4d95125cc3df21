/** What of the table, of a shadow or of the pages below is seen along the edges of a page becomes white: a rim is long and thin, what is written is neither. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'

const { max, round } = Math

/** As shares of the longer side: some 4 mm deep, as seen over twice 8 mm along the edge. */
const depth = 0.014
const reach = 0.028

/** In place, after paper was quieted. `edges`: whether paper ends at the top, right, bottom, left; what a picture cuts off may be writing. */
export function whitenRims({ widthPx, heightPx, data }: RgbPixels, edges: readonly boolean[]): void {
  const sides = edges.reduce((bits, isEdge, side) => bits | (isEdge ? 1 << side : 0), 0)
  if (sides === 0) return
  const long = max(widthPx, heightPx)
  const call = new KernelCall()
  const pixels = call.put(data)
  call.run('whitenRims', pixels, widthPx, heightPx, sides, round(long * depth), round(long * reach), call.room(long * 8))
  data.set(call.bytes(pixels, data.length))
}
