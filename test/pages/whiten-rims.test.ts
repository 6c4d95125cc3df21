/** What lies along the edges goes, what is written stays. */
import type { SideKind } from '../../src/pages/refine-quad'
import { whitenRims } from '../../src/pages/whiten-rims'

const [width, height] = [400, 600]
const every: SideKind[] = ['edge', 'edge', 'edge', 'edge']

/** White paper, and what is drawn on it: boxes of a grey. */
const page = (...boxes: [left: number, top: number, right: number, bottom: number, grey: number][]) => {
  const data = Buffer.alloc(width * height * 3, 255)
  for (const [left, top, right, bottom, grey] of boxes) for (let y = top; y < bottom; y++) data.fill(grey, (y * width + left) * 3, (y * width + right) * 3)
  return { widthPx: width, heightPx: height, data }
}
const greyAt = ({ data }: ReturnType<typeof page>, x: number, y: number): number => data[(y * width + x) * 3] ?? -1

test.each([
  ['top', [0, 0, width, 5, 90], [200, 2]],
  ['right', [width - 6, 0, width, height, 60], [width - 3, 300]],
  ['bottom', [0, height - 4, width, height, 120], [10, height - 2]],
  ['left', [0, 0, 7, height, 30], [3, 599]],
] as const)('a rim at the %s goes; not where the picture cuts the page', (side, rim, [x, y]) => {
  const one = page([...rim])
  whitenRims(one, every)
  expect(greyAt(one, x, y)).toBe(255)
  const cut = page([...rim])
  whitenRims(
    cut,
    ['top', 'right', 'bottom', 'left'].map((name) => (name === side ? 'cut' : 'edge')),
  )
  expect(greyAt(cut, x, y)).toBe(rim[4])
})

test("a gutter's shadow is deeper than a rim", () => {
  const gutter = (): ReturnType<typeof page> => page([width - 14, 0, width, height, 170])
  const [book, sheet] = [gutter(), gutter()]
  whitenRims(book, ['edge', 'fold', 'edge', 'edge'])
  whitenRims(sheet, every)
  expect([greyAt(book, width - 10, 300), greyAt(sheet, width - 10, 300)]).toEqual([255, 170])
})

test('letters that begin beside a rim stay whole', () => {
  const letters = Array.from({ length: 30 }, (_, k): [number, number, number, number, number] => [11, 40 + k * 18, 40, 50 + k * 18, 20])
  const book = page([0, 0, 5, height, 120], ...letters)
  whitenRims(book, ['edge', 'edge', 'edge', 'fold'])
  expect([greyAt(book, 2, 300), greyAt(book, 11, 45), greyAt(book, 12, 45), greyAt(book, 39, 45)]).toEqual([255, 20, 20, 20])
})

test('a ruling that crosses the rim begins where the rim ends', () => {
  const ruled = page([0, 0, 5, height, 80], [0, 300, width, 302, 170])
  whitenRims(ruled, every)
  expect([greyAt(ruled, 2, 100), greyAt(ruled, 2, 300), greyAt(ruled, 20, 300)]).toEqual([255, 255, 170])
})

test.each([
  ['strokes that reach the edge', [100, 0, 104, 60, 20], [101, 2]],
  ['a finger', [150, 0, 230, 90, 100], [190, 4]],
  ['a dark field at the edge', [0, 0, width, 80, 60], [200, 3]],
  ['a frame a little way in', [30, 30, width - 30, 34, 40], [200, 32]],
] as const)('%s stays', (_, box, [x, y]) => {
  const one = page([...box])
  whitenRims(one, every)
  expect(greyAt(one, x, y)).toBe(box[4])
})

test('writing along the edge stays', () => {
  const letters = Array.from({ length: 20 }, (_, k): [number, number, number, number, number] => [60 + k * 8, 1, 64 + k * 8, 7, 20])
  const written = page(...letters)
  whitenRims(written, every)
  expect(written.data.equals(page(...letters).data)).toBe(true)
})

test('a finger over a rim stays, the rim beside it goes', () => {
  const held = page([0, 0, width, 4, 90], [150, 0, 210, 90, 110])
  whitenRims(held, every)
  expect([greyAt(held, 50, 2), greyAt(held, 350, 2), greyAt(held, 180, 40)]).toEqual([255, 255, 110])
})

test('pages too small to have a rim are left alone', () => {
  const tiny = { widthPx: 4, heightPx: 6, data: Buffer.alloc(4 * 6 * 3, 10) }
  whitenRims(tiny, every)
  expect(tiny.data.every((value) => value === 10)).toBe(true)
})
