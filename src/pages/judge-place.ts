/** What the place of a page says about it: how much of it the picture cuts off, and whether that, its size or its absence is worth a word. */
import type { PageFacts } from './found-page'
import type { Verdict } from './page'
import { distance, type Quad } from './projection'
import type { SideKind } from './refine-quad'

// Held in this file: loops over millions of pixels look these up no further.
const { max } = Math

/** Long side over short side of what pupils write on: 17 × 22, 24 × 32 and A4 lie between 1.29 and 1.41. */
const usualAspect = 1.35
/** Under this, writing of usual size has no five pixels of height. */
const fewestPixelsPerMm = 2.4
/** A quarter outside is unreadable; what is estimated wavers, and a page may be shorter than we think. */
const mostOutside = 0.2
const leastPage = 0.3

/**
 * The place's word, the first that holds; null where there is none. A dark picture shows no place: whoever calls looks at its light first.
 */
export function judgePlace({ pageLikelihood, pixelsPerMm, outsideShare }: PageFacts): Extract<Verdict, 'not-a-page' | 'small' | 'cut-off'> | null {
  if (pageLikelihood < leastPage) return 'not-a-page'
  if (pixelsPerMm < fewestPixelsPerMm) return 'small'
  return outsideShare > mostOutside ? 'cut-off' : null
}

/**
 * Share of an upright page that lies outside the picture. One side cut by it: the page is taken to be as long (or wide) as its other measure asks. Two sides that
 * meet: that, or what the network said, if it is more. All or opposite sides: the page was taken close, its edges alone are outside.
 */
export function outsideShareOf(quad: Quad, sides: readonly SideKind[], said: number): number {
  const isCut = sides.map((kind) => kind === 'cut')
  const cuts = isCut.filter(Boolean).length
  if (cuts === 0 || cuts > 2) return 0
  const width = (distance(quad[0], quad[1]) + distance(quad[3], quad[2])) / 2
  const height = (distance(quad[0], quad[3]) + distance(quad[1], quad[2])) / 2
  if (cuts === 2 && isCut[0] === isCut[2]) return 0
  // Where two sides that meet are cut, each measure is only the least: so are the shares.
  const below = isCut[0] || isCut[2] ? 1 - height / (width * usualAspect) : 0
  const beside = isCut[1] || isCut[3] ? 1 - width / (height / usualAspect) : 0
  return max(0, below, beside, cuts === 2 ? said : 0)
}
