/** Finds our printed marks on a page's picture: in grey, through the red channel, more thoroughly where needed. It trusts only what carries our MAC. */
import type { Pixels } from '../pages/pdf-to-picture'
import { type Mark, readMark, sameMark } from './marks'

export interface Point {
  x: number
  y: number
}

export interface FoundCode {
  text: string
  /** Of the code as printed upright: top left, top right, bottom right, bottom left; in pixels. */
  corners: [Point, Point, Point, Point] | Point[]
}

export type CodeReader = (pixels: Pixels, options: { thorough: boolean }) => Promise<FoundCode[]>

export interface PrintedMark {
  /** Null where authentic marks disagree. */
  mark: Mark | null
  /** Degrees clockwise that set the picture upright. */
  rotationDegCw: number
}

interface SeenMark {
  mark: Mark
  rotationDegCw: number
  /** Distance in page heights from the nearest place where we print one. */
  astray: number
}

/**
 * What the codes on this page say; null without an authentic one.
 *
 * Several different ones (a photographed sheet that bears an older mark): the one that stands where we print it counts, if it is alone there.
 */
export function printedMark(codes: FoundCode[], size: { widthPx: number; heightPx: number }, key: string): PrintedMark | null {
  const seen = codes.flatMap((code): SeenMark[] => {
    const mark = readMark(code.text, key)
    if (!mark) return []
    const rotationDegCw = uprightTurn(code.corners)
    return [{ mark, rotationDegCw, astray: astray(code.corners, size, rotationDegCw) }]
  })
  const [first] = seen
  if (!first) return null
  if (seen.every(({ mark }) => sameMark(mark, first.mark))) return first
  const placed = seen.filter((each) => each.astray < 0.06)
  const [one] = placed
  return one && placed.every(({ mark }) => sameMark(mark, one.mark)) ? one : { mark: null, rotationDegCw: first.rotationDegCw }
}

/** The code's upper edge points right on an upright page. */
function uprightTurn(corners: Point[]): number {
  const [from, to] = corners
  if (!from || !to) return 0
  const turned = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI
  return (360 - ((Math.round(turned / 90) * 90 + 360) % 360)) % 360
}

function astray(corners: Point[], { widthPx, heightPx }: { widthPx: number; heightPx: number }, turn: number): number {
  const x = corners.reduce((sum, corner) => sum + corner.x, 0) / corners.length
  const y = corners.reduce((sum, corner) => sum + corner.y, 0) / corners.length
  const [width, height] = turn % 180 === 0 ? [widthPx, heightPx] : [heightPx, widthPx]
  const upright = { 0: { x, y }, 90: { x: heightPx - y, y: x }, 180: { x: widthPx - x, y: heightPx - y }, 270: { x: y, y: widthPx - x } }[turn] ?? { x, y }
  // Margin and half a mark: 18 mm from both edges of a sheet whose longer side is 297 mm.
  const inset = (18 / 297) * Math.max(width, height)
  const places = [
    { x: width - inset, y: inset },
    { x: inset, y: height - inset },
  ]
  return Math.min(...places.map((place) => Math.hypot(place.x - upright.x, place.y - upright.y))) / Math.max(width, height)
}
