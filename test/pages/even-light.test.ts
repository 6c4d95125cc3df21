/** Light and colour: shadows go, paper is white and even, every ink lives, pictures stay what they are. */
import { divideLight } from '../../src/pages/even-light'
import { paperLight } from '../../src/pages/paper-light'
import { quietPaper } from '../../src/pages/quiet-paper'
import type { RgbPixels } from '../../src/pages/page'
import { darkestAt, drawPage, type Drawing, meanAt, type Rgb, shadow } from './draw-page'

const evened = (drawing: Drawing): RgbPixels => {
  const pixels = drawPage(drawing)
  divideLight(pixels, paperLight(pixels))
  quietPaper(pixels)
  return pixels
}

/** Spots between the lines of writing. */
const spots = [120, 400, 700].flatMap((x) => [82, 562, 1042].map((y) => [x, y] as const))

test.each<[string, Drawing]>([
  ['white paper', { paper: [250, 250, 250] }],
  ['cream paper under a warm lamp', { paper: [235, 200, 150] }],
  ['paper in blue light', { paper: [150, 180, 230] }],
  ['a soft shadow over half the page', { light: shadow(700, 0.45, 120) }],
  ['a hard shadow from outside', { light: shadow(1000, 0.5, 6) }],
  ['light that falls off to a corner', { light: (x, y) => 1 - 0.6 * ((x / 840 + y / 1188) / 2) ** 2 }],
  ['a dim photo with noise', { light: () => 0.4, noise: 4 }],
])('%s comes out white and even', (_story, drawing) => {
  const pixels = evened({ ...drawing, ruled: false })
  for (const [x, y] of spots) expect(Math.min(...meanAt(pixels, x, y))).toBeGreaterThanOrEqual(250)
})

test.each<[string, Rgb, (colour: Rgb) => boolean]>([
  ['pencil', [150, 150, 152], ([r, g, b]) => r < 190 && Math.max(r, g, b) - Math.min(r, g, b) < 25],
  ['faint pencil', [196, 195, 190], ([r]) => r < 225],
  ['red pen', [200, 40, 50], ([r, g, b]) => r > g + 60 && r > b + 60],
  ['green pen', [30, 130, 70], ([r, g, b]) => g > r + 40 && g > b + 20],
  ['blue pen', [40, 60, 170], ([r, g, b]) => b > r + 50 && b > g + 30],
  ['black pen', [30, 30, 34], ([r, g, b]) => Math.max(r, g, b) < 90],
])('%s keeps its colour, in the light and in the shadow', (_name, ink, isAlive) => {
  const pixels = evened({ ink, light: shadow(1000, 0.5, 60) })
  for (const [x, y] of [
    [200, 105],
    [600, 1017],
  ] as const)
    expect(isAlive(darkestAt(pixels, x, y))).toBe(true)
})

test.each<[string, Rgb, Rgb]>([
  ['a dark photograph', [60, 50, 40], [30, 20, 10]],
  ['a grey box', [150, 149, 145], [130, 125, 120]],
  ['a red area of a drawing', [200, 60, 50], [190, 40, 30]],
  ['a yellow highlighter', [245, 235, 90], [230, 220, 50]],
])('%s on the page is not taken for a shadow', (_name, colour, darkest) => {
  const pixels = evened({ rows: 6, boxes: [{ x: 220, y: 520, width: 400, height: 420, colour }], light: shadow(1300, 0.7, 200) })
  const inside = meanAt(pixels, 420, 730, 40)
  inside.forEach((value, channel) => {
    expect(value).toBeGreaterThan((darkest[channel] ?? 0) - 20)
    expect(value).toBeLessThan((colour[channel] ?? 0) + 45)
  })
  // No glow: the middle is as dark as the edge.
  const edge = meanAt(pixels, 232, 532, 6)
  inside.forEach((value, channel) => expect(Math.abs(value - (edge[channel] ?? 0))).toBeLessThan(25))
  expect(Math.min(...meanAt(pixels, 120, 1042))).toBeGreaterThan(245)
})

test('noise of the paper is gone, and the edges of the ink are where they were', () => {
  const noisy = evened({ noise: 5, ruled: false, rows: 4 })
  const clean = evened({ noise: 0, ruled: false, rows: 4 })
  let paper = 0
  for (let y = 500; y < 600; y++) for (let x = 100; x < 700; x++) paper = Math.max(paper, 255 - (noisy.data[(y * 840 + x) * 3] ?? 0))
  expect(paper).toBeLessThan(8)
  expect(Math.abs((darkestAt(noisy, 300, 105)[0] ?? 0) - (darkestAt(clean, 300, 105)[0] ?? 0))).toBeLessThan(40)
})
