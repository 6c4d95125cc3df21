/** A word on a page's quality, from its place in the photo, its light and its edges, before anything was made nicer. When unsure: good. */
import { boxMean } from './cell-grid'
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
  const exposure = (quantile(sorted(cells.lumas), 0.5, 1) ?? 0) / 255
  const noise = quantile(sorted(cells.contrasts), 0.5, 1) ?? 0
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

/** Of the cells of paper. */
interface Cells {
  lumas: Float32Array
  contrasts: Float32Array
  /** 1: as bright as the sensor goes. */
  areFull: Uint8Array
}

/** A sensor that is full says this, after the rounding of a JPEG. */
const full = 250

function isFull({ planes }: PaperLight, cell: number): boolean {
  return (planes[0][cell] as number) >= full && (planes[1][cell] as number) >= full && (planes[2][cell] as number) >= full
}

function paperCellsOf(light: PaperLight): Cells {
  const { isPaper, planes, contrast } = light
  const cells = { lumas: new Float32Array(isPaper.length), contrasts: new Float32Array(isPaper.length), areFull: new Uint8Array(isPaper.length) }
  let count = 0
  for (let cell = 0; cell < isPaper.length; cell++) {
    if (isPaper[cell] === 0) continue
    cells.lumas[count] = ((planes[0][cell] as number) * 5 + (planes[1][cell] as number) * 8 + (planes[2][cell] as number) * 3) / 16
    cells.contrasts[count] = contrast[cell] as number
    if (isFull(light, cell)) cells.areFull[count] = 1
    count++
  }
  return { lumas: cells.lumas.subarray(0, count), contrasts: cells.contrasts.subarray(0, count), areFull: cells.areFull.subarray(0, count) }
}

/** Most of the paper is as bright as the sensor goes, and even the darkest ink in that part is pale. */
const washedOut = { share: 0.5, ink: 0.2 }

function isWashedOut({ contrasts, areFull }: Cells): boolean {
  const washed = contrasts.filter((_, cell) => areFull[cell] === 1)
  if (washed.length < contrasts.length * washedOut.share) return false
  return (quantile(sorted(washed), 0.98, 1) ?? 0) < washedOut.ink
}

/** What lies outside the picture came out white, as a glare would. */
const noEdge = 0.02

/** A spot that is full while what lies around it bears marks (writing or rulings) that the spot lacks. */
const glare = { share: 0.025, around: 3, mark: 0.06, marksAround: 0.6, marksWithin: 0.15 }

function hasGlare(light: PaperLight): boolean {
  const { columns, rows, isPaper, contrast } = light
  const areFull = new Float32Array(isPaper.length)
  for (let cell = 0; cell < isPaper.length; cell++) if (isFull(light, cell)) areFull[cell] = 1
  let [spot, spotMarks, ring, ringMarks] = [0, 0, 0, 0]
  const isMarked = (cell: number): number => ((contrast[cell] as number) > glare.mark ? 1 : 0)
  for (let cell = 0; cell < isPaper.length; cell++) {
    if (isPaper[cell] === 0 || areFull[cell] === 0) continue
    spot++
    spotMarks += isMarked(cell)
  }
  if (spot <= isPaper.length * glare.share || spotMarks >= spot * glare.marksWithin) return false
  const isNear = boxMean(areFull, columns, rows, glare.around)
  for (let cell = 0; cell < isPaper.length; cell++) {
    if (isPaper[cell] === 0 || areFull[cell] === 1 || (isNear[cell] as number) < leastMean) continue
    ring++
    ringMarks += isMarked(cell)
  }
  return ringMarks > ring * glare.marksAround
}

/** Of a square around a cell in which one is full; less is rounding. */
const leastMean = 0.5 / (2 * glare.around + 1) ** 2

const sorted = (values: Float32Array): Float32Array => values.slice().sort()
