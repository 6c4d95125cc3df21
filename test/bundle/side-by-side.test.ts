/** More than one sheet on a picture: what lies beside the sheet whose mark was read goes to nobody. */
import { rmSync } from 'node:fs'
import sharp from 'sharp'
import { loadBundleFonts } from '../../src/bundle/bundle-fonts-files'
import { loadCodeReader } from '../../src/bundle/mark-reader-files'
import { plainPdf } from '../../src/bundle/plain-pdf'
import { recognise } from '../../src/bundle/recognise'
import { openReturned } from '../../src/bundle/returned-pages'
import { openPdf } from '../../src/pages/pdf-to-picture'
import { built, cutPages, type Scan, scansOf } from './built-pile'
import { markKey, sampleClass, temporaryFolder } from './sample-class'

const folder = temporaryFolder()
const dpi = 150
const mm = dpi / 25.4
let sheets: Scan[]

beforeAll(async () => {
  sheets = await scansOf((await built(await sampleClass(folder))).bytes, dpi)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const [upper, lower] = [
  { right: 10, top: 10 },
  { left: 10, bottom: 10 },
] as const

/** The scanned sheet, these of its marks covered. */
async function sheet(number: number, ...covered: ({ right: number; top: number } | { left: number; bottom: number })[]): Promise<Buffer> {
  const scan = sheets[number]
  if (!scan) throw new Error('no such sheet')
  const side = Math.round(20 * mm)
  const input = { create: { width: side, height: side, channels: 3 as const, background: '#fff' } }
  const hands = covered.map((place) =>
    'right' in place
      ? { input, left: scan.widthPx - Math.round(8 * mm) - side, top: Math.round(8 * mm) }
      : { input, left: Math.round(8 * mm), top: scan.heightPx - Math.round(8 * mm) - side },
  )
  return sharp(scan.jpeg).composite(hands).jpeg().toBuffer()
}

async function table(
  widthMm: number,
  heightMm: number,
  background: string,
  lying: { input: Buffer; left: number; top: number }[],
): Promise<{ jpeg: Buffer; widthPx: number; heightPx: number }> {
  const [widthPx, heightPx] = [Math.round(widthMm * mm), Math.round(heightMm * mm)]
  const placed = lying.map(({ input, left, top }) => ({ input, left: Math.round(left * mm), top: Math.round(top * mm) }))
  const jpeg = await sharp({ create: { width: widthPx, height: heightPx, channels: 3, background } })
    .composite(placed)
    .jpeg()
    .toBuffer()
  return { jpeg, widthPx, heightPx }
}

async function told(bytes: Uint8Array): Promise<number | string | null> {
  const pages = await openReturned(bytes, 10)
  const [page] = await recognise(pages, markKey, loadCodeReader())
  await pages.close()
  return page?.conflict ? 'asked' : (page?.pageId ?? null)
}

describe.each([
  ['a PDF', (scan: Scan) => plainPdf([scan])],
  ['a picture', (scan: Scan) => Promise.resolve(scan.jpeg)],
])('on the glass for A3, as %s', (_, made) => {
  // Sheet 1 is page 11, sheet 3 page 13.
  test.each([
    [
      'two sheets, both marks of the right one covered',
      async () =>
        table(420, 297, '#fff', [
          { input: await sheet(1), left: 0, top: 0 },
          { input: await sheet(3, upper, lower), left: 210, top: 0 },
        ]),
    ],
    [
      'two sheets, a mark of the left one and all of the right one covered',
      async () =>
        table(420, 297, '#fff', [
          { input: await sheet(1, lower), left: 0, top: 0 },
          { input: await sheet(3, upper, lower), left: 210, top: 0 },
        ]),
    ],
    [
      'two sheets, the outer mark of the left one covered',
      async () =>
        table(420, 297, '#fff', [
          { input: await sheet(1, lower), left: 0, top: 0 },
          { input: await sheet(3), left: 210, top: 0 },
        ]),
    ],
  ])('%s: asked about', async (_name, scan) => expect(await told(await made(await scan()))).toBe('asked'))

  test.each(['#fff', '#101010'])('one sheet alone on %s is known', async (background) => {
    expect(await told(await made(await table(420, 297, background, [{ input: await sheet(1), left: 4, top: 0 }])))).toBe(11)
    expect(await told(await made(await table(420, 297, background, [{ input: await sheet(1, upper), left: 4, top: 0 }])))).toBe(11)
  })
})

describe('a photo', () => {
  const onTable = async (right: Buffer | null): Promise<Buffer> => {
    const lying = [{ input: await sheet(1), left: 25, top: 30 }, ...(right ? [{ input: right, left: 260, top: 34 }] : [])]
    return (await table(right ? 500 : 470, 360, '#6b5a48', lying)).jpeg
  }

  test('of one sheet on a large table is known', async () => expect(await told(await onTable(null))).toBe(11))

  test('of two sheets, one without a mark, is asked about; given to a pupil by the teacher, it is cut as it is', async () => {
    const photo = await onTable(await sheet(3, upper, lower))
    expect(await told(photo)).toBe('asked')
    const copy = await openPdf(await cutPages(photo, [0], { regularFont: loadBundleFonts().regularFont, title: '', maxPages: 10 }))
    expect(copy.pageCount).toBe(1)
    await copy.close()
  })
})
