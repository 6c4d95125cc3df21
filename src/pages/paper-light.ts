/** Finds the light that falls on the paper of a page, as a small grid of colours: shadows and coloured lamps are in it, ink, pictures and what lies about are not. */
import { boxMean, close, spreadKnown } from './cell-grid'
import type { RgbPixels } from './page'
import { paperCells } from './which-is-paper'

// Held in this file: loops over millions of pixels look these up no further.
const { ceil, max, min, round } = Math

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
  const planes: PaperLight['planes'] = [new Float32Array(columns * rows), new Float32Array(columns * rows), new Float32Array(columns * rows)]
  const [reds, greens, blues] = planes
  const contrast = new Float32Array(columns * rows)
  const step = cellPx >= 8 ? 2 : 1
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      // The last row and column look back over a whole cell.
      const x0 = max(0, min(column * cellPx, widthPx - cellPx))
      const y0 = max(0, min(row * cellPx, heightPx - cellPx))
      const x1 = min(widthPx, x0 + cellPx)
      const y1 = min(heightPx, y0 + cellPx)
      let total = 0
      let count = 0
      let darkest = 1020
      for (let y = y0; y < y1; y += step)
        for (let x = x0, at = (y * widthPx + x0) * 3; x < x1; x += step, at += 3 * step) {
          const light = (data[at] as number) + 2 * (data[at + 1] as number) + (data[at + 2] as number)
          total += light
          if (light < darkest) darkest = light
          count++
        }
      const mean = total / count
      let red = 0
      let green = 0
      let blue = 0
      let bright = 0
      for (let y = y0; y < y1; y += step)
        for (let x = x0, at = (y * widthPx + x0) * 3; x < x1; x += step, at += 3 * step) {
          const r = data[at] as number
          const g = data[at + 1] as number
          const b = data[at + 2] as number
          if (r + 2 * g + b < mean) continue
          red += r
          green += g
          blue += b
          bright++
        }
      const cell = row * columns + column
      reds[cell] = red / bright
      greens[cell] = green / bright
      blues[cell] = blue / bright
      contrast[cell] = 1 - (darkest * bright) / max(1, red + 2 * green + blue)
    }
  return { columns, rows, cellPx, planes, contrast }
}
