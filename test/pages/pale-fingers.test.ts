/** Fingers become pale; what was drawn, printed or written stays as it is. */
import { divideLight } from '../../src/pages/even-light'
import { paleFingers } from '../../src/pages/pale-fingers'
import { paperLight } from '../../src/pages/paper-light'
import { quietPaper } from '../../src/pages/quiet-paper'
import { drawPage, type Rgb } from './draw-page'

const [width, height] = [840, 1188]

type Shape = (x: number, y: number) => boolean
/** 18 mm wide, in from the left edge, with a round end. */
const finger: Shape = (x, y) => Math.abs(y - 600) < 36 && (x < 70 || Math.hypot(x - 70, y - 600) < 36)

/** A page finished but for its fingers, and what it is once they are pale. */
function finished(shape: Shape, colour: (x: number, y: number) => Rgb): { before: Buffer; after: Buffer } {
  const page = drawPage({ ruled: false })
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (shape(x, y)) page.data.set(colour(x, y), (y * width + x) * 3)
  const light = paperLight(page)
  divideLight(page, light)
  quietPaper(page)
  const before = Buffer.from(page.data)
  paleFingers(page, light)
  return { before, after: page.data }
}
const greenAt = (data: Buffer, x: number, y: number): number => data[(y * width + x) * 3 + 1] ?? -1

test.each<[string, Rgb]>([
  ['dark', [96, 62, 46]],
  ['brown', [150, 102, 76]],
  ['light', [214, 164, 138]],
  ['rosy', [205, 140, 136]],
])('a %s finger', (_, colour) => {
  const { before, after } = finished(finger, () => colour)
  const dark = 255 - greenAt(before, 40, 600)
  expect(255 - greenAt(after, 40, 600)).toBeLessThan(dark * 0.45)
  // It is still seen.
  expect(greenAt(after, 40, 600)).toBeLessThan(250)
})

test('writing beside it keeps its strength', () => {
  const { before, after } = finished(finger, () => [150, 102, 76])
  for (let y = 0; y < height; y++)
    for (let x = 125; x < width; x++) if (greenAt(before, x, y) !== greenAt(after, x, y)) throw new Error(`changed at ${x}, ${y}`)
  // A row of letters runs into the finger: what is beside it, in cells that both share, is ink.
  const inks = Array.from({ length: 300 }, (_, k) => [100 + (k % 20), 578 + Math.floor(k / 20)] as const).filter(
    ([x, y]) => !finger(x, y) && greenAt(before, x, y) < 100,
  )
  expect(inks.length).toBeGreaterThan(5)
  expect(inks.every(([x, y]) => greenAt(after, x, y) === greenAt(before, x, y))).toBe(true)
})

test.each<[string, Shape, (x: number, y: number) => Rgb]>([
  ['a brown field within the page', (x, y) => Math.abs(x - 420) < 40 && Math.abs(y - 600) < 40, () => [150, 102, 76]],
  ['a blue one at the edge', finger, () => [90, 110, 170]],
  ['a red one at the edge', finger, () => [200, 60, 50]],
  ['a grey one at the edge', finger, () => [120, 120, 118]],
  ['a bar along the whole edge', (_x, y) => y < 60, () => [190, 140, 100]],
  ['a picture at the edge', finger, (x, y) => (((x >> 2) + (y >> 2)) % 2 === 0 ? [190, 140, 100] : [110, 70, 50])],
  ['a brown stroke that reaches the edge', (x, y) => x < 90 && Math.abs(y - 585) < 3, () => [120, 80, 60]],
  ['a slanting brown arrow', (x, y) => x < 200 && Math.abs(y - 400 - x * 1.5) < 26, () => [150, 102, 76]],
])('%s stays', (_, shape, colour) => {
  const { before, after } = finished(shape, colour)
  expect(after.equals(before)).toBe(true)
})
