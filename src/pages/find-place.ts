/** From the maps of a picture to the quadrangles of its pages: none, one, or the two of an open exercise book. */
import { fitQuad } from './fit-quad'
import { type BorderPoint, borderOf, type CellMap, largestPatch, type Line, lineBetween, lineThrough, offLine } from './outline'
import { mapHeight, mapWidth, type PlaceMaps } from './place-maps'
import { areaOf, clipped, distance, type Point, type Quad } from './projection'
import type { Outlined, SideKind } from './refine-quad'

// Held in this file: loops over millions of pixels look these up no further.
const { abs, max, min } = Math

export interface Places {
  /** In pixels, corners clockwise as seen. Empty: the picture is to be taken whole. */
  pages: Outlined[]
  pageLikelihood: number
  outsideShare: number
}

/** A page that covers this much of the picture is the picture: a scan, or a page whose edges are all outside. */
const wholeShare = 0.97
/** Less than this is no page that one could read. */
const leastShare = 0.004
/** The quadrangle and the outline must agree this well (intersection over union), or the whole picture is taken. */
const agreement = 0.88
/** Of a page of fewer cells so many lie at its border that those a side parts are not asked. */
const fewCells = 200
/** The smaller of two facing pages is at least this much of the larger, even in a steep view. */
const facingShare = 0.38

/** Where the outline at one half is not confirmed, cells are of the page from this probability on. */
export const nearlySure = 0.85

/** The same map with the probability `least` become one half. */
export const surer = (page: Float32Array, least: number): Float32Array =>
  page.map((value) => (value < least ? (0.5 * value) / least : 0.5 + (0.5 * (value - least)) / (1 - least)))

export function placesIn(maps: PlaceMaps, widthPx: number, heightPx: number): Places {
  const none = { pages: [], pageLikelihood: maps.isPage, outsideShare: maps.outside }
  const patch = largestPatch({ width: mapWidth, height: mapHeight, data: maps.page })
  if (patch === null) return none
  const border = borderOf(patch)
  const corners = { width: mapWidth, height: mapHeight, data: maps.corner }
  const fold = foldOf(maps, patch)
  const parts = fold === null ? [border] : halves(border, fold, patch)
  const quads = parts.map((part) => ({ part, quad: fitQuad(part, corners) }))
  const shares = quads.map(({ quad }) => (quad === null ? 0 : abs(areaOf(clipped(quad, mapWidth, mapHeight))) / (mapWidth * mapHeight)))
  if (shares.some((share) => share < leastShare) || shares.reduce((sum, share) => sum + share, 0) > wholeShare) return none
  const fitted = quads as { part: BorderPoint[]; quad: Quad }[]
  if (
    agreementOf(
      patch,
      fitted.map(({ quad }) => quad),
    ) < agreement
  )
    return none
  return { ...none, pages: fitted.map(({ part, quad }) => placeOf(quad, part, maps.fold, widthPx, heightPx)) }
}

/** Cells → pixels; the maps of a standing picture have rows and columns exchanged. */
function placeOf(clockwiseInMap: Quad, border: BorderPoint[], fold: Float32Array, widthPx: number, heightPx: number): Outlined {
  // A standing picture's maps are mirrored: there the corners run the other way.
  const quad = heightPx > widthPx ? ([...clockwiseInMap].reverse() as Quad) : clockwiseInMap
  const sides = quad.map((corner, k) => sideKind(corner, quad[(k + 1) % 4] as Point, fold))
  const toPixels = ([x, y]: Point): Point =>
    heightPx > widthPx ? [(y / mapHeight) * widthPx, (x / mapWidth) * heightPx] : [(x / mapWidth) * widthPx, (y / mapHeight) * heightPx]
  return { quad: quad.map(toPixels) as Quad, sides, border: border.map((point) => ({ ...point, at: toPixels(point.at) })) }
}

/** Cells from the end of the map within which a side is where the picture ends. */
const atBorder = 0.8

function sideKind([ax, ay]: Point, [bx, by]: Point, fold: Float32Array): SideKind {
  let [folds, cuts] = [0, 0]
  const steps = 20
  for (let k = 0; k < steps; k++) {
    const [x, y] = [ax + ((bx - ax) * (k + 0.5)) / steps, ay + ((by - ay) * (k + 0.5)) / steps]
    if (x < atBorder || y < atBorder || x > mapWidth - atBorder || y > mapHeight - atBorder) cuts++
    else if ((fold[Math.floor(y) * mapWidth + Math.floor(x)] as number) > 0.3) folds++
  }
  if (cuts > steps / 3) return 'cut'
  return folds > steps / 3 ? 'fold' : 'edge'
}

/** Said of a picture without its maps; less where they leave no doubt: a sheet may have been folded in the middle. */
const spreadSaid = 0.5
const spreadHinted = 0.04
const clearFold = 0.8

/** The fold as a line, where it runs through the middle of the patch from end to end; null where it does not. */
function foldOf({ fold, isSpread }: PlaceMaps, patch: CellMap): Line | null {
  if (isSpread < spreadHinted) return null
  const points: Point[] = []
  const weights: number[] = []
  fold.forEach((value, cell) => {
    if (value < 0.25 || (patch.data[cell] as number) < 0.5) return
    points.push(middleOf(cell))
    weights.push(value)
  })
  const line = lineThrough(points, weights)
  if (line === null || points.length < 6) return null
  let [right, left] = [0, 0]
  patch.data.forEach((value, cell) => {
    if (value < 0.5) return
    if (offLine(line, middleOf(cell)) > 0) right++
    else left++
  })
  if (min(right, left) < facingShare * max(right, left)) return null
  if (isSpread >= spreadSaid) return line
  const run = cellsAlong(line, patch).map(({ cell }) => fold[cell] as number)
  return run.filter((value) => value > 0.25).length >= clearFold * run.length ? line : null
}

const middleOf = (cell: number): Point => [(cell % mapWidth) + 0.5, Math.floor(cell / mapWidth) + 0.5]

/** Places on the line within the patch, half a cell apart. */
function cellsAlong(line: Line, patch: CellMap): { at: Point; cell: number }[] {
  const places: { at: Point; cell: number }[] = []
  for (let t = -80; t <= 80; t += 0.5) {
    const at: Point = [line.at[0] + t * line.along[0], line.at[1] + t * line.along[1]]
    const cell = Math.floor(at[1]) * patch.width + Math.floor(at[0])
    if (at[0] >= 0 && at[0] < patch.width && at[1] >= 0 && at[1] < patch.height && (patch.data[cell] as number) >= 0.5) places.push({ at, cell })
  }
  return places
}

/** The border on either side of the fold, each closed along it. */
function halves(border: BorderPoint[], fold: Line, patch: CellMap): BorderPoint[][] {
  const shared = cellsAlong(fold, patch).map(({ at }) => ({ at, isCut: false, isVague: false }))
  return [1, -1].map((side) => [...border.filter(({ at }) => side * offLine(fold, at) > 0), ...shared])
}

/** Intersection over union of the patch and the quadrangles, cell by cell. */
function agreementOf(patch: CellMap, quads: Quad[]): number {
  let [both, either] = [0, 0]
  const isTiny = patch.data.filter((value) => value >= 0.5).length < fewCells
  patch.data.forEach((value, cell) => {
    const at = middleOf(cell)
    const isPage = value >= 0.5
    const isWithin = quads.some((quad) => holds(quad, at))
    if (isTiny && isPage !== isWithin && quads.some((quad) => isParted(quad, at))) return
    if (isPage && isWithin) both++
    if (isPage || isWithin) either++
  })
  return both / max(1, either)
}

/** Half a diagonal of a cell: a line that passes nearer to its middle may part it. */
const halfCell = Math.SQRT1_2

const isParted = (quad: Quad, at: Point): boolean =>
  quad.some((corner, k) => {
    const next = quad[(k + 1) % 4] as Point
    const line = lineBetween(corner, next)
    const t = (at[0] - line.at[0]) * line.along[0] + (at[1] - line.at[1]) * line.along[1]
    return abs(offLine(line, at)) < halfCell && t > -halfCell && t < distance(corner, next) + halfCell
  })

function holds(quad: Quad, at: Point): boolean {
  for (let k = 0; k < 4; k++) {
    const a = quad[k] as Point
    const b = quad[(k + 1) % 4] as Point
    if ((b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0]) < 0) return false
  }
  return true
}
