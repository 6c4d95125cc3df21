/** The finger that holds a page becomes pale: one still sees that it hides something, and it is neither printed dark nor looked at first. */
import { patchesOf } from './cell-grid'
import type { RgbPixels } from './page'
import type { PaperLight } from './paper-light'
import { isWithin, type Span } from './span'

const { abs, floor, max, min, sqrt } = Math

/** So much of its darkness goes. */
const paled = 0.6
/** Of the page: from a finger's tip to a thumb or a few fingers together. */
const share: Span = [0.0012, 0.04]
/** Of the side that it comes in from; of the box around it, that it fills: fingers have round ends. */
const mostContact = 0.3
const leastFill = 0.6
/** Skin of any colour, where paper is white: red over green, green over blue (what they have in common is haemoglobin and melanin, which take more of the shorter waves). */
const redness: Span = [1.1, 1.8]
const yellowness: Span = [0.97, 1.7]
/** It is smooth, of 255: within a cell, and from cell to cell. */
const mostGrain = 9
const mostShade = 25

/**
 * In place, after paper was quieted; `light` is that of the page before. A smooth thing of skin's colour that comes in over the edge; drawings, pictures and print are uneven, of other colours
 * or elsewhere.
 */
export function paleFingers(page: RgbPixels, light: PaperLight): void {
  const { columns, rows, isPaper } = light
  for (const patch of patchesOf((cell) => isPaper[cell] === 0, columns, rows)) if (isFinger(page, light, patch)) pale(page, light, patch)
}

function isFinger(page: RgbPixels, light: PaperLight, patch: readonly number[]): boolean {
  const { columns, rows } = light
  if (!isWithin(share, patch.length / (columns * rows))) return false
  const { left, right, top, bottom } = boxOf(patch, columns)
  if (patch.length < leastFill * (right - left + 1) * (bottom - top + 1)) return false
  const contacts = [
    patch.filter((cell) => cell < columns).length / columns,
    patch.filter((cell) => cell >= columns * (rows - 1)).length / columns,
    patch.filter((cell) => cell % columns === 0).length / rows,
    patch.filter((cell) => cell % columns === columns - 1).length / rows,
  ]
  return max(...contacts) > 0 && max(...contacts) <= mostContact && isSkin(page, light, patch)
}

/** Cells whose neighbours are all of the patch are asked: the others may show paper too. */
function isSkin(page: RgbPixels, { columns, cellPx }: PaperLight, patch: readonly number[]): boolean {
  const own = new Set(patch)
  const inner = patch.filter((cell) => [cell - 1, cell + 1, cell - columns, cell + columns].every((other) => own.has(other)))
  if (inner.length < 8) return false
  const colours = inner.map((cell) => colourOf(page, (cell % columns) * cellPx, floor(cell / columns) * cellPx, cellPx))
  const mean = (valueOf: (colour: CellColour) => number): number => colours.reduce((sum, colour) => sum + valueOf(colour), 0) / colours.length
  const [red, green, blue] = [mean(({ red }) => red), mean(({ green }) => green), mean(({ blue }) => blue)]
  if (!isWithin(redness, red / max(1, green)) || !isWithin(yellowness, green / max(1, blue))) return false
  return mean(({ grain }) => grain) <= mostGrain && mean((colour) => abs(colour.green - green)) <= mostShade
}

interface CellColour {
  red: number
  green: number
  blue: number
  /** Standard deviation of green. */
  grain: number
}

/** Every second pixel of every second row. */
function colourOf({ widthPx, heightPx, data }: RgbPixels, left: number, top: number, cellPx: number): CellColour {
  let [count, red, green, blue, squares] = [0, 0, 0, 0, 0]
  for (let y = top; y < min(heightPx, top + cellPx); y += 2)
    for (let x = left; x < min(widthPx, left + cellPx); x += 2) {
      const at = (y * widthPx + x) * 3
      count++
      red += data[at] as number
      green += data[at + 1] as number
      blue += data[at + 2] as number
      squares += (data[at + 1] as number) ** 2
    }
  return { red: red / count, green: green / count, blue: blue / count, grain: sqrt(max(0, squares / count - (green / count) ** 2)) }
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

function boxOf(patch: readonly number[], columns: number): Box {
  const box = { left: columns, right: 0, top: Number.MAX_SAFE_INTEGER, bottom: 0 }
  for (const cell of patch) {
    const [x, y] = [cell % columns, floor(cell / columns)]
    box.left = min(box.left, x)
    box.right = max(box.right, x)
    box.top = min(box.top, y)
    box.bottom = max(box.bottom, y)
  }
  return box
}

/** The patch whole; in the cells around it, which it shares with paper, what has the colour of skin: ink beside a finger keeps its strength. */
function pale({ widthPx, heightPx, data }: RgbPixels, { columns, rows, cellPx }: PaperLight, patch: readonly number[]): void {
  const own = new Set(patch)
  const { left, right, top, bottom } = boxOf(patch, columns)
  const near = (x: number, y: number): boolean =>
    own.has(y * columns + x) ||
    (x > 0 && own.has(y * columns + x - 1)) ||
    (x < columns - 1 && own.has(y * columns + x + 1)) ||
    own.has((y - 1) * columns + x) ||
    own.has((y + 1) * columns + x)
  for (let row = max(0, top - 1); row <= min(rows - 1, bottom + 1); row++)
    for (let column = max(0, left - 1); column <= min(columns - 1, right + 1); column++) {
      if (!near(column, row)) continue
      const isOwn = own.has(row * columns + column)
      for (let y = row * cellPx; y < min(heightPx, (row + 1) * cellPx); y++)
        for (let x = column * cellPx; x < min(widthPx, (column + 1) * cellPx); x++) {
          const at = (y * widthPx + x) * 3
          const left = 1 - paled * (isOwn ? 1 : skinAt(data, at))
          for (let channel = at; channel < at + 3; channel++) data[channel] = 255 - (255 - (data[channel] as number)) * left
        }
    }
}

/** 0 (paper, ink) to 1, gradually: a finger's outline is soft. */
function skinAt(data: Buffer, at: number): number {
  const [red, green, blue] = [data[at] as number, data[at + 1] as number, data[at + 2] as number]
  if (red > green * redness[1]) return 0
  return min(1, max(0, (red - green - 3) / 9)) * min(1, max(0, (green - blue) / 4))
}
