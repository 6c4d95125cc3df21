/** The holes of a binder, through which the table is seen, become white: nothing was ever written there. */
import { patchAt, patchesOf } from './cell-grid'
import type { RgbPixels } from './page'
import { isWithin, type Span } from './span'

const { abs, ceil, floor, hypot, max, min, PI } = Math

/** As shares of the distance between two neighbours: ISO 838 (6 mm wide, 80 mm apart, 12 mm from the edge; four holes likewise), and the three of North America (8, 108, 13 mm). */
const wide: Span = [0.055, 0.1]
const fromEdge: Span = [0.06, 0.24]
/** Of the page's longer side: 80 mm of A4 to 108 mm of a letter. */
const apart: Span = [0.22, 0.45]
/** The row of holes runs along the side but for so much of their distance; one hole is as wide as the other but for so much. */
const askew = 0.04
const unlike = 1.3
/** Width of one as seen by the pixels, over its height; its pixels over those of an ellipse so wide and high (a square has 1.27 times as many). */
const roundness: Span = [0.75, 1.33]
const full: Span = [0.88, 1.1]
/** A hole is darker than this, of 255, and so much of the ring around it is lighter than half way to white. */
const darkest = 190
const freeRing = 0.85
/** Cells of the first look, along the longer side; a hole of A4 has 8 of them. */
const cells = 400

interface Disc {
  x: number
  y: number
  widthPx: number
  heightPx: number
}

/** In place, after paper was quieted. A hole that writing or a finger touches is not round, and stays; so does one that has no neighbour at the right distance. */
export function whitenHoles(page: RgbPixels): void {
  const discs = discsOf(page)
  const holes = discs.filter((one) => discs.some((other) => areHoles(one, other, page) && !discs.some((third) => isBetween(third, one, other))))
  for (const hole of holes) whiten(page, hole)
}

/** Dots that follow each other more closely are a list. */
function isBetween(third: Disc, one: Disc, other: Disc): boolean {
  const [a, b] = [hypot(third.x - one.x, third.y - one.y), hypot(third.x - other.x, third.y - other.y)]
  return min(a, b) > 0 && a + b < (1 + askew) * hypot(one.x - other.x, one.y - other.y)
}

function areHoles(one: Disc, other: Disc, { widthPx, heightPx }: RgbPixels): boolean {
  const [across, down] = [abs(one.x - other.x), abs(one.y - other.y)]
  const distance = hypot(across, down)
  if (min(across, down) > askew * distance || !isWithin(apart, distance / max(widthPx, heightPx))) return false
  const isColumn = down > across
  const [a, b] = [diameterOf(one), diameterOf(other)]
  if (max(a, b) > unlike * min(a, b)) return false
  return [one, other].every((disc) => {
    const [place, length] = isColumn ? [disc.x, widthPx] : [disc.y, heightPx]
    return isWithin(wide, diameterOf(disc) / distance) && isWithin(fromEdge, min(place, length - place) / distance)
  })
}

const diameterOf = ({ widthPx, heightPx }: Disc): number => (widthPx + heightPx) / 2

/** Round dark things of a hole's size on white, near the sides. */
function discsOf(page: RgbPixels): Disc[] {
  const cellPx = max(page.widthPx, page.heightPx) / cells
  const [columns, rows] = [floor(page.widthPx / cellPx), floor(page.heightPx / cellPx)]
  if (min(columns, rows) < cells / 4) return []
  const dark = darkAlongSides(page, columns, rows, cellPx)
  const [leastCells, mostCells] = [wide[0] * apart[0] * cells, wide[1] * apart[1] * cells]
  const discs: Disc[] = []
  for (const patch of patchesOf((cell) => dark[cell] === 1, columns, rows)) {
    if (patch.length < leastCells ** 2 / 2 || patch.length > mostCells ** 2) continue
    const [x, y] = [meanOf(patch, (cell) => cell % columns), meanOf(patch, (cell) => floor(cell / columns))]
    const disc = discAt(page, floor((x + 0.5) * cellPx), floor((y + 0.5) * cellPx), ceil(mostCells * cellPx))
    if (disc !== null) discs.push(disc)
  }
  return discs
}

/** 1 for each cell whose middle is dark, where holes may be: most of a page is not looked at. */
function darkAlongSides({ widthPx, data }: RgbPixels, columns: number, rows: number, cellPx: number): Uint8Array {
  const dark = new Uint8Array(columns * rows)
  const margin = ceil((fromEdge[1] + wide[1]) * apart[1] * cells)
  for (let row = 0; row < rows; row++) {
    const line = floor((row + 0.5) * cellPx) * widthPx
    const isInside = row >= margin && row < rows - margin
    for (let column = 0; column < columns; column++) {
      if (isInside && column === margin) column = max(margin, columns - margin)
      if ((data[(line + floor((column + 0.5) * cellPx)) * 3 + 1] as number) < darkest) dark[row * columns + column] = 1
    }
  }
  return dark
}

const meanOf = (patch: readonly number[], valueOf: (cell: number) => number): number => patch.reduce((sum, cell) => sum + valueOf(cell), 0) / patch.length

/** The dark thing around a pixel, if it is round, ends within `reach` and has white around it. */
function discAt(page: RgbPixels, x: number, y: number, reach: number): Disc | null {
  const [left, top] = [max(0, x - reach), max(0, y - reach)]
  const [width, height] = [min(page.widthPx, x + reach) - left, min(page.heightPx, y + reach) - top]
  const greenAt = (u: number, v: number): number => page.data[((top + v) * page.widthPx + left + u) * 3 + 1] as number
  const inside = greenAt(x - left, y - top)
  const between = (255 + inside) / 2
  if (inside >= darkest) return null
  const patch = patchAt((y - top) * width + x - left, (cell) => greenAt(cell % width, floor(cell / width)) < between, width, height)
  const columns = patch.map((cell) => cell % width)
  const [first, last] = [extreme(columns, min), extreme(columns, max)]
  const [upper, lower] = [floor(extreme(patch, min) / width), floor(extreme(patch, max) / width)]
  if (first === 0 || upper === 0 || last === width - 1 || lower === height - 1) return null
  const [widthPx, heightPx] = [last - first + 1, lower - upper + 1]
  if (!isWithin(roundness, widthPx / heightPx) || !isWithin(full, patch.length / ((PI / 4) * widthPx * heightPx))) return null
  const disc = { x: left + first + widthPx / 2, y: top + upper + heightPx / 2, widthPx, heightPx }
  return isAlone(page, disc, between) ? disc : null
}

const extreme = (values: readonly number[], of: (a: number, b: number) => number): number => values.reduce((a, b) => of(a, b))

/** White around it, but where a ruling passes. */
function isAlone(page: RgbPixels, disc: Disc, between: number): boolean {
  let [free, all] = [0, 0]
  eachAround(page, disc, 1.6, (at, from) => {
    if (from < 1.3) return
    all++
    if ((page.data[at + 1] as number) >= between) free++
  })
  return free >= freeRing * all
}

/** Its soft edge goes with it. */
const whiten = (page: RgbPixels, disc: Disc): void => eachAround(page, disc, 1.2, (at) => page.data.fill(255, at, at + 3))

/** Each pixel up to so many times as far from the middle as the disc reaches: where it is in the data, and how far, as a multiple. */
function eachAround({ widthPx, heightPx }: RgbPixels, disc: Disc, most: number, tell: (at: number, from: number) => void): void {
  const [across, down] = [disc.widthPx / 2, disc.heightPx / 2]
  for (let y = max(0, floor(disc.y - most * down)); y < min(heightPx, disc.y + most * down); y++)
    for (let x = max(0, floor(disc.x - most * across)); x < min(widthPx, disc.x + most * across); x++) {
      const from = hypot((x + 0.5 - disc.x) / across, (y + 0.5 - disc.y) / down)
      if (from <= most) tell((y * widthPx + x) * 3, from)
    }
}
