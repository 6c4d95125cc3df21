/** A frame → its pages, left before right: where the page is, which way is up, flat and fitted into A4. */
import { Fault } from '../errors'
import { isCrossed } from './crossed-side'
import { nearlySure, type Places, placesIn, surer } from './find-place'
import { sidesOf } from './fit-quad'
import { flatten } from './flatten-page'
import type { Frame, FoundPage } from './found-page'
import { outsideShareOf } from './judge-place'
import { isMirrored, rotationOf } from './orientation'
import { a4, type RgbPixels } from './page'
import { areaOf, aspectOf, clipped, distance, type Point, project, projectionTo, type Quad } from './projection'
import { placeMaps } from './place-maps'
import { type Outlined, refineQuad, type SideKind } from './refine-quad'
import { type Flat, fileTurn, likeliest, likelyTurns, recounted, setUpright } from './set-upright'

const { abs, ceil, max, min, round } = Math

/** A longer picture is halved until it is not: A4 at 200 dpi needs no more. */
const longestPx = 4200

/** A page's corners and outline as shares of its size that stay around it: what the map gives is not exact to the pixel. */
const margin = 0.004

/** Faults: `picture-undecodable`. */
export async function findPages(frame: Frame): Promise<FoundPage[]> {
  const picture = await decoded(frame)
  const isMirror = isMirrored(frame.orientation)
  const isDrawn = frame.kind === 'drawn'
  const { pages, ...told } = isDrawn ? { pages: [], pageLikelihood: 1, outsideShare: 0 } : placesOf(picture)
  const isWhole = pages.length === 0
  const asStored = (isWhole ? [wholeOf(picture)] : pages).map((place) => standing(place, isMirror))
  const turns = isDrawn ? [] : likelyTurns(asStored, frame.orientation, picture.widthPx, picture.heightPx)
  const turn = isDrawn ? fileTurn(frame.orientation) : likeliest(turns)
  const flat = asStored.map((stored): Flat => {
    const place = recounted(stored, (4 - turn) % 4)
    const projection = projectionTo(isWhole ? place.quad : grown(place.quad))
    return { place, pixels: flatten(picture, projection, sidesOf(place.quad, place.border), ...sizeOf(place.quad, picture)) }
  })
  const upright = isDrawn ? { pages: flat, isDoubtful: false } : setUpright(flat, turns, turn)
  return leftFirst(upright.pages).map(({ place: { quad, sides }, pixels }): FoundPage => {
    const scale = frame.widthPx / picture.widthPx
    return {
      pixels,
      rotationDegCw: rotationOf(quad, isMirror),
      isTurnDoubtful: upright.isDoubtful,
      corners: isWhole ? null : quad.map(([x, y]): Point => [round(x * scale * 10) / 10, round(y * scale * 10) / 10]),
      sides,
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

/** Places that the pixels confirm. Where a doubtful part of the map draws an outline that they do not, the surer part may draw one that they do. */
function placesOf(picture: RgbPixels): Places {
  const maps = placeMaps(picture)
  const among = (page: Float32Array, isSpread: number): Places => {
    const places = placesIn({ ...maps, page, isSpread }, picture.widthPx, picture.heightPx)
    return { ...places, pages: places.pages.map((place) => refineQuad(picture, place)) }
  }
  const refined = (page: Float32Array): Places => {
    const places = among(page, maps.isSpread)
    // A single sheet that was folded once, and is written on across the fold.
    return places.pages.length > 1 && places.pages.every((place) => isCrossed(picture, place, 'fold')) ? among(page, 0) : places
  }
  const first = refined(maps.page)
  if (first.pages.length > 0 && guessesOf(first) === 0) return first
  const second = refined(surer(maps.page, nearlySure))
  // Neither the pixels nor the surer part know of it.
  if (second.pages.length === 0 && guessesOf(first) > 1) return second
  const best = second.pages.length > 0 && (first.pages.length === 0 || guessesOf(second) < guessesOf(first)) ? second : first
  return best.pages.some((page) => isDoubtful(page, picture) || isCrossed(picture, page, 'guess') || isCrossed(picture, page, 'fold'))
    ? { ...best, pages: [] }
    : best
}

const guessesOf = ({ pages }: Places): number => pages.flatMap(({ sides }) => sides).filter((kind) => kind === 'guess').length

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

/** Pages in the order they are read: an open exercise book's left page comes first. */
function leftFirst(pages: Flat[]): Flat[] {
  const [first] = pages
  if (!first || pages.length === 1) return pages
  const [left, right] = first.place.quad
  const along = ({ place: { quad } }: Flat): number => quad.reduce((sum, [x, y]) => sum + x * (right[0] - left[0]) + y * (right[1] - left[1]), 0)
  return [...pages].sort((a, b) => along(a) - along(b))
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
