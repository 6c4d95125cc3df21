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
  /** Corners of each code that says so. */
  codes: Point[][]
}

interface SeenMark {
  mark: Mark
  rotationDegCw: number
  corners: Point[]
  /** It stands where we print one, as large as we print it. */
  isPlaced: boolean
}

/**
 * What the codes on this page say; null without an authentic one.
 *
 * Several different ones (a photographed sheet that bears an older mark): the one that stands where we print it, in its size, counts, if it is alone there.
 * Smaller ones are of sheets that lie side by side.
 */
export function printedMark(codes: FoundCode[], size: { widthPx: number; heightPx: number }, key: string): PrintedMark | null {
  const seen = codes.flatMap((code): SeenMark[] => {
    const mark = readMark(code.text, key)
    if (!mark) return []
    const { corners } = code
    const rotationDegCw = uprightTurn(corners)
    const isPlaced = astray(corners, size, rotationDegCw) < 0.06 && sideOf(corners) > (0.85 * markMm * Math.max(size.widthPx, size.heightPx)) / longMm
    return [{ mark, rotationDegCw, corners, isPlaced }]
  })
  const [first] = seen
  if (!first) return null
  const told = (one: SeenMark, all: SeenMark[]): PrintedMark => ({ ...one, codes: all.map(({ corners }) => corners) })
  if (seen.every(({ mark }) => sameMark(mark, first.mark))) return told(first, seen)
  const placed = seen.filter((each) => each.isPlaced)
  const [one] = placed
  if (one && placed.every(({ mark }) => sameMark(mark, one.mark))) return told(one, placed)
  return { mark: null, rotationDegCw: first.rotationDegCw, codes: [] }
}

/** Long side of the sheet, side of a mark, and how far its middle is from both edges: millimetres. */
export const [longMm, markMm, insetMm] = [297, 16, 18]

/** Mean length of a code's sides, in pixels. */
export function sideOf(corners: Point[]): number {
  const sides = corners.map(({ x, y }, index) => {
    const next = corners[(index + 1) % corners.length] ?? { x, y }
    return Math.hypot(next.x - x, next.y - y)
  })
  return sides.reduce((sum, side) => sum + side, 0) / Math.max(1, sides.length)
}

export function middleOf(corners: Point[]): Point {
  const mean = (of: (corner: Point) => number): number => corners.reduce((sum, corner) => sum + of(corner), 0) / Math.max(1, corners.length)
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) }
}

/** The code's upper edge points right on an upright page. */
function uprightTurn(corners: Point[]): number {
  const [from, to] = corners
  if (!from || !to) return 0
  const turned = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI
  return (360 - ((Math.round(turned / 90) * 90 + 360) % 360)) % 360
}

function astray(corners: Point[], { widthPx, heightPx }: { widthPx: number; heightPx: number }, turn: number): number {
  const { x, y } = middleOf(corners)
  const [width, height] = turn % 180 === 0 ? [widthPx, heightPx] : [heightPx, widthPx]
  const upright = { 0: { x, y }, 90: { x: heightPx - y, y: x }, 180: { x: widthPx - x, y: heightPx - y }, 270: { x: y, y: widthPx - x } }[turn] ?? { x, y }
  const inset = (insetMm / longMm) * Math.max(width, height)
  const places = [
    { x: width - inset, y: inset },
    { x: inset, y: height - inset },
  ]
  return Math.min(...places.map((place) => Math.hypot(place.x - upright.x, place.y - upright.y))) / Math.max(width, height)
}
