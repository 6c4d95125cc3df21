/** From the outline of a page in a map to its quadrangle: lines along the sides, corners where they cross or where corners were seen, and how the sides swerve. */
import type { Sides } from './flatten-page'
import { leastSquares } from './least-squares'
import { type BorderPoint, type CellMap, crossingOf, hullOf, largestQuad, type Line, lineBetween, lineThrough, offLine } from './outline'
import { areaOf, countedFrom, distance, inverseOf, isConvex, type Point, project, projectionTo, type Quad } from './projection'

// Held in this file: loops over millions of pixels look these up no further.
const { abs, max, min } = Math

/** Cells between a corner of the lines and where a corner was seen, for them to be the same. */
const cornerReach = 3.5
const leastCorner = 0.3
/** Shares of a side at its ends that its line does not look at: corners are rounded in the map. */
const roundEnds = 0.1

/** Corners clockwise as seen; null where the outline is no quadrangle. */
export function fitQuad(border: readonly BorderPoint[], corners: CellMap): Quad | null {
  const rough = largestQuad(hullOf(border.map((point) => point.at)))
  if (rough === null) return null
  const clear = border.filter(({ isVague }) => !isVague)
  const first = areaOf(rough) > 0 ? rough : ([...rough].reverse() as Quad)
  const lined = refined(refined(first, border), border)
  const seen = lined.map((corner) => seenCorner(corner, corners) ?? corner)
  return bestOf(lined, seen, clear) ?? (isConvex(first) ? first : null)
}

/** What was seen is believed unless the lines fit so much better. */
const muchNearer = 0.72

/** Of each corner where lines cross or where one was seen: the choice whose sides lie nearest to the border. A finger over a corner deceives one, a curl the other. */
function bestOf(lined: Quad, seen: readonly Point[], border: readonly BorderPoint[]): Quad | null {
  let [best, least]: [Quad | null, number] = [null, Number.POSITIVE_INFINITY]
  for (let choice = 15; choice >= 0; choice--) {
    const quad = lined.map((corner, k) => (choice & (1 << k) ? (seen[k] as Point) : corner)) as Quad
    const away = isConvex(quad) ? awayFrom(quad, border) : Number.POSITIVE_INFINITY
    if (away < least * muchNearer) [best, least] = [quad, away]
  }
  return best
}

/** Mean distance of the border from the quadrangle, in cells, when each side may be bent to an even arc; what is far is only far. */
function awayFrom(quad: Quad, border: readonly BorderPoint[]): number {
  const sides = quad.map((corner, k) => sideOf(corner, quad[(k + 1) % 4] as Point))
  for (const { at } of border) {
    let nearest = 0
    let least = Number.POSITIVE_INFINITY
    for (let k = 0; k < 4; k++) {
      const side = sides[k] as Side
      const t = shareAlong(side, at)
      const away = abs(offLine(side.line, at)) + max(0, -t, t - 1) * side.length
      if (away >= least) continue
      least = away
      nearest = k
    }
    const side = sides[nearest] as Side
    side.near.push([shareAlong(side, at), offLine(side.line, at)])
  }
  return sides.reduce((sum, { near }) => sum + awayFromArc(near), 0) / max(1, border.length)
}

interface Side {
  line: Line
  length: number
  /** Of the points that are nearest to it: how far along, 0 to 1, and how far off. */
  near: Point[]
}

const sideOf = (a: Point, b: Point): Side => ({ line: lineBetween(a, b), length: distance(a, b), near: [] })

const shareAlong = ({ line, length }: Side, at: Point): number => ((at[0] - line.at[0]) * line.along[0] + (at[1] - line.at[1]) * line.along[1]) / length

/** Sum of the distances from the arc that fits best. */
function awayFromArc(near: readonly Point[]): number {
  let top = 0
  let bottom = 1e-9
  for (const point of near) {
    const bulge = point[0] * (1 - point[0])
    top += point[1] * bulge
    bottom += bulge * bulge
  }
  let sum = 0
  for (const point of near) {
    const t = point[0]
    sum += min(1.5, abs(point[1] - (top / bottom) * t * (1 - t)) + 4 * max(0, -t, t - 1))
  }
  return sum
}

/** Each side as a line through the border beside it; corners where the lines cross. */
function refined(quad: Quad, border: readonly BorderPoint[]): Quad {
  const lines = quad.map((corner, k) => sideLine(corner, quad[(k + 1) % 4] as Point, border))
  const crossings = quad.map((corner, k) => {
    const crossing = crossingOf(lines[(k + 3) % 4] as Line, lines[k] as Line)
    return crossing !== null && distance(crossing, corner) < 0.2 * distance(quad[0], quad[2]) ? crossing : corner
  })
  return crossings as Quad
}

/** Where so much of a side is clear, what is vague is not asked. */
const clearPart = 0.25

function sideLine(a: Point, b: Point, border: readonly BorderPoint[]): Line {
  const straight = lineBetween(a, b)
  const length = distance(a, b)
  const beside = border.filter(({ at, isCut }) => {
    const t = ((at[0] - a[0]) * straight.along[0] + (at[1] - a[1]) * straight.along[1]) / length
    return !isCut && t > roundEnds && t < 1 - roundEnds && abs(offLine(straight, at)) < 1.5 + 0.07 * length
  })
  const clear = beside.filter(({ isVague }) => !isVague)
  let near = (clear.length < max(3, clearPart * length) ? beside : clear).map((point) => point.at)
  let line = lineThrough(near)
  for (let round = 0; round < 3 && line !== null && near.length > 5; round++) {
    const fitted: Line = line
    const offs = near.map((at) => abs(offLine(fitted, at))).sort((p, q) => p - q)
    const allowed = max(0.25, 2 * (offs[offs.length >> 1] ?? 0))
    near = near.filter((at) => abs(offLine(fitted, at)) <= allowed)
    line = lineThrough(near)
  }
  // Too little of the side is seen: it is where the picture ends, or hidden.
  return line === null || near.length < max(3, 0.25 * length) ? straight : line
}

/** Where a corner was seen near this one: the top of the heat, which falls off as a bell does (parabola through its logarithms). */
function seenCorner([x, y]: Point, { width, height, data }: CellMap): Point | null {
  let [best, most] = [-1, 0]
  for (let row = max(0, Math.floor(y - cornerReach)); row < min(height, y + cornerReach); row++)
    for (let column = max(0, Math.floor(x - cornerReach)); column < min(width, x + cornerReach); column++) {
      const value = data[row * width + column] as number
      const away = distance([column + 0.5, row + 0.5], [x, y])
      // What is nearer may be paler.
      const worth = value - 0.1 * away
      if (value > leastCorner && worth > most && away <= cornerReach) [best, most] = [row * width + column, worth]
    }
  if (best < 0) return null
  const [peakX, peakY] = [best % width, Math.floor(best / width)]
  // Half the heat is cut off at the edge of the map.
  if (peakX === 0 || peakY === 0 || peakX === width - 1 || peakY === height - 1) return null
  const beside = (step: number): number => {
    const [before, at, after] = [best - step, best, best + step].map((cell) => Math.log(max(1e-4, data[cell] as number))) as [number, number, number]
    return max(-0.5, min(0.5, (before - after) / (2 * (before - 2 * at + after) || 1)))
  }
  return [peakX + 0.5 + beside(1), peakY + 0.5 + beside(width)]
}

const steps = 33
/** A side that swerves more than this is no curl. */
const mostSwerve = 0.1

/** How the sides swerve, of a quadrangle whose corners are counted from the upright page's top left; null where they are straight. */
export function sidesOf(quad: Quad, border: readonly BorderPoint[]): Sides | null {
  const [top, right, bottom, left] = [0, 1, 2, 3].map((k) => swerveOf(countedFrom(quad, k), border)) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const negative = (values: Float32Array): Float32Array => values.map((value) => -value)
  const sides = { top, right: negative(right), bottom: negative(bottom.reverse()), left: left.reverse() }
  return Object.values(sides).every((side) => side.every((value) => abs(value) < 0.002)) ? null : sides
}

/** Of the side from the first corner to the second: positive inwards, in shares of the page across, from the first corner to the second. */
export function swerveOf(quad: Quad, border: readonly BorderPoint[]): Float32Array {
  const inverse = inverseOf(projectionTo(quad))
  const seen = border
    .filter((point) => !point.isCut && !point.isVague)
    .map((point) => project(inverse, point.at))
    .filter(([t, off]) => t > 0.01 && t < 0.99 && abs(off) < mostSwerve)
  const curve = new Set(seen.map(([t]) => Math.floor(t * 8))).size < 7 ? null : sideCurve(seen, false)
  return Float32Array.from({ length: steps }, (_, k) => (curve === null ? 0 : max(-mostSwerve, min(mostSwerve, curve(k / (steps - 1))))))
}

/** Against bulges that a flat side would have by the noise of its points alone. */
const bulgeDamping = [3e-6, 3e-5, 3e-5]
const gutterDamping = [3e-4, 3e-4]
/** Pages of a bound book rise steeply from its fold: so soon, as a share of the page. */
const gutter = 0.07

const rise = (t: number): number => (t / gutter) * Math.exp(1 - t / gutter)

/**
 * A curve along a side, from 0 to 1, through points that may stray: a bulge t (1 − t) (a + b t + c t²), and either a straight line or, where the ends are
 * known to be 0, a steep rise at each end; by least squares, three times without what lies off. Null where there are too few points.
 */
export function sideCurve(points: readonly Point[], hasFreeEnds: boolean): ((t: number) => number) | null {
  const damping = [...(hasFreeEnds ? [0, 0] : gutterDamping), ...bulgeDamping]
  const valueAt = (solved: readonly number[], t: number): number => sumOf(shapeAt(t, hasFreeEnds), solved)
  let kept = points.map((point) => ({ factors: shapeAt(point[0], hasFreeEnds), value: point[1] }))
  let curve: ((t: number) => number) | null = null
  for (let round = 0; round < 3; round++) {
    if (kept.length < 8) return null
    const solved = leastSquares(kept, damping)
    if (solved === null) return null
    curve = (t) => valueAt(solved, t)
    const away = kept.map(({ factors, value }) => abs(value - sumOf(factors, solved)))
    const allowed = max(0.001, 2.5 * (Float64Array.from(away).sort()[away.length >> 1] ?? 0))
    kept = kept.filter((_, k) => (away[k] as number) <= allowed)
  }
  return curve
}

/** Factors of the five unknowns at a place. */
function shapeAt(t: number, hasFreeEnds: boolean): number[] {
  const bulge = t * (1 - t)
  return [hasFreeEnds ? 1 - t : (1 - t) * rise(t), hasFreeEnds ? t : t * rise(1 - t), bulge, bulge * t, bulge * t * t]
}

function sumOf(factors: readonly number[], solved: readonly number[]): number {
  let sum = 0
  for (let k = 0; k < factors.length; k++) sum += (factors[k] as number) * (solved[k] as number)
  return sum
}
