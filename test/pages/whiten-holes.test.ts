/** A binder's holes go; dots, stickers and what hangs together with writing stay. */
import { whitenHoles } from '../../src/pages/whiten-holes'

/** A4, four pixels a millimetre. */
const [width, height] = [840, 1188]
const pxPerMm = 4

type Page = ReturnType<typeof white>
const white = (widthPx = width, heightPx = height) => ({ widthPx, heightPx, data: Buffer.alloc(widthPx * heightPx * 3, 255) })

/** Draws where `isIn` holds; places in millimetres. */
function draw(page: Page, isIn: (x: number, y: number) => boolean, grey = 70): Page {
  for (let y = 0; y < page.heightPx; y++)
    for (let x = 0; x < page.widthPx; x++)
      if (isIn((x + 0.5) / pxPerMm, (y + 0.5) / pxPerMm)) page.data.fill(grey, (y * page.widthPx + x) * 3, (y * page.widthPx + x) * 3 + 3)
  return page
}
const disc =
  (x: number, y: number, diameter = 6) =>
  (u: number, v: number) =>
    Math.hypot(u - x, v - y) < diameter / 2
const square =
  (x: number, y: number, side = 6) =>
  (u: number, v: number) =>
    Math.max(Math.abs(u - x), Math.abs(v - y)) < side / 2
const greenAt = (page: Page, x: number, y: number): number => page.data[(Math.floor(y * pxPerMm) * page.widthPx + Math.floor(x * pxPerMm)) * 3 + 1] ?? -1
const isWhite = (page: Page): boolean => page.data.every((value) => value === 255)

test.each<[string, [number, number][], number, [number, number]]>([
  [
    'two holes of ISO 838, left',
    [
      [12, 108.5],
      [12, 188.5],
    ],
    6,
    [210, 297],
  ],
  [
    'four, right, a little askew',
    [
      [197, 28.5],
      [197.8, 108.5],
      [198.6, 188.5],
      [199.4, 268.5],
    ],
    5.5,
    [210, 297],
  ],
  [
    'two at the head of a page turned on its side',
    [
      [108.5, 12],
      [188.5, 12],
    ],
    6,
    [297, 210],
  ],
  [
    'two of A5',
    [
      [11, 65],
      [11, 145],
    ],
    6,
    [148, 210],
  ],
  [
    'three of a letter',
    [
      [13, 31.5],
      [13, 139.5],
      [13, 247.5],
    ],
    8,
    [216, 279],
  ],
])('%s go', (_, places, diameter, [widthMm, heightMm]) => {
  const page = white(widthMm * pxPerMm, heightMm * pxPerMm)
  for (const [x, y] of places) draw(page, disc(x, y, diameter))
  whitenHoles(page)
  expect(isWhite(page)).toBe(true)
})

test.each<[string, ((x: number, y: number) => boolean)[]]>([
  ['one hole alone: a dot may be meant', [disc(12, 108.5)]],
  ['dots nearer to each other', [disc(12, 60), disc(12, 100), disc(12, 140)]],
  ['dots farther in', [disc(40, 108.5), disc(40, 188.5)]],
  ['dots at the edge itself', [disc(3.2, 108.5), disc(3.2, 188.5)]],
  ['dots not in line with a side', [disc(12, 108.5), disc(18, 188.5)]],
  ['smaller dots', [disc(12, 108.5, 3.5), disc(12, 188.5, 3.5)]],
  ['larger stickers', [disc(12, 108.5, 10), disc(12, 188.5, 10)]],
  ['one large, one small', [disc(12, 108.5, 5), disc(12, 188.5, 7.5)]],
  ['boxes', [square(12, 108.5), square(12, 188.5)]],
  ['rings', [(x, y) => disc(12, 108.5)(x, y) && !disc(12, 108.5, 4.5)(x, y), (x, y) => disc(12, 188.5)(x, y) && !disc(12, 188.5, 4.5)(x, y)]],
  ['dots in a bar', [disc(12, 108.5), disc(12, 188.5), (x, y) => Math.abs(x - 12) < 1 && y > 90 && y < 200]],
])('%s: they stay', (_, shapes) => {
  const page = white()
  for (const shape of shapes) draw(page, shape)
  const before = Buffer.from(page.data)
  whitenHoles(page)
  expect(page.data.equals(before)).toBe(true)
})

test('rulings end where the hole was; the margin line and the writing beside it stay whole', () => {
  const page = white()
  draw(page, (x, y) => y % 8 < 0.4 || Math.abs(x - 30) < 0.3, 200)
  draw(page, (x, y) => x > 17 && x < 60 && Math.abs(y - 188.5) < 0.4, 20)
  for (const y of [108.5, 188.5]) draw(page, disc(12, y))
  whitenHoles(page)
  expect([greenAt(page, 12, 108.5), greenAt(page, 12, 188.5), greenAt(page, 18, 188.5), greenAt(page, 30, 108.5), greenAt(page, 5, 104.2)]).toEqual([
    255, 255, 20, 200, 200,
  ])
})

test('a hole under a stroke stays, its neighbours go', () => {
  const page = white()
  for (const y of [28.5, 108.5, 188.5]) draw(page, disc(12, y))
  draw(page, (x, y) => y > 26 && y < 28 && x > 10 && x < 40, 20)
  whitenHoles(page)
  expect([greenAt(page, 12, 29.5), greenAt(page, 30, 27), greenAt(page, 12, 108.5), greenAt(page, 12, 188.5)]).toEqual([70, 20, 255, 255])
})

test('a page too small to tell is left alone', () => {
  const page = { widthPx: 40, heightPx: 60, data: Buffer.alloc(40 * 60 * 3, 70) }
  whitenHoles(page)
  expect(page.data.every((value) => value === 70)).toBe(true)
})
