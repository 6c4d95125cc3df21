/** Which cells of a page are paper, in whatever light, and which are pictures, fingers, table: by how smoothly their brightness goes over into one another. */
import { KernelCall } from './kernel-memory'

// Held in this file: loops over many cells look these up no further.
const { abs, exp, log, max } = Math

/** Neighbours whose logarithms differ by less are of one thing: light changes gradually, print does not. */
const mostStep = 0.09
/** Share of the page that a thing must have to be looked at as shadowed or sunlit paper. */
const leastShare = 0.004
/** Colour of a lit or shadowed part against the rest of the paper: logarithm of red or blue over green. */
const mostHue = 0.16
/** Within one thing: a coloured lamp makes the paper no stranger than this. */
const mostDrift = 0.3
/** A shadow keeps at least this share of the light; what is darker is no paper. */
const darkestShadow = 0.14

/** Reach, in cells, of the edge of a shadow. */
const edgeCells = 3

interface Thing {
  cells: number
  /** Mean logarithm of green; of red over green; of blue over green. */
  light: number
  warmth: number
  coolness: number
  touchesBorder: boolean
}

/** 1: paper. `planes`: red, green, blue, strokes closed away, 0–255. */
export function paperCells(planes: readonly Float32Array[], columns: number, rows: number): Uint8Array {
  const cells = columns * rows
  const [reds, greens, blues] = planes.map(logarithms) as [Float32Array, Float32Array, Float32Array]
  const call = new KernelCall()
  const [red, green, blue] = [reds, greens, blues].map((logs) => call.put(logs)) as [number, number, number]
  const [labels, list, told] = [call.room(cells * 4), call.room(cells * 4), call.room(cells * 20)]
  const count = call.run('parts', red, green, blue, columns, rows, mostStep, labels, list, told)
  const things = thingsOf(call.floats(told, count * 5))
  const paper = things.reduce((best, thing) => (weightOf(thing) > weightOf(best) ? thing : best))
  const isLit = things.map((thing) => thing === paper || isLitOtherwise(thing, paper, cells * leastShare))
  const thingAt = call.words(labels, cells)
  const isPaper = new Uint8Array(cells)
  for (let cell = 0; cell < cells; cell++) {
    if (isLit[thingAt[cell] as number] !== true) continue
    const light = greens[cell] as number
    if (abs((reds[cell] as number) - light - paper.warmth) < mostDrift && abs((blues[cell] as number) - light - paper.coolness) < mostDrift) isPaper[cell] = 1
  }
  // Cells on the slope between light and shadow lie between the brightness of both and have the paper's colour.
  const [marks, before] = [call.put(isPaper), call.put(isPaper)]
  call.run('joinBetween', marks, before, red, green, blue, columns, rows, paper.warmth, paper.coolness, mostHue, edgeCells)
  return call.bytes(marks, cells).slice()
}

function logarithms(plane: Float32Array): Float32Array {
  const logs = new Float32Array(plane.length)
  for (let cell = 0; cell < plane.length; cell++) logs[cell] = log(max(1, plane[cell] as number))
  return logs
}

/** Five numbers each: cells, sums of light, warmth and coolness, whether the border is touched. */
function thingsOf(told: Float32Array): Thing[] {
  return Array.from({ length: told.length / 5 }, (_, thing) => {
    const [cells = 1, light = 0, warmth = 0, coolness = 0, touches = 0] = told.subarray(thing * 5, thing * 5 + 5)
    return { cells, light: light / cells, warmth: warmth / cells, coolness: coolness / cells, touchesBorder: touches === 1 }
  })
}

/** Paper is large and light. */
const weightOf = ({ cells, light }: Thing): number => cells * exp(light)

/**
 * The edge of a hard shadow parts the paper: the other part has the paper's colour. One that is darker reaches the border of the page (an arm, a phone, a window
 * frame throw it from outside); a grey box within is print.
 */
function isLitOtherwise(thing: Thing, paper: Thing, leastCells: number): boolean {
  if (thing.cells < leastCells) return false
  if (abs(thing.warmth - paper.warmth) > mostHue || abs(thing.coolness - paper.coolness) > mostHue) return false
  const difference = thing.light - paper.light
  return difference > 0 || (thing.touchesBorder && difference > log(darkestShadow))
}
