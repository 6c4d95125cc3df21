/** Divides the light on the paper out of a page and quiets the paper: it comes out white and flat, ink keeps its colour and gains a little. Pixels in, pixels out. */
import type { RgbPixels } from './page'
import type { PaperLight } from './paper-light'

// Held in this file: loops over millions of pixels look these up no further.
const { max, min, round } = Math

/** What paper becomes before it is quieted; the headroom above keeps its noise from being cut off on one side. */
const paperTarget = 246
/** A dark photo is lightened this much at most: beyond, noise would be all one sees. */
const mostGain = 6

/** Multiplies each pixel by target / light, channel by channel, in place; the light is read between its cells (bilinear). */
export function divideLight({ widthPx, heightPx, data }: RgbPixels, { columns, rows, cellPx, planes }: PaperLight): void {
  const gains = planes.map((plane) => plane.map((light) => min(mostGain, paperTarget / max(1, light))))
  const line = new Float32Array(columns * 3)
  for (let y = 0; y < heightPx; y++) {
    const v = min(rows - 1, max(0, (y + 0.5) / cellPx - 0.5))
    const top = v | 0
    const bottom = min(rows - 1, top + 1)
    const part = v - top
    for (let channel = 0; channel < 3; channel++) {
      const plane = gains[channel] as Float32Array
      for (let column = 0; column < columns; column++)
        line[column * 3 + channel] = (plane[top * columns + column] as number) * (1 - part) + (plane[bottom * columns + column] as number) * part
    }
    multiplyRow(data, y * widthPx * 3, widthPx, line, columns, cellPx)
  }
}

/** Between the middles of two cells the gains change by the same step from pixel to pixel. */
function multiplyRow(data: Buffer, start: number, widthPx: number, line: Float32Array, columns: number, cellPx: number): void {
  let x = 0
  for (let column = -1; column < columns && x < widthPx; column++) {
    const left = max(0, column) * 3
    const right = min(columns - 1, column + 1) * 3
    const end = min(widthPx, column === columns - 1 ? widthPx : round((column + 1.5) * cellPx))
    const part = x + 0.5 - (column + 0.5) * cellPx
    const stepRed = ((line[right] as number) - (line[left] as number)) / cellPx
    const stepGreen = ((line[right + 1] as number) - (line[left + 1] as number)) / cellPx
    const stepBlue = ((line[right + 2] as number) - (line[left + 2] as number)) / cellPx
    let gainRed = (line[left] as number) + stepRed * part
    let gainGreen = (line[left + 1] as number) + stepGreen * part
    let gainBlue = (line[left + 2] as number) + stepBlue * part
    for (let at = start + x * 3; x < end; x++, at += 3) {
      const red = (data[at] as number) * gainRed
      const green = (data[at + 1] as number) * gainGreen
      const blue = (data[at + 2] as number) * gainBlue
      data[at] = red > 255 ? 255 : red
      data[at + 1] = green > 255 ? 255 : green
      data[at + 2] = blue > 255 ? 255 : blue
      gainRed += stepRed
      gainGreen += stepGreen
      gainBlue += stepBlue
    }
  }
}
