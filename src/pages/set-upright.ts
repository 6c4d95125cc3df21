/** Which way up a page is: what the file says and what pages mostly are, then what the writing says. */
import { turnOf } from './orientation'
import type { RgbPixels } from './page'
import { aspectOf, countedFrom } from './projection'
import { greyView, turned } from './raster'
import type { Outlined } from './refine-quad'
import { turnLikelihoods } from './which-way-up'

const { max, min, round } = Math

/** A page cut out of a picture, its corners counted from the top left of its pixels. */
export interface Flat {
  place: Outlined
  pixels: RgbPixels
}

/** Logarithms of odds: a phone's word is right about three times in four when it lies over a table; pages are more often upright than lying. */
const fileWord = 2
const portraitWord = 0.7

/** Logarithms of how likely each turn is before the writing is looked at: k quarters clockwise from the stored pixels, of a picture of this size. */
export function likelyTurns(places: readonly Outlined[], orientation: number, widthPx: number, heightPx: number): number[] {
  const sums = [0, 0, 0, 0]
  const told = fileTurn(orientation)
  sums[told] = fileWord
  for (const { quad } of places) {
    const isStanding = aspectOf(quad, widthPx, heightPx) < 1
    for (const k of isStanding ? [0, 2] : [1, 3]) sums[k] = (sums[k] ?? 0) + portraitWord
  }
  return sums
}

/** Quarters clockwise. */
export const fileTurn = (orientation: number): number => turnOf(orientation) / 90

export const likeliest = (logs: readonly number[]): number => logs.indexOf(max(...logs))

/** The view for the network: about 2.3 pixels a millimetre of A4, more of smaller pages; a picture taken whole may hold a smaller page. */
const viewLongPx = { page: 684, whole: 860 } as const

/** Logarithm of odds: one turn that is not so far ahead of all others is doubtful. What the file and the shape of a page say together, of a page without writing, is no doubt. */
const doubtful = 1.9

/** Pages that were turned by `turn` quarters already, the pages of one picture, turned on as their writing says: it decides where it can be read. */
export function setUpright(pages: readonly Flat[], likely: readonly number[], turn: number): { pages: Flat[]; isDoubtful: boolean } {
  const sums = [0, 1, 2, 3].map((k) => likely[(turn + k) % 4] ?? 0)
  for (const { place, pixels } of pages) {
    const shrink = (place.border.length === 0 ? viewLongPx.whole : viewLongPx.page) / max(pixels.widthPx, pixels.heightPx)
    const [width, height] = [max(1, round(pixels.widthPx * shrink)), max(1, round(pixels.heightPx * shrink))]
    const samples = max(1, min(2, round(1 / shrink)))
    turnLikelihoods(greyView(pixels, width, height, samples)).forEach((log, k) => (sums[k] = (sums[k] ?? 0) + log))
  }
  const quarters = likeliest(sums)
  const [first = 0, second = 0] = [...sums].sort((a, b) => b - a)
  return {
    pages: pages.map(({ place, pixels }) => ({ place: recounted(place, (4 - quarters) % 4), pixels: turned(pixels, quarters) })),
    isDoubtful: first - second < doubtful,
  }
}

/** Counted from corner k; after one quarter turn clockwise, what was the bottom left, corner 3, is the top left. */
export const recounted = (place: Outlined, k: number): Outlined => ({
  ...place,
  quad: countedFrom(place.quad, k),
  sides: [...place.sides.slice(k), ...place.sides.slice(0, k)],
})
