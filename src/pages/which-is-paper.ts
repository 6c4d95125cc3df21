/** Which cells of a page are paper, in whatever light, and which are pictures, fingers, table: by how smoothly their brightness goes over into one another. */

// Held in this file: loops over many cells look these up no further.
const { abs, exp, floor, log, max, min } = Math

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

interface Thing {
  cells: number[]
  /** Mean logarithm of green; of red over green; of blue over green. */
  light: number
  warmth: number
  coolness: number
  touchesBorder: boolean
}

/** 1: paper. `planes`: red, green, blue, strokes closed away, 0–255. */
export function paperCells(planes: readonly Float32Array[], columns: number, rows: number): Uint8Array {
  const logs = planes.map((plane) => plane.map((value) => log(max(1, value))))
  const things = thingsOf(logs, columns, rows)
  const paper = things.reduce((best, thing) => (weightOf(thing) > weightOf(best) ? thing : best))
  const isPaper = new Uint8Array(columns * rows)
  const [reds, greens, blues] = logs as [Float32Array, Float32Array, Float32Array]
  for (const thing of things) {
    if (thing !== paper && !isLitOtherwise(thing, paper, columns * rows * leastShare)) continue
    for (const cell of thing.cells) {
      const green = greens[cell] as number
      if (abs((reds[cell] as number) - green - paper.warmth) < mostDrift && abs((blues[cell] as number) - green - paper.coolness) < mostDrift) isPaper[cell] = 1
    }
  }
  joinEdges(isPaper, logs, paper, columns, rows)
  return isPaper
}

/** Paper is large and light. */
const weightOf = ({ cells, light }: Thing): number => cells.length * exp(light)

/**
 * The edge of a hard shadow parts the paper: the other part has the paper's colour. One that is darker reaches the border of the page (an arm, a phone, a window
 * frame throw it from outside); a grey box within is print.
 */
function isLitOtherwise(thing: Thing, paper: Thing, leastCells: number): boolean {
  if (thing.cells.length < leastCells) return false
  if (abs(thing.warmth - paper.warmth) > mostHue || abs(thing.coolness - paper.coolness) > mostHue) return false
  const difference = thing.light - paper.light
  return difference > 0 || (thing.touchesBorder && difference > log(darkestShadow))
}

/** Parts that hang together by small steps. */
function thingsOf(logs: readonly Float32Array[], columns: number, rows: number): Thing[] {
  const [reds, greens, blues] = logs as [Float32Array, Float32Array, Float32Array]
  const seen = new Uint8Array(columns * rows)
  const things: Thing[] = []
  const isNear = (one: number, other: number): boolean =>
    abs((reds[one] as number) - (reds[other] as number)) < mostStep &&
    abs((greens[one] as number) - (greens[other] as number)) < mostStep &&
    abs((blues[one] as number) - (blues[other] as number)) < mostStep
  for (let first = 0; first < seen.length; first++) {
    if (seen[first] === 1) continue
    seen[first] = 1
    const cells = [first]
    const thing: Thing = { cells, light: 0, warmth: 0, coolness: 0, touchesBorder: false }
    for (let next = 0; next < cells.length; next++) {
      const cell = cells[next] as number
      const column = cell % columns
      const green = greens[cell] as number
      thing.light += green
      thing.warmth += (reds[cell] as number) - green
      thing.coolness += (blues[cell] as number) - green
      if (column === 0 || column === columns - 1 || cell < columns || cell >= seen.length - columns) thing.touchesBorder = true
      const visit = (other: number): void => {
        if (seen[other] === 1 || !isNear(cell, other)) return
        seen[other] = 1
        cells.push(other)
      }
      if (column > 0) visit(cell - 1)
      if (column < columns - 1) visit(cell + 1)
      if (cell >= columns) visit(cell - columns)
      if (cell < seen.length - columns) visit(cell + columns)
    }
    thing.light /= cells.length
    thing.warmth /= cells.length
    thing.coolness /= cells.length
    things.push(thing)
  }
  return things
}

/** Reach, in cells, of the edge of a shadow. */
const edgeCells = 3

/** Cells on the slope between light and shadow lie between the brightness of both and have the paper's colour. */
function joinEdges(isPaper: Uint8Array, logs: readonly Float32Array[], paper: Thing, columns: number, rows: number): void {
  const [reds, greens, blues] = logs as [Float32Array, Float32Array, Float32Array]
  const before = Uint8Array.from(isPaper)
  for (let cell = 0; cell < before.length; cell++) {
    const green = greens[cell] as number
    if (before[cell] === 1) continue
    if (abs((reds[cell] as number) - green - paper.warmth) > mostHue || abs((blues[cell] as number) - green - paper.coolness) > mostHue) continue
    const [column, row] = [cell % columns, floor(cell / columns)]
    let [darkest, lightest] = [Infinity, -Infinity]
    for (let y = max(0, row - edgeCells); y <= min(rows - 1, row + edgeCells); y++)
      for (let x = max(0, column - edgeCells); x <= min(columns - 1, column + edgeCells); x++) {
        if (before[y * columns + x] === 0) continue
        darkest = min(darkest, greens[y * columns + x] as number)
        lightest = max(lightest, greens[y * columns + x] as number)
      }
    if (green >= darkest && green <= lightest) isPaper[cell] = 1
  }
}
