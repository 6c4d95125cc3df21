/** A fingerprint a page, where its ink lies cell by cell, and whether two pages may show the same sheet: a first look, same-sheet.ts makes sure. Pure. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'

// Held in this file: loops over many cells look these up no further.
const { floor, max, min, round, sqrt } = Math

/** Cells along the shorter and the longer side: some 4.4 mm of A4. */
const short = 48
const long = 68
const cells = short * long
const levels = 15
/** Darkness that rulings reach, of 255. */
const rulings = 36
/** Darkness, rulings taken off, that a cell full of writing has. */
const fullInk = 80

/** First octet: 0 portrait, 1 landscape; then four bits a cell, row by row: the root of its ink. 1633 octets. */
export type Fingerprint = Buffer
export const fingerprintBytes = 1 + cells / 2

export function fingerprintOf({ widthPx, heightPx, data }: RgbPixels): Fingerprint {
  const isWide = widthPx > heightPx
  const [columns, rows] = isWide ? [long, short] : [short, long]
  const call = new KernelCall()
  const [from, sums, seen] = [call.put(data), call.zeros(cells * 4), call.zeros(cells * 4)]
  call.run('darkness', from, widthPx, heightPx, min(widthPx, heightPx) > 1000 ? 2 : 1, columns, rows, 255 - rulings, sums, seen)
  const [ink, counts] = [call.words(sums, cells), call.words(seen, cells)]
  const print = Buffer.alloc(fingerprintBytes)
  print[0] = isWide ? 1 : 0
  for (let cell = 0; cell < cells; cell++) {
    const level = min(levels, round(levels * sqrt((ink[cell] as number) / max(1, counts[cell] as number) / fullInk)))
    print[1 + (cell >> 1)] = (print[1 + (cell >> 1)] as number) | (level << (cell & 1 ? 0 : 4))
  }
  return print
}

/** Cells that two photos of one sheet may be apart, and how their size may differ. */
const reach = 3
const scales = [0.96, 0.98, 1, 1.02, 1.04]
/** A look at fingerprints shrunk by four spares the search for most pairs. */
const firstLook = 0.6
/** Correlation of the ink once it is aligned. */
const leastLikeness = 0.7
/** Pages with fewer inked cells are empty, and empty pages are all alike. */
const fewestInked = 6
const inked = 0.05

/** How page `b` lies on page `a`: b is read at (place − middle) × scale + middle + shift; shifts as a share of the side. */
export interface Placed {
  shiftX: number
  shiftY: number
  scaleX: number
  scaleY: number
}

/** Null: these are different pages, or so empty that nobody can tell. */
export function looksAlike(a: Fingerprint, b: Fingerprint): Placed | null {
  if (a.length !== fingerprintBytes || b.length !== fingerprintBytes || a[0] !== b[0]) return null
  const columns = a[0] === 1 ? long : short
  const [inkA, inkB] = [inkOf(a), inkOf(b)]
  if (inkedCells(inkA) < fewestInked || inkedCells(inkB) < fewestInked) return null
  const [one, other] = [softened(inkA, columns), softened(inkB, columns)]
  if (correlation(shrunk(one, columns), shrunk(other, columns)) < firstLook) return null
  const place = bestPlace(one, other, columns)
  if (place.likeness < leastLikeness) return null
  return { shiftX: place.dx / columns, shiftY: (place.dy * columns) / cells, scaleX: place.sx, scaleY: place.sy }
}

const inkedCells = (ink: Float32Array): number => ink.reduce((count, value) => count + (value > inked ? 1 : 0), 0)

const inkOf = (print: Fingerprint): Float32Array =>
  Float32Array.from({ length: cells }, (_, cell) => ((((print[1 + (cell >> 1)] as number) >> (cell & 1 ? 0 : 4)) & 15) / levels) ** 2)

/** A binomial of three cells each way: half a cell of shift no longer matters. */
function softened(ink: Float32Array, columns: number): Float32Array {
  const rows = cells / columns
  const across = ink.map((value, cell) => {
    const column = cell % columns
    return (2 * value + (ink[cell - (column > 0 ? 1 : 0)] as number) + (ink[cell + (column < columns - 1 ? 1 : 0)] as number)) / 4
  })
  return across.map((value, cell) => {
    const row = floor(cell / columns)
    return (2 * value + (across[cell - (row > 0 ? columns : 0)] as number) + (across[cell + (row < rows - 1 ? columns : 0)] as number)) / 4
  })
}

function shrunk(ink: Float32Array, columns: number): Float32Array {
  const small = new Float32Array(cells / 16)
  for (let cell = 0; cell < cells; cell++) {
    const at = floor(cell / columns / 4) * (columns / 4) + floor((cell % columns) / 4)
    small[at] = (small[at] as number) + (ink[cell] as number)
  }
  return small
}

function correlation(a: Float32Array, b: Float32Array): number {
  let [sumA, sumB] = [0, 0]
  for (let at = 0; at < a.length; at++) {
    sumA += a[at] as number
    sumB += b[at] as number
  }
  const [meanA, meanB] = [sumA / a.length, sumB / b.length]
  let [both, own, others] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [da, db] = [(a[at] as number) - meanA, (b[at] as number) - meanB]
    both += da * db
    own += da * da
    others += db * db
  }
  return own === 0 || others === 0 ? 0 : both / sqrt(own * others)
}

interface Place {
  dx: number
  dy: number
  sx: number
  sy: number
  likeness: number
}

/** Shift and scale one after the other, twice over. */
function bestPlace(one: Float32Array, other: Float32Array, columns: number): Place {
  let best: Place = { dx: 0, dy: 0, sx: 1, sy: 1, likeness: -1 }
  const look = (change: Partial<Place>): void => {
    const place = { ...best, ...change }
    place.likeness = correlation(one, sampled(other, columns, place))
    if (place.likeness > best.likeness) best = place
  }
  for (let pass = 0; pass < 2; pass++) {
    for (let dx = -reach; dx <= reach; dx += 0.5) look({ dx })
    for (let dy = -reach; dy <= reach; dy += 0.5) look({ dy })
    for (const sx of scales) look({ sx })
    for (const sy of scales) look({ sy })
  }
  return best
}

/** Read between cells (bilinear); beyond the border there is no ink. */
function sampled(source: Float32Array, columns: number, { dx, dy, sx, sy }: Place): Float32Array {
  const rows = cells / columns
  const result = new Float32Array(cells)
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= columns || y >= rows ? 0 : (source[y * columns + x] as number))
  for (let row = 0; row < rows; row++) {
    const v = (row - rows / 2) * sy + rows / 2 + dy
    const top = floor(v)
    const down = v - top
    for (let column = 0; column < columns; column++) {
      const u = (column - columns / 2) * sx + columns / 2 + dx
      const left = floor(u)
      const right = u - left
      result[row * columns + column] =
        (at(left, top) * (1 - right) + at(left + 1, top) * right) * (1 - down) + (at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right) * down
    }
  }
  return result
}
