/** Pages found in the photos of test/photos, turned and mirrored in every way a file can be; and pictures that hold no page, or are no picture to speak of. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { findPages } from '../../src/pages/find-pages'
import type { FoundPage } from '../../src/pages/found-page'
import { makePages } from '../../src/pages/make-page'

const photos = join(__dirname, '..', 'photos')

/** Pixels of the photo, upright, at half size. */
const upright = async (name: string): Promise<Buffer> => {
  const half = await sharp(await readFile(join(photos, name)))
    .resize(1024, 1024, { fit: 'inside' })
    .png()
    .toBuffer()
  const turn = { 'exif3.jpg': 180, 'exif6.jpg': 90, 'exif8.jpg': 270 }[name.split('-').at(-1) ?? ''] ?? 0
  return sharp(half).rotate(turn).png().toBuffer()
}

async function found(stored: Buffer, orientation = 1): Promise<FoundPage[]> {
  const { width, height } = await sharp(stored).metadata()
  return findPages({ picture: sharp(stored), widthPx: width, heightPx: height, orientation, kind: 'photo' })
}

const worksheet = 'worksheet-upright.jpg'

test.each([
  ['worksheet-upright.jpg', 0],
  ['worksheet-upright.jpg', 90],
  ['worksheet-upright.jpg', 180],
  ['worksheet-upright.jpg', 270],
  ['squared-sideways-exif6.jpg', 90],
  ['squared-upside-down-exif3.jpg', 180],
  ['copybook-exif6.jpg', 270],
  ['copybook-exif6.jpg', 0],
])('%s stored %d degrees off is set upright by its writing; the file says it needs no turn', async (name, degrees) => {
  const stored = await sharp(await upright(name))
    .rotate(degrees)
    .png()
    .toBuffer()
  const pages = await found(stored)
  expect(pages.map((page) => page.rotationDegCw)).toEqual([(360 - degrees) % 360])
  expect(pages.map((page) => page.isTurnDoubtful)).toEqual([false])
  expect((pages[0]?.pixels.heightPx ?? 0) > (pages[0]?.pixels.widthPx ?? 0)).toBe(true)
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %d: the same page comes out, its corners in the pixels as stored', async (orientation) => {
  const straight = await upright(worksheet)
  const turned = await sharp(straight)
    .rotate({ 5: 90, 6: 270, 7: 270, 8: 90, 3: 180, 4: 180 }[orientation] ?? 0)
    .png()
    .toBuffer()
  const isMirror = [2, 4, 5, 7].includes(orientation)
  const stored = isMirror ? await sharp(turned).flop().png().toBuffer() : turned
  const [[page], [wanted]] = [await found(stored, orientation), await found(straight)]
  if (!page?.corners || !wanted?.corners) throw new Error('no page')
  const { width, height } = await sharp(stored).metadata()
  // Stored → upright: flop, then turn clockwise.
  const back = ([x, y]: [number, number]): [number, number] => {
    const across = isMirror ? width - x : x
    if (page.rotationDegCw === 90) return [height - y, across]
    if (page.rotationDegCw === 180) return [width - across, height - y]
    return page.rotationDegCw === 270 ? [y, width - across] : [across, y]
  }
  page.corners.map(back).forEach(([x, y], k) => {
    const [wantedX, wantedY] = wanted.corners?.[k] ?? [-99, -99]
    expect(Math.hypot(x - wantedX, y - wantedY)).toBeLessThan(12)
  })
  const small = async ({ pixels }: FoundPage): Promise<Buffer> =>
    sharp(pixels.data, { raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } })
      .resize(20, 28, { fit: 'fill' })
      .toColourspace('b-w')
      .raw()
      .toBuffer()
  const [a, b] = [await small(page), await small(wanted)]
  expect(a.reduce((sum, value, k) => sum + Math.abs(value - (b[k] ?? 0)), 0) / a.length).toBeLessThan(4)
})

test('what is told of a page: its share of the picture, its resolution, that it is one', async () => {
  const [page] = await found(await upright(worksheet))
  expect(page?.facts.pictureShare).toBeGreaterThan(0.3)
  expect(page?.facts.pictureShare).toBeLessThan(0.8)
  expect(page?.facts.pixelsPerMm).toBeGreaterThan(2)
  expect(page?.facts.pixelsPerMm).toBeLessThan(3.5)
  expect(page?.facts.pageLikelihood).toBeGreaterThan(0.9)
  expect(page?.facts.outsideShare).toBeLessThan(0.1)
})

test('a picture without a page is taken whole', async () => {
  const noise = Buffer.from(Uint8Array.from({ length: 400 * 300 * 3 }, (_, k) => ((k * 2654435761) >>> 24) / 8 + 20))
  const stored = await sharp(noise, { raw: { width: 400, height: 300, channels: 3 } })
    .png()
    .toBuffer()
  const pages = await found(stored)
  expect(pages.map(({ corners, pixels }) => [corners, pixels.widthPx * pixels.heightPx])).toEqual([[null, 120_000]])
  expect(pages[0]?.facts.pageLikelihood).toBeLessThan(0.5)
})

test.each([
  [1, 1],
  [1, 900],
  [900, 1],
  [2, 2],
  [5000, 3],
  [7, 300],
])('a picture of %d × %d pixels is taken whole', async (width, height) => {
  const stored = await sharp({ create: { width, height, channels: 3, background: '#e8e8e0' } })
    .png()
    .toBuffer()
  const [page, ...more] = await found(stored)
  expect(more).toEqual([])
  expect(page?.corners).toBeNull()
  expect([...(page?.pixels.data ?? [])].every((value) => value > 200)).toBe(true)
})

test('a sheet that a scanner gave stays as it is', async () => {
  const lines = [150, 210, 270, 330, 390, 450, 510].map((top) => ({
    input: { create: { width: 430, height: 5, channels: 3 as const, background: '#303030' } },
    left: 70,
    top,
  }))
  const stored = await sharp({ create: { width: 595, height: 842, channels: 3, background: '#fdfdfd' } })
    .composite(lines)
    .png()
    .toBuffer()
  expect((await found(stored)).map(({ corners, pixels }) => [corners, pixels.widthPx, pixels.heightPx])).toEqual([[null, 595, 842]])
})

test.each([
  ['standing, as pages are: no doubt', 600, 840, false],
  ['lying, as the file says and pages seldom do: doubtful', 840, 600, true],
])('a drawing without a word, %s', async (_, width, height, isDoubtful) => {
  const disc = Buffer.from(`<svg width="${width}" height="${height}"><circle cx="300" cy="300" r="180" fill="#3a62b0"/></svg>`)
  const stored = await sharp({ create: { width, height, channels: 3, background: '#fdfdfd' } })
    .composite([{ input: disc }])
    .png()
    .toBuffer()
  expect((await found(stored)).map((page) => [page.rotationDegCw, page.isTurnDoubtful])).toEqual([[0, isDoubtful]])
})

test('what a PDF drew is neither turned nor cropped', async () => {
  const stored = await sharp(await upright(worksheet))
    .rotate(180)
    .png()
    .toBuffer()
  const { width, height } = await sharp(stored).metadata()
  const [page] = await findPages({ picture: sharp(stored), widthPx: width, heightPx: height, orientation: 1, kind: 'drawn' })
  expect([page?.rotationDegCw, page?.corners, page?.pixels.widthPx, page?.pixels.heightPx]).toEqual([0, null, width, height])
})

test('more pages than allowed, by an open exercise book too', async () => {
  const jpeg = await readFile(join(photos, worksheet))
  await expect(makePages(jpeg, 0, { maxPixels: 50_000_000 })).rejects.toMatchObject({ code: 'too-many-pages' })
})
