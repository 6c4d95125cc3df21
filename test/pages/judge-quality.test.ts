/** Verdicts on drawn pages: what makes each fault, and what must not. */
import { divideLight } from '../../src/pages/even-light'
import type { PageFacts } from '../../src/pages/found-page'
import { judge } from '../../src/pages/judge-quality'
import type { Quality } from '../../src/pages/page'
import { paperLight } from '../../src/pages/paper-light'
import { drawPage, type Drawing, shadow } from './draw-page'

const { exp } = Math

const whole: PageFacts = { pictureShare: 0.8, pixelsPerMm: 4, outsideShare: 0, pageLikelihood: 1 }
const judged = (drawing: Drawing, facts: Partial<PageFacts> = {}): Quality => {
  const pixels = drawPage({ widthPx: 640, heightPx: 720, rows: 11, ...drawing })
  const light = paperLight(pixels)
  divideLight(pixels, light)
  return judge({ pixels, light, facts: { ...whole, ...facts } })
}

/** A flash in shiny paper: full in the middle, as it was from 200 pixels on. */
const flash = (x: number, y: number): number => 0.75 + 40 * exp(-(((x - 320) ** 2 + (y - 400) ** 2) / 100 ** 2) * 4)

const table: [string, Quality['verdict'], Drawing, Partial<PageFacts>?][] = [
  ['a sharp page', 'good', {}],
  ['pencil', 'good', { ink: [170, 170, 170] }],
  ['an empty ruled page', 'good', { rows: 0 }],
  ['an empty blank page', 'good', { rows: 0, ruled: false }],
  ['three lines on blank paper', 'good', { rows: 3, ruled: false }],
  ['a page in shadow', 'good', { light: shadow(480, 0.4, 100) }],
  ['a dim page, legible', 'good', { light: () => 0.3, noise: 1.5 }],
  ['bright, a part at the limit', 'good', { light: (x) => 1.12 - x / 3000 }],
  ['a little soft', 'good', { blurPx: [1, 1] }],
  ['out of focus', 'blurry', { blurPx: [5, 5] }],
  ['pencil out of focus', 'blurry', { ink: [130, 130, 130], blurPx: [4, 4] }],
  ['three lines out of focus', 'blurry', { rows: 3, ruled: false, blurPx: [4.5, 4.5] }],
  ['shaken sideways', 'blurry', { blurPx: [7, 0.7], ruled: false }],
  ['shaken up and down', 'blurry', { blurPx: [0.7, 7] }],
  ['black', 'dark', { light: () => 0.06, noise: 2 }],
  ['noise as strong as ink', 'dark', { light: () => 0.2, noise: 25 }],
  ['washed out', 'overexposed', { light: () => 5, ink: [60, 70, 150] }],
  ['a flash in the middle', 'overexposed', { light: flash }],
  ['far away', 'small', {}, { pixelsPerMm: 1.4 }],
  ['a table', 'not-a-page', { rows: 0 }, { pageLikelihood: 0.2 }],
  ['a black pocket', 'not-a-page', { light: () => 0.06, noise: 0 }, { pageLikelihood: 0.1 }],
  ['a page in such noise that nobody finds it', 'dark', { light: () => 0.2, noise: 25 }, { pageLikelihood: 0.2 }],
  ['a third of it outside', 'cut-off', {}, { outsideShare: 0.33 }],
]
test.each(table.map(([story, verdict, drawing, facts = {}]) => [story, verdict, drawing, facts] as const))('%s: %s', (_story, verdict, drawing, facts) => {
  expect(judged(drawing, facts).verdict).toBe(verdict)
})

test('sharpness does not fall with pale ink, only with blur', () => {
  const [dark, pale, soft] = [judged({ ruled: false }), judged({ ruled: false, ink: [170, 170, 175] }), judged({ ruled: false, blurPx: [4, 4] })]
  expect(Math.abs(dark.sharpness - pale.sharpness)).toBeLessThan(0.1)
  expect(soft.sharpness).toBeLessThan(dark.sharpness / 2)
})

test('exposure is the light of the paper', () => {
  expect(judged({ light: () => 0.5 }).exposure).toBeCloseTo(0.46, 1)
  expect(judged({ light: () => 1 }).exposure).toBeGreaterThan(0.85)
})
