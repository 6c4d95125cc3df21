/** The same sheet twice is found; one word more, another answer, an empty page are not the same. */
import sharp from 'sharp'
import { findCopies } from '../../src/pages/find-copies'
import { fingerprintBytes, fingerprintOf, looksAlike } from '../../src/pages/near-duplicate'
import type { Quality, RgbPixels } from '../../src/pages/page'
import { isSameSheet } from '../../src/pages/same-sheet'
import { drawPage, type Drawing } from './draw-page'

const sheet: Drawing = { widthPx: 620, heightPx: 877, paper: [255, 255, 255], rows: 0, noise: 0 }
/** Words as boxes at places of their own: a page unlike any other. */
const words = (seed: number, count = 40): NonNullable<Drawing['boxes']> =>
  Array.from({ length: count }, (_, word) => ({
    x: 60 + ((word * 137 + seed * 71) % 440),
    y: 70 + ((word * 53 + seed * 29) % 23) * 33,
    width: 12 + ((word * 31 + seed) % 50),
    height: 3,
    colour: [30, 40, 120],
  }))
const jpegOf = ({ widthPx, heightPx, data }: RgbPixels): Promise<Buffer> =>
  sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .jpeg({ quality: 80 })
    .toBuffer()

async function areSame(one: RgbPixels, other: RgbPixels): Promise<boolean> {
  const placed = looksAlike(fingerprintOf(one), fingerprintOf(other))
  return placed !== null && isSameSheet(await jpegOf(one), await jpegOf(other), placed)
}

const page = drawPage({ ...sheet, boxes: words(1) })
const moved = words(1).map((box) => ({ ...box, x: box.x + 7, y: box.y - 5 }))

async function smaller({ widthPx, heightPx, data }: RgbPixels): Promise<RgbPixels> {
  const { data: less, info } = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .resize({ width: 430 })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { widthPx: info.width, heightPx: info.height, data: less }
}

test.each<[string, () => RgbPixels | Promise<RgbPixels>]>([
  ['a smaller copy', () => smaller(page)],
  ['a second photo, a little aside', () => drawPage({ ...sheet, boxes: moved, noise: 3 })],
  ['a softer photo in paler ink', () => drawPage({ ...sheet, boxes: words(1).map((box) => ({ ...box, colour: [70, 80, 150] as const })), blurPx: [1.2, 1.2] })],
])('%s is the same sheet', async (_story, other) => {
  expect(await areSame(page, await other())).toBe(true)
})

test.each<[string, Drawing]>([
  ['another page on the same paper', { ...sheet, boxes: words(2) }],
  ['one word more', { ...sheet, boxes: [...words(1), { x: 500, y: 840, width: 20, height: 3, colour: [30, 40, 120] }] }],
  ['one word more, a little aside', { ...sheet, boxes: [...moved, { x: 420, y: 838, width: 20, height: 3, colour: [30, 40, 120] }] }],
  ['one word less', { ...sheet, boxes: words(1).slice(1) }],
])('%s is another page', async (_story, drawing) => {
  expect(await areSame(page, drawPage(drawing))).toBe(false)
})

test('two empty pages are no copies of each other', () => {
  const empty = fingerprintOf(drawPage(sheet))
  expect(looksAlike(empty, empty)).toBeNull()
})

test('a fingerprint is small, and one of another kind is like nothing', () => {
  const print = fingerprintOf(page)
  expect(print.length).toBe(fingerprintBytes)
  expect(fingerprintBytes).toBeLessThan(2048)
  expect(looksAlike(print, print.subarray(1))).toBeNull()
})

const seen = (sharpness: number, verdict: Quality['verdict'] = 'good') => ({ fingerprint: fingerprintOf(page), quality: { sharpness, exposure: 0.8, verdict } })

test.each<[string, ReturnType<typeof seen>[], (number | null)[]]>([
  ['of equals the first is kept', [seen(0.6), seen(0.6), seen(0.62)], [null, 0, 0]],
  ['the sharper one is kept, and what was a copy of the other is a copy of it', [seen(0.4), seen(0.4), seen(0.6)], [2, 2, null]],
  ['a good one before a sharper one with a fault', [seen(0.9, 'cut-off'), seen(0.5)], [1, null]],
])('%s', async (_story, pages, copies) => {
  expect(await findCopies(pages, () => Promise.resolve(true))).toEqual(copies)
})

test('pages that only look alike are copies of nothing', async () => {
  expect(await findCopies([seen(0.5), seen(0.5)], () => Promise.resolve(false))).toEqual([null, null])
})
