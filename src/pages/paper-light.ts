/** Finds the light that falls on the paper of a page, as a small grid of colours: shadows and coloured lamps are in it, ink, pictures and what lies about are not. */
import { boxMean, close, spreadKnown } from './cell-grid'
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'
import { paperCells } from './which-is-paper'

// Held in this file: loops over millions of pixels look these up no further.
const { ceil, max, round } = Math

/** Light on the paper, one cell a square of some two millimetres of A4. */
export interface PaperLight {
  columns: number
  rows: number
  /** Side of a cell. */
  cellPx: number
  /** 0–255; red, green and blue planes. */
  planes: [Float32Array, Float32Array, Float32Array]
  /** Darkest of the pixels looked at against the light of the cell: 0 (even) to 1 (black on it). */
  contrast: Float32Array
  /** 1 where the cell showed paper, 0 where its light is that of the paper around it. */
  isPaper: Uint8Array
}

/** Cells along the longer side of a page. */
const cellsLong = 160
/** Half the width, in cells, of what writing can cover without a spot of paper left. */
const strokeCells = 2

/**
 * The light of each cell is the mean of its brighter pixels; strokes are closed away (grey-scale closing, Serra 1982), what is not paper takes the
 * light of the paper around (normalised convolution, Knutsson & Westin 1993). Division by it: Gatos, Pratikakis & Perantonis 2006, §2.2, without their binarisation.
 */
export function paperLight(pixels: RgbPixels): PaperLight {
  const { columns, rows, cellPx, planes, contrast } = brightCells(pixels)
  const closed = planes.map((plane) => close(plane, columns, rows, strokeCells))
  const isPaper = paperCells(closed, columns, rows)
  const light = closed.map((plane) => boxMean(spreadKnown(plane, isPaper, columns, rows), columns, rows, 1))
  return { columns, rows, cellPx, planes: light as PaperLight['planes'], contrast, isPaper }
}

/** Mean colour of the pixels of each cell that are brighter than the cell's mean: between strokes, the paper. */
function brightCells({ data, widthPx, heightPx }: RgbPixels): Omit<PaperLight, 'isPaper'> {
  const cellPx = max(4, round(max(widthPx, heightPx) / cellsLong))
  const [columns, rows] = [ceil(widthPx / cellPx), ceil(heightPx / cellPx)]
  const call = new KernelCall()
  const pixels = call.put(data)
  const [red, green, blue, dark] = [1, 2, 3, 4].map(() => call.room(columns * rows * 4)) as [number, number, number, number]
  call.run('brightCells', pixels, widthPx, heightPx, cellPx, cellPx >= 8 ? 2 : 1, columns, rows, red, green, blue, dark)
  const cells = (at: number): Float32Array => call.floats(at, columns * rows)
  return { columns, rows, cellPx, planes: [cells(red), cells(green), cells(blue)], contrast: cells(dark) }
}
