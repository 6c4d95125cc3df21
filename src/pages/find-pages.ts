/** A frame → its pages, left before right: where the page is, which way is up, flat and fitted into A4. */
import { Fault } from '../errors'
import { findPlaces } from './find-place'
import { sidesOf } from './fit-quad'
import { flatten } from './flatten-page'
import type { Frame, FoundPage } from './found-page'
import { outsideShareOf } from './judge-place'
import { isMirrored, rotationOf, turnOf } from './orientation'
import { a4, type RgbPixels } from './page'
import { areaOf, aspectOf, clipped, countedFrom, distance, type Point, project, projectionTo, type Quad } from './projection'
import { greyView } from './raster'
import { type Outlined, refineQuad, type SideKind } from './refine-quad'
import { turnLikelihoods } from './which-way-up'

// Held in this file: loops over millions of pixels look these up no further.
const { abs, ceil, max, min, round } = Math

/** A longer picture is halved until it is not: A4 at 200 dpi needs no more. */
const longestPx = 4200

/** A page's corners and outline as shares of its size that stay around it: what the map gives is not exact to the pixel. */
const margin = 0.004

/** Faults: `picture-undecodable`. */
export async function findPages(frame: Frame): Promise<FoundPage[]> {
  const picture = await decoded(frame)
  const isMirror = isMirrored(frame.orientation)
  const { pages: coarse, ...told } = frame.kind === 'drawn' ? { pages: [], pageLikelihood: 1, outsideShare: 0 } : findPlaces(picture)
  const fine = coarse.map((page) => refineQuad(picture, page))
  const pages = fine.some((page) => isDoubtful(page, picture)) ? [] : fine
  const isWhole = pages.length === 0
  const asStored = (isWhole ? [wholeOf(picture)] : pages).map((place) => standing(place, isMirror))
  const turn = frame.kind === 'drawn' ? fileTurn(frame.orientation) : likeliestTurn(picture, asStored, frame.orientation)
  const upright = asStored.map((place) => recounted(place, (4 - turn) % 4))
  return leftFirst(upright).map(({ quad, border, sides }): FoundPage => {
    const [widthPx, heightPx] = sizeOf(quad, picture)
    const scale = frame.widthPx / picture.widthPx
    return {
      pixels: flatten(picture, projectionTo(isWhole ? quad : grown(quad)), sidesOf(quad, border), widthPx, heightPx),
      rotationDegCw: rotationOf(quad, isMirror),
      corners: isWhole ? null : quad.map(([x, y]): Point => [round(x * scale * 10) / 10, round(y * scale * 10) / 10]),
      facts: {
        pageLikelihood: told.pageLikelihood,
        outsideShare: isWhole ? 0 : outsideShareOf(quad, sides, told.outsideShare),
        pictureShare: abs(areaOf(clipped(quad, picture.widthPx, picture.heightPx))) / (picture.widthPx * picture.heightPx),
        pixelsPerMm: (scale * max(distance(quad[0], quad[1]), distance(quad[1], quad[2]))) / longMm,
      },
    }
  })
}

/** Long side of A4, which most pages are or nearly. */
const longMm = 297

/** Pixels as stored, on white, at most about 4200 on the long side. */
async function decoded({ picture, widthPx, heightPx }: Frame): Promise<RgbPixels> {
  let halvings = 0
  while (max(widthPx, heightPx) / 2 ** halvings > longestPx) halvings++
  const small = { width: max(1, ceil(widthPx / 2 ** halvings)), height: max(1, ceil(heightPx / 2 ** halvings)), fit: 'fill' } as const
  try {
    const fitted = halvings === 0 ? picture.clone() : picture.clone().resize(small)
    const opaque = fitted.flatten({ background: '#fff' }).toColourspace('srgb').removeAlpha()
    const { data, info } = await opaque.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    return { widthPx: info.width, heightPx: info.height, data }
  } catch (cause) {
    throw new Fault('picture-undecodable', undefined, { cause })
  }
}

const wholeOf = ({ widthPx, heightPx }: RgbPixels): Outlined => ({
  quad: [
    [0, 0],
    [widthPx, 0],
    [widthPx, heightPx],
    [0, heightPx],
  ],
  border: [],
  sides: ['cut', 'cut', 'cut', 'cut'],
})

/** Of a page that fills this share of the picture, edges must be seen, or it is a scan. */
const nearlyWhole = 0.8
/** A page that covers less than this has too few pixels for its edges to be looked at. */
const tinyShare = 0.1

/** A place that the pixels do not confirm: none of its sides, or of a page as large as the picture, less than three. */
function isDoubtful({ quad, sides }: Outlined, { widthPx, heightPx }: RgbPixels): boolean {
  const guesses = sides.filter((kind) => kind === 'guess').length
  const isSeen = sides.some((kind) => kind === 'edge' || kind === 'fold')
  const share = areaOf(quad) / (widthPx * heightPx)
  return (!isSeen && share > tinyShare) || (guesses >= 2 && share > nearlyWhole)
}

/** Counted so that the stored pixels need no turn; the other way round in mirrored files. */
function standing(place: Outlined, isMirror: boolean): Outlined {
  const [a, b, c, d] = place.quad
  const [first, second, third, fourth] = place.sides as [SideKind, SideKind, SideKind, SideKind]
  const ordered: Outlined = isMirror ? { ...place, quad: [b, a, d, c], sides: [first, fourth, third, second] } : place
  return [0, 1, 2, 3].map((k) => recounted(ordered, k)).find(({ quad }) => rotationOf(quad, isMirror) === 0) ?? ordered
}

/** Counted from corner k; after one quarter turn clockwise, what was the bottom left, corner 3, is the top left. */
const recounted = (place: Outlined, k: number): Outlined => ({
  ...place,
  quad: countedFrom(place.quad, k),
  sides: [...place.sides.slice(k), ...place.sides.slice(0, k)],
})

const fileTurn = (orientation: number): number => turnOf(orientation) / 90

/** The view for the network: about 2.3 pixels a millimetre of A4, more of smaller pages; a picture taken whole may hold a smaller page. */
const viewLongPx = { page: 684, whole: 860 } as const

/**
 * Quarter turns clockwise from the stored pixels. The writing decides where it can be read; a phone's word is right about three times in four when it lies
 * over a table; pages are more often upright than lying.
 */
function likeliestTurn(picture: RgbPixels, places: Outlined[], orientation: number): number {
  const sums = [0, 0, 0, 0]
  for (const { quad, border } of places) {
    const aspect = aspectOf(quad, picture.widthPx, picture.heightPx)
    const long = border.length === 0 ? viewLongPx.whole : viewLongPx.page
    const [width, height] = [max(1, round(long * min(1, aspect))), max(1, round(long * min(1, 1 / aspect)))]
    const samples = max(1, min(2, round(distance(quad[0], quad[1]) / width)))
    turnLikelihoods(greyView(picture, projectionTo(quad), width, height, samples)).forEach((log, k) => {
      const isPortrait = aspect < 1 === (k % 2 === 0)
      sums[k] = (sums[k] ?? 0) + log + (isPortrait ? portraitWord : 0)
    })
  }
  const told = fileTurn(orientation)
  sums[told] = (sums[told] ?? 0) + fileWord
  return sums.indexOf(max(...sums))
}

/** Logarithms of odds. */
const fileWord = 2
const portraitWord = 0.7

/** Pages in the order they are read: an open exercise book's left page comes first. */
function leftFirst(places: Outlined[]): Outlined[] {
  const [first] = places
  if (!first || places.length === 1) return places
  const [left, right] = first.quad
  const along = ({ quad }: Outlined): number => quad.reduce((sum, [x, y]) => sum + x * (right[0] - left[0]) + y * (right[1] - left[1]), 0)
  return [...places].sort((a, b) => along(a) - along(b))
}

/** As large as the page is in the picture, within A4 at 200 dpi, portrait or landscape. */
function sizeOf(quad: Quad, picture: RgbPixels): [width: number, height: number] {
  const aspect = aspectOf(quad, picture.widthPx, picture.heightPx)
  const [top, right, bottom, left] = quad.map((corner, k) => distance(corner, quad[(k + 1) % 4] as Point)) as [number, number, number, number]
  const height = max(left, right, max(top, bottom) / aspect)
  const isPortrait = aspect <= 1
  const scale = min(1, (isPortrait ? a4.shortPx : a4.longPx) / (height * aspect), (isPortrait ? a4.longPx : a4.shortPx) / height)
  return [max(1, round(height * aspect * scale)), max(1, round(height * scale))]
}

/** The quadrangle with its margin. */
function grown(quad: Quad): Quad {
  const projection = projectionTo(quad)
  const [low, high] = [-margin, 1 + margin]
  return (
    [
      [low, low],
      [high, low],
      [high, high],
      [low, high],
    ] as Quad
  ).map((corner) => project(projection, corner)) as Quad
}
