/** Moves the sides of a page from where a coarse map has them to the edge that the pixels show there, if they show one. */
import type { RgbPixels } from './page'
import { sideCurve, swerveOf } from './fit-quad'
import { between } from './flatten-page'
import type { BorderPoint } from './outline'
import { countedFrom, inverseOf, isConvex, type Point, project, projectionTo, type Quad } from './projection'

// Held in this file: loops over millions of pixels look these up no further.
const { abs, floor, max, min } = Math

/** Places along a side, and across it. */
const along = 40
const across = 49
/** Across is looked this far to either side, as a share of the page: about 4 mm. */
const reach = 0.014
/** Steps across that a neighbouring place may differ by, and what a step costs of the mean edge. */
const slack = 3
const stepCost = 0.25
/** An edge is where the path runs over so many times the usual unrest, at so many of its places. */
const clearEdge = 2.2
const clearShare = 0.6

/** What a side is: where paper ends, the dark line of a fold between two pages, where the picture ends, or a guess that no pixels confirm. */
export type SideKind = 'edge' | 'fold' | 'cut' | 'guess'

/** A page's corners, where its outline was seen, and what the sides are from each corner to the next. */
export interface Outlined {
  quad: Quad
  border: BorderPoint[]
  sides: SideKind[]
}

/** An edge that ends so near to where looking ended, in shares of the reach, may go on. */
const nearEnd = 0.8

/** Corners keep their order; along a side whose edge is clear, the outline is that edge. */
export function refineQuad(picture: RgbPixels, place: Outlined): Outlined {
  const { refined, isAtEnd } = refinedOnce(picture, place)
  return isAtEnd ? refinedOnce(picture, { ...refined, sides: place.sides }).refined : refined
}

function refinedOnce(picture: RgbPixels, { quad, border, sides }: Outlined): { refined: Outlined; isAtEnd: boolean } {
  const edges = quad.map((_, k) => edgeBeside(picture, countedFrom(quad, k), border, sides[k] ?? 'cut'))
  const projection = projectionTo(quad)
  const moved = quad.map((_, k): Point => {
    // Corner k lies between the side that begins here and the one that ends here.
    const own = edges[k]?.first ?? 0
    const before = edges[(k + 3) % 4]?.last ?? 0
    return project(
      projection,
      [
        [before, own],
        [1 - own, before],
        [1 - before, 1 - own],
        [own, 1 - before],
      ][k] as Point,
    )
  }) as Quad
  if (!isConvex(moved)) return { refined: { quad, border, sides }, isAtEnd: false }
  sides.forEach((kind, k) => {
    if (kind === 'fold') endFold(picture, moved, k)
  })
  const inverse = inverseOf(projection)
  const others = border.filter(({ at }) => edges[nearestSide(project(inverse, at))] === null)
  const seen = edges.flatMap((edge) => edge?.points ?? []).map((at) => ({ at, isCut: false, isVague: false }))
  const refined = {
    quad: moved,
    border: [...others, ...seen],
    sides: sides.map((kind, k): SideKind => (kind === 'edge' && edges[k] === null ? 'guess' : kind)),
  }
  return { refined, isAtEnd: edges.some((edge) => edge !== null && max(abs(edge.first), abs(edge.last)) > nearEnd * reach) }
}

/** How far a fold is followed beyond and before its ends, as a share of the page. */
const foldReach = 0.06

/**
 * The page of a bound book bends so steeply at the fold that lines along its other sides miss the corner: it is where the paper ends along the fold. Moves both
 * ends of side k, if both pages or neither stay a quadrangle.
 */
function endFold(picture: RgbPixels, quad: Quad, k: number): void {
  const projection = projectionTo(countedFrom(quad, k))
  const steps = 81
  const ends = [0, 1].map((end) => {
    const at = (step: number): number => end + ((2 * step) / (steps - 1) - 1) * foldReach
    const strength = stepsAlong(picture, steps, (step) => [0.003, 0.006, 0.009].map((inwards) => project(projection, [at(step), inwards])))
    const best = strength.indexOf(max(...strength))
    const usual = strength.reduce((sum, value) => sum + value, 0) / steps
    return (strength[best] as number) > 2 * clearEdge * usual ? project(projection, [at(best), 0]) : null
  })
  for (const [end, corner] of ends.entries()) if (corner !== null) quad[(k + end) % 4] = corner
}

/** How much colours differ before and after each of some steps, each the mean of a few places. */
function stepsAlong(picture: RgbPixels, steps: number, placesAt: (step: number) => Point[]): number[] {
  const colours = Array.from({ length: steps }, (_, step) => {
    const sums = [0, 0, 0]
    for (const [x, y] of placesAt(step)) {
      const from = offsetOf(picture, x, y)
      for (let colour = 0; colour < 3; colour++) sums[colour] = (sums[colour] as number) + (picture.data[from + colour] as number)
    }
    return sums
  })
  const at = (step: number, colour: number): number => colours[step]?.[colour] ?? 0
  return colours.map((_, step) => {
    if (step < 3 || step >= steps - 3) return 0
    return [0, 1, 2].reduce(
      (sum, colour) =>
        sum + abs(at(step + 1, colour) + at(step + 2, colour) + at(step + 3, colour) - at(step - 1, colour) - at(step - 2, colour) - at(step - 3, colour)),
      0,
    )
  })
}

/** Of the nearest pixel, in its bytes. */
const offsetOf = ({ widthPx, heightPx }: RgbPixels, x: number, y: number): number =>
  (max(0, min(heightPx - 1, floor(y))) * widthPx + max(0, min(widthPx - 1, floor(x)))) * 3

const nearestSide = ([u, v]: Point): number => {
  const away = [v, 1 - u, 1 - v, u].map(abs)
  return away.indexOf(min(...away))
}

interface Edge {
  /** Distance inwards from the side, as a share of the page, at its first and its last corner. */
  first: number
  last: number
  /** Where it runs, in pixels. */
  points: Point[]
}

/** The edge beside the side from the first to the second corner; null where none is clear. */
function edgeBeside(picture: RgbPixels, quad: Quad, border: readonly BorderPoint[], kind: SideKind): Edge | null {
  if (kind !== 'edge' && kind !== 'fold') return null
  const swerve = swerveOf(quad, border)
  const places = Array.from({ length: along }, (_, k) => (k + 0.5) / along)
  const swerves = places.map((t) => between(swerve, t))
  const strength = edgesBeside(picture, quad, swerves, kind === 'fold')
  const usual = strength.reduce((sum, value) => sum + value, 0) / strength.length
  const path = strongestPath(strength, usual * stepCost)
  const isClear = path.map((place, k) => (strength[k * across + place] as number) > clearEdge * usual)
  const clear = places.map((t, k): Point => [t, (swerves[k] as number) + ((2 * (path[k] as number)) / (across - 1) - 1) * reach]).filter((_, k) => isClear[k])
  const curve = clear.length < clearShare * along ? null : sideCurve(clear, true)
  if (curve === null) return null
  const projection = projectionTo(quad)
  const [first, last] = [curve(0), curve(1)].map((off) => max(-reach, min(reach, off))) as [number, number]
  return { first, last, points: clear.map((point) => project(projection, point)) }
}

/** How much colours differ across each place, from outside to inside; of a fold, how much darker it is than both. */
function edgesBeside(picture: RgbPixels, quad: Quad, swerves: readonly number[], isFold: boolean): Float32Array {
  const [a, b, c, d, e, f, g, h, i] = projectionTo(quad)
  const { data } = picture
  const strength = new Float32Array(along * across)
  const colours = new Float32Array(across * 3)
  for (let k = 0; k < along; k++) {
    colours.fill(0)
    for (let part = 0; part < 4; part++)
      for (let step = 0; step < across; step++) {
        const u = (k + 0.2 + part * 0.2) / along
        const v = ((2 * step) / (across - 1) - 1) * reach + (swerves[k] as number)
        const w = g * u + h * v + i
        const from = offsetOf(picture, (a * u + b * v + c) / w, (d * u + e * v + f) / w)
        colours[step * 3] = (colours[step * 3] as number) + (data[from] as number)
        colours[step * 3 + 1] = (colours[step * 3 + 1] as number) + (data[from + 1] as number)
        colours[step * 3 + 2] = (colours[step * 3 + 2] as number) + (data[from + 2] as number)
      }
    for (let step = 3; step < across - 3; step++) {
      let sum = 0
      for (let colour = 0; colour < 3; colour++) sum += isFold ? foldAt(colours, step * 3 + colour) : stepAt(colours, step * 3 + colour)
      strength[k * across + step] = sum
    }
  }
  return strength
}

/** Of one colour, in every third place of `colours`: how much three places before and three after `at` differ. */
const stepAt = (colours: Float32Array, at: number): number =>
  abs(
    (colours[at + 3] as number) +
      (colours[at + 6] as number) +
      (colours[at + 9] as number) -
      (colours[at - 3] as number) -
      (colours[at - 6] as number) -
      (colours[at - 9] as number),
  )

/** How much darker it is than both sides. */
const foldAt = (colours: Float32Array, at: number): number =>
  max(
    0,
    min((colours[at + 6] as number) + (colours[at + 9] as number), (colours[at - 6] as number) + (colours[at - 9] as number)) -
      (colours[at] as number) -
      ((colours[at + 3] as number) + (colours[at - 3] as number)) / 2,
  )

/** The path along the side that gathers most, by dynamic programming (Viterbi): the place across for each place along. */
function strongestPath(strength: Float32Array, cost: number): number[] {
  const total = Float32Array.from(strength)
  const came = new Int8Array(along * across)
  for (let k = 1; k < along; k++)
    for (let step = 0; step < across; step++) {
      let best = Number.NEGATIVE_INFINITY
      let by = 0
      for (let move = -slack; move <= slack; move++) {
        const from = step + move
        if (from < 0 || from >= across) continue
        const value = (total[(k - 1) * across + from] as number) - abs(move) * cost
        if (value <= best) continue
        best = value
        by = move
      }
      total[k * across + step] = (total[k * across + step] as number) + best
      came[k * across + step] = by
    }
  const path = new Array<number>(along).fill(0)
  let place = 0
  for (let step = 1; step < across; step++) if ((total[(along - 1) * across + step] as number) > (total[(along - 1) * across + place] as number)) place = step
  for (let k = along - 1; k >= 0; k--) {
    path[k] = place
    place += came[k * across + place] as number
  }
  return path
}
