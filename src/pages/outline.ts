/** Outlines in a map of probabilities: its largest patch, where its border runs between the cells, and the quadrangle that fits it. */
import { patchesOf } from './cell-grid'
import { areaOf, distance, type Point, type Quad } from './projection'

// Held in this file: loops over millions of pixels look these up no further.
const { abs, hypot, max, min } = Math

/** A map of `width` × `height` cells; the middle of the first is at 0.5, 0.5. */
export interface CellMap {
  width: number
  height: number
  data: Float32Array
}

export interface BorderPoint {
  at: Point
  /** The patch goes on beyond the map here. */
  isCut: boolean
  /** The map goes over from page to none so gradually that the border may be elsewhere. */
  isVague: boolean
}

/** Less between two cells side by side is vague; a clear edge takes two at most. */
const leastStep = 0.25

/** The map with everything but its largest patch of 0.5 and more set to 0; null where there is none. Cells beside the patch keep their value up to 0.5. */
export function largestPatch({ width, height, data }: CellMap): CellMap | null {
  let largest: number[] = []
  for (const patch of patchesOf((cell) => (data[cell] as number) >= 0.5, width, height)) if (patch.length > largest.length) largest = patch
  if (largest.length === 0) return null
  const kept = data.map((value) => (value < 0.5 ? value : 0))
  for (const cell of largest) kept[cell] = data[cell] as number
  return { width, height, data: kept }
}

/** First and last crossings of 0.5 along each row and each column, read between the cells. Holes do not count. */
export function borderOf(map: CellMap): BorderPoint[] {
  const points: BorderPoint[] = []
  const along = (length: number, valueAt: (k: number) => number, pointAt: (k: number) => Point): void => {
    let [first, last] = [-1, -1]
    for (let k = 0; k < length; k++) if (valueAt(k) >= 0.5) [first, last] = [first < 0 ? k : first, k]
    if (first < 0) return
    const crossing = (inside: number, outside: number): BorderPoint => {
      const [a, b] = [valueAt(inside), valueAt(outside)]
      const place = inside + 0.5 + (outside - inside) * min(1, max(0, (a - 0.5) / max(1e-6, a - b)))
      return { at: pointAt(place), isCut: false, isVague: a - b < leastStep }
    }
    points.push(first === 0 ? { at: pointAt(0), isCut: true, isVague: false } : crossing(first, first - 1))
    points.push(last === length - 1 ? { at: pointAt(length), isCut: true, isVague: false } : crossing(last, last + 1))
  }
  const { width, height, data } = map
  for (let y = 0; y < height; y++)
    along(
      width,
      (x) => data[y * width + x] as number,
      (x) => [x, y + 0.5],
    )
  for (let x = 0; x < width; x++)
    along(
      height,
      (y) => data[y * width + x] as number,
      (y) => [x + 0.5, y],
    )
  return points
}

/** Convex hull, clockwise as seen (Andrew 1979). */
export function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const half = (order: Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of order) {
      while (chain.length >= 2 && turn(chain.at(-2) as Point, chain.at(-1) as Point, point) <= 0) chain.pop()
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.reverse())]
}

const turn = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

/** The quadrangle of greatest area whose corners are corners of the hull: for each diagonal, the farthest point on either side. */
export function largestQuad(hull: readonly Point[]): Quad | null {
  let [best, most]: [Quad | null, number] = [null, 0]
  for (let i = 0; i < hull.length; i++)
    for (let k = i + 2; k < hull.length; k++) {
      const [a, c] = [hull[i] as Point, hull[k] as Point]
      const b = farthest(hull.slice(i + 1, k), a, c)
      const d = farthest([...hull.slice(k + 1), ...hull.slice(0, i)], a, c)
      if (b === null || d === null) continue
      const area = abs(areaOf([a, b, c, d]))
      if (area > most) [best, most] = [[a, b, c, d], area]
    }
  return best
}

function farthest(points: readonly Point[], a: Point, c: Point): Point | null {
  let [best, most]: [Point | null, number] = [null, -1]
  for (const point of points) {
    const off = abs(turn(a, c, point))
    if (off > most) [best, most] = [point, off]
  }
  return best
}

/** A point of the line, and its direction of length 1. */
export interface Line {
  at: Point
  along: Point
}

/** Least squares across the line (weighted principal axis). */
export function lineThrough(points: readonly Point[], weights?: readonly number[]): Line | null {
  let [sum, mx, my] = [0, 0, 0]
  points.forEach(([x, y], k) => {
    const weight = weights?.[k] ?? 1
    sum += weight
    mx += weight * x
    my += weight * y
  })
  if (points.length < 2 || sum <= 0) return null
  const at: Point = [mx / sum, my / sum]
  let [xx, xy, yy] = [0, 0, 0]
  points.forEach(([x, y], k) => {
    const weight = weights?.[k] ?? 1
    xx += weight * (x - at[0]) ** 2
    xy += weight * (x - at[0]) * (y - at[1])
    yy += weight * (y - at[1]) ** 2
  })
  const angle = Math.atan2(2 * xy, xx - yy) / 2
  return { at, along: [Math.cos(angle), Math.sin(angle)] }
}

export const lineBetween = (a: Point, b: Point): Line => {
  const length = max(1e-9, distance(a, b))
  return { at: a, along: [(b[0] - a[0]) / length, (b[1] - a[1]) / length] }
}

/** Distance to the line, with a sign: positive to the right of its direction as seen. */
export const offLine = ({ at, along }: Line, point: Point): number => along[0] * (point[1] - at[1]) - along[1] * (point[0] - at[0])

/** Null for lines that hardly cross. */
export function crossingOf(a: Line, b: Line): Point | null {
  const sine = a.along[0] * b.along[1] - a.along[1] * b.along[0]
  if (abs(sine) < 0.05 || hypot(...a.along) === 0) return null
  const t = ((b.at[0] - a.at[0]) * b.along[1] - (b.at[1] - a.at[1]) * b.along[0]) / sine
  return [a.at[0] + t * a.along[0], a.at[1] + t * a.along[1]]
}
