/** A word on a page's quality, from its place in the photo, its light and its edges, before anything was made nicer. When unsure: good. */
import { edgeWidths, quantile } from './edge-width'
import type { PageFacts } from './found-page'
import { judgePlace } from './judge-place'
import { a4, type Quality, type RgbPixels } from './page'
import type { PaperLight } from './paper-light'

// Held in this file: loops over many cells look these up no further.
const { floor, max, min } = Math

export interface Measured {
  /** The light divided out, not yet quieted. */
  pixels: RgbPixels
  light: PaperLight
  facts: PageFacts
}

/** Less of the paper's light than this is dark; with noise as strong as ink, the other is. */
const dark = { always: 0.12, noisy: 0.5, noise: 0.3 }
/** Writing whose edges are wider has run into itself: five times what a sharp photo of a whole page has. And no blur is told from the pixels' own size below so many of them. */
const blurred = { mm: 0.8, px: 3.4 }
/** Edge width, in millimetres, that is as sharp as a photo of a whole page can be. */
const sharpMm = 0.3
const leastEdge = 20
/** The sharper edges count: those of slanting strokes are wide by themselves. */
const sharpest = 0.3
/** A blur of this many millimetres still fits into the window in which an edge is sought. */
const reachMm = 2
const outputPixelsPerMm = a4.shortPx / 210

export const isLikelyPage = (facts: PageFacts): boolean => judgePlace(facts) !== 'not-a-page'

export function judge({ pixels, light, facts }: Measured): Quality {
  const cells = paperCellsOf(light)
  const exposure = (quantile(sorted(cells.map((cell) => cell.luma)), 0.5, 1) ?? 0) / 255
  const noise = quantile(sorted(cells.map((cell) => cell.contrast)), 0.5, 1) ?? 0
  const pixelsPerMm = min(facts.pixelsPerMm, outputPixelsPerMm)
  const width = edgeWidth(pixels, light, pixelsPerMm)
  const sharpness = width === null ? 1 : min(1, (sharpMm * pixelsPerMm) / width)
  const placed = judgePlace(facts)
  const verdict = ((): Quality['verdict'] => {
    // Before the place: in such noise no page can be seen.
    if (exposure < dark.noisy && noise > dark.noise) return 'dark'
    if (placed === 'not-a-page') return placed
    if (exposure < dark.always) return 'dark'
    if (placed !== null) return placed
    if (isWashedOut(cells)) return 'overexposed'
    if (width !== null && width > max(blurred.px, blurred.mm * pixelsPerMm)) return 'blurry'
    return facts.outsideShare < noEdge && hasGlare(light) ? 'overexposed' : 'good'
  })()
  return { sharpness, exposure, verdict }
}

/** Pixels; of the direction in which it is worse; null where there is nothing to see. */
function edgeWidth(pixels: RgbPixels, { columns, cellPx, isPaper }: PaperLight, pixelsPerMm: number): number | null {
  const counts = (x: number, y: number): boolean => isPaper[floor(y / cellPx) * columns + floor(x / cellPx)] === 1
  const { across, down } = edgeWidths(pixels, { reachPx: max(6, floor(reachMm * pixelsPerMm)), leastContrast: leastEdge, counts })
  const widths = [quantile(across, sharpest), quantile(down, sharpest)].filter((width) => width !== null)
  return widths.length === 0 ? null : max(...widths)
}

interface Cell {
  luma: number
  contrast: number
  isFull: boolean
}

/** A sensor that is full says this, after the rounding of a JPEG. */
const full = 250
const isFull = ({ planes }: PaperLight, cell: number): boolean => planes.every((plane) => (plane[cell] as number) >= full)

function paperCellsOf(light: PaperLight): Cell[] {
  const [reds, greens, blues] = light.planes
  const cells: Cell[] = []
  for (let cell = 0; cell < light.isPaper.length; cell++)
    if (light.isPaper[cell] === 1)
      cells.push({
        luma: ((reds[cell] as number) * 5 + (greens[cell] as number) * 8 + (blues[cell] as number) * 3) / 16,
        contrast: light.contrast[cell] as number,
        isFull: isFull(light, cell),
      })
  return cells
}

/** Most of the paper is as bright as the sensor goes, and even the darkest ink in that part is pale. */
const washedOut = { share: 0.5, ink: 0.2 }

function isWashedOut(cells: readonly Cell[]): boolean {
  const washed = cells.filter((cell) => cell.isFull)
  if (washed.length < cells.length * washedOut.share) return false
  return (quantile(sorted(washed.map((cell) => cell.contrast)), 0.98, 1) ?? 0) < washedOut.ink
}

/** What lies outside the picture came out white, as a glare would. */
const noEdge = 0.02

/** A spot that is full while what lies around it bears marks (writing or rulings) that the spot lacks. */
const glare = { share: 0.025, around: 3, mark: 0.06, marksAround: 0.6, marksWithin: 0.15 }

function hasGlare(light: PaperLight): boolean {
  const { columns, rows, isPaper, contrast } = light
  let [spot, spotMarks, ring, ringMarks] = [0, 0, 0, 0]
  const near = (cell: number): boolean => {
    const [column, row] = [cell % columns, floor(cell / columns)]
    for (let y = max(0, row - glare.around); y <= min(rows - 1, row + glare.around); y++)
      for (let x = max(0, column - glare.around); x <= min(columns - 1, column + glare.around); x++) if (isFull(light, y * columns + x)) return true
    return false
  }
  for (let cell = 0; cell < isPaper.length; cell++) {
    if (isPaper[cell] === 0) continue
    const isMarked = (contrast[cell] as number) > glare.mark ? 1 : 0
    if (isFull(light, cell)) {
      spot++
      spotMarks += isMarked
    } else if (near(cell)) {
      ring++
      ringMarks += isMarked
    }
  }
  return spot > isPaper.length * glare.share && ringMarks > ring * glare.marksAround && spotMarks < spot * glare.marksWithin
}

const sorted = (values: number[]): number[] => values.sort((a, b) => a - b)
