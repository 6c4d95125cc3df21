/** Each format in, one upright page out; and what is refused. Pictures are made here: a dark corner tells which way is up. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { plainPdf } from '../../src/bundle/plain-pdf'
import { heicFacts } from '../../src/pages/heic-boxes'
import { makePages } from '../../src/pages/make-page'
import type { MadePage } from '../../src/pages/page'
import { readBmp } from '../../src/pages/read-bmp'

const limits = { maxPixels: 50_000_000 }
const make = (bytes: Buffer, maxPages = 20): Promise<MadePage[]> => makePages(bytes, maxPages, limits)
const photos = join(__dirname, '..', 'photos')

/** White paper, 900 × 1200, with a black square top left and lines of writing. */
const paper = (width = 900, height = 1200) =>
  sharp({ create: { width, height, channels: 3, background: '#f4f1e8' } }).composite([
    { input: { create: { width: 200, height: 200, channels: 3, background: '#101010' } }, left: 20, top: 20 },
    ...[400, 500, 600, 700].map((top) => ({ input: { create: { width: 600, height: 6, channels: 3 as const, background: '#203080' } }, left: 150, top })),
  ])

/** Where the dark square is now: "top-left" is upright. */
async function darkCorner(page: MadePage): Promise<string> {
  const { data, info } = await sharp(page.jpeg).resize(30, 30, { fit: 'fill' }).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  const mean = (x0: number, y0: number): number => {
    let sum = 0
    for (let y = y0; y < y0 + 5; y++) for (let x = x0; x < x0 + 5; x++) sum += data[y * info.width + x] ?? 0
    return sum / 25
  }
  const corners = { 'top-left': mean(1, 1), 'top-right': mean(24, 1), 'bottom-left': mean(1, 24), 'bottom-right': mean(24, 24) }
  return Object.entries(corners).sort((a, b) => a[1] - b[1])[0]?.[0] ?? ''
}

test.each([
  ['PNG', () => paper().png().toBuffer()],
  ['JPEG', () => paper().jpeg().toBuffer()],
  ['progressive JPEG', () => paper().jpeg({ progressive: true }).toBuffer()],
  ['CMYK JPEG', () => paper().toColourspace('cmyk').jpeg().toBuffer()],
  ['WebP', () => paper().webp().toBuffer()],
  ['AVIF', () => paper().avif({ effort: 0 }).toBuffer()],
  ['GIF', () => paper().gif().toBuffer()],
  ['TIFF', () => paper().tiff().toBuffer()],
  ['16-bit PNG', () => paper().toColourspace('rgb16').png().toBuffer()],
  ['grey PNG', () => paper().toColourspace('b-w').png().toBuffer()],
  ['PDF', async () => Buffer.from(await plainPdf([{ jpeg: await paper().jpeg().toBuffer(), widthPx: 900, heightPx: 1200 }]))],
])('%s becomes one upright page without metadata', async (_format, bytesOf) => {
  const pages = await make(await bytesOf())
  expect(pages.length).toBe(1)
  const [page] = pages
  if (!page) throw new Error('no page')
  expect(await darkCorner(page)).toBe('top-left')
  const facts = await sharp(page.jpeg).metadata()
  expect([facts.format, facts.exif, facts.xmp, facts.iptc, facts.width, facts.height]).toEqual([
    'jpeg',
    undefined,
    undefined,
    undefined,
    page.widthPx,
    page.heightPx,
  ])
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %d is obeyed, mirrored ones too', async (orientation) => {
  // The stored pixels that this orientation sets upright: its inverse.
  const upright = await paper().png().toBuffer()
  // One step at a time: within one pipeline sharp mirrors before it turns.
  const turned = { 5: 90, 6: 270, 7: 270, 8: 90, 3: 180, 4: 180 }[orientation] ?? 0
  const mirrored = [2, 4, 5, 7].includes(orientation)
  const once = await sharp(upright).rotate(turned).png().toBuffer()
  const stored = mirrored ? await sharp(once).flop().png().toBuffer() : once
  const [page] = await make(await sharp(stored).withMetadata({ orientation }).jpeg().toBuffer())
  if (!page) throw new Error('no page')
  expect([page.widthPx < page.heightPx, await darkCorner(page)]).toEqual([true, 'top-left'])
})

test('a large picture fits into A4 at 200 dpi, portrait or landscape; a small one is not enlarged', async () => {
  const sizes = async (width: number, height: number) => (await make(await paper(width, height).jpeg().toBuffer())).map((page) => [page.widthPx, page.heightPx])
  expect(await sizes(3000, 4000)).toEqual([[1654, 2205]])
  expect(await sizes(4000, 3000)).toEqual([[2205, 1654]])
  expect(await sizes(2000, 6000)).toEqual([[780, 2339]].map(([w, h]) => [Math.abs((w ?? 0) - 780) < 2 ? (w ?? 0) : 0, h]))
  expect(await sizes(900, 1200)).toEqual([[900, 1200]])
})

test('every page of a PDF, up to a limit', async () => {
  const jpeg = await paper().jpeg().toBuffer()
  const pdf = Buffer.from(await plainPdf([1, 2, 3].map(() => ({ jpeg, widthPx: 900, heightPx: 1200 }))))
  expect((await make(pdf)).map((page) => page.number)).toEqual([1, 2, 3])
  await expect(make(pdf, 2)).rejects.toMatchObject({ code: 'too-many-pages' })
})

test('a HEIC of a phone, with its tiles', async () => {
  const [page] = await make(await readFile(join(photos, 'squared-upright.heic')))
  expect([page?.quality.verdict, page?.rotationDegCw, page?.corners?.length]).toEqual(['good', 0, 4])
  expect((page?.widthPx ?? 0) / (page?.heightPx ?? 1)).toBeCloseTo(210 / 297, 1)
})

test('half a HEIC is refused, not a half-grey page', async () => {
  const bytes = await readFile(join(photos, 'squared-upright.heic'))
  await expect(make(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({ code: 'picture-undecodable' })
  expect(heicFacts(bytes).pixels).toBeGreaterThan(100_000)
})

test.each([
  ['an empty file', () => Buffer.alloc(0), 'empty-file'],
  ['text called a photo', () => Buffer.from('this is no picture at all, whatever its name says'), 'not-a-picture'],
  ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'), 'not-a-picture'],
  ['half a PNG', async () => (await paper().png().toBuffer()).subarray(0, 900), 'picture-undecodable'],
  [
    '100 megapixels in a small file',
    () =>
      sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#fff' } })
        .png({ compressionLevel: 9 })
        .toBuffer(),
    'picture-too-large',
  ],
  [
    'half a PDF',
    async () => Buffer.from(await plainPdf([{ jpeg: await paper().jpeg().toBuffer(), widthPx: 900, heightPx: 1200 }])).subarray(0, 400),
    'pdf-damaged',
  ],
])('%s is refused with a code of its own', async (_story, bytesOf, code) => {
  await expect(make(await bytesOf())).rejects.toMatchObject({ code })
})

test('a defocused photo is told from a sharp one', async () => {
  const verdictOf = async (file: string) => (await make(await readFile(join(photos, file)))).map((page) => page.quality.verdict)
  expect(await verdictOf('defocused.jpg')).toEqual(['blurry'])
  expect(await verdictOf('squared-exif8.jpg')).toEqual(['good'])
})

describe('BMP', () => {
  /** A 4 × 2 picture of 24 bits, bottom row first: red, green, blue, white above black. */
  const bmp24 = Buffer.concat([
    Buffer.from('424d4e000000000000003600000028000000040000000200000001001800000000001800000000000000000000000000000000000000', 'hex'),
    Buffer.from('000000000000000000000000', 'hex'),
    Buffer.from('0000ff00ff00ff0000ffffff', 'hex'),
  ])
  test('24 bits, bottom up', () => {
    const { widthPx, heightPx, data } = readBmp(bmp24, 1000)
    expect([widthPx, heightPx, [...data.subarray(0, 16)]]).toEqual([4, 2, [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255]])
  })
  test('cut short, or larger than allowed', () => {
    expect(() => readBmp(bmp24.subarray(0, 60), 1000)).toThrow(expect.objectContaining({ code: 'picture-undecodable' }) as Error)
    expect(() => readBmp(bmp24, 7)).toThrow(expect.objectContaining({ code: 'picture-too-large' }) as Error)
  })
})
