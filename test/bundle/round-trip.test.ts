import { rmSync } from 'node:fs'
import { PDFDocument, PDFName, PDFString, degrees, rgb } from 'pdf-lib'
import sharp from 'sharp'
import { isFault } from '../../src/errors'
import type { BundleInput } from '../../src/bundle/bundle-input'
import { loadCodeReader } from '../../src/bundle/mark-reader-files'
import { recognise } from '../../src/bundle/recognise'
import type { RecognisedPage } from '../../src/bundle/recognised-page'
import { openReturned } from '../../src/bundle/returned-pages'
import { built, type Scan, scansOf } from './built-pile'
import { drawnPage, markKey, otherKey, sampleClass, temporaryFolder } from './sample-class'

const folder = temporaryFolder()
let input: BundleInput
let pile: Buffer

beforeAll(async () => {
  input = await sampleClass(folder)
  const [zoe, lukasz, , mohamed] = input.students
  if (!zoe || !lukasz || !mohamed) throw new Error('no students')
  input = { ...input, students: [{ ...zoe, pages: zoe.pages.slice(0, 2) }, lukasz, mohamed] }
  pile = (await built(input)).bytes
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function recognised(bytes: Uint8Array, key = markKey, maxPages = 500): Promise<RecognisedPage[]> {
  const pages = await openReturned(bytes, maxPages)
  try {
    return await recognise(pages, key, loadCodeReader())
  } finally {
    await pages.close()
  }
}

const scans = new Map<string, Promise<Scan[]>>()
/** The pile as scanned; drawn once for all tests. */
function scanned(dpi: number, turn = 0): Promise<Scan[]> {
  const known = scans.get(`${dpi} ${turn}`)
  if (known) return known
  const made = scansOf(pile, dpi, turn)
  scans.set(`${dpi} ${turn}`, made)
  return made
}

/** One word a page: `C` cover, `_` blank, `!` conflict, `?` unknown, else number, clue and turn. */
const told = (pages: RecognisedPage[]): string =>
  pages
    .map(({ pageId, by, cover, blank, conflict, rotationDegCw }) =>
      cover ? 'C' : blank ? '_' : conflict ? '!' : pageId === null ? '?' : `${pageId}${by}${rotationDegCw || ''}`,
    )
    .join(' ')

const faultOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  )

/** The pile as other pages: pictures in a new PDF. */
async function scannedPdf(pictures: Uint8Array[], turn = 0): Promise<Uint8Array> {
  const pdf = await PDFDocument.create()
  for (const picture of pictures) {
    const image = await pdf.embedJpg(picture)
    const page = pdf.addPage([(image.width / image.height) * 800, 800])
    page.drawImage(image, { x: 0, y: 0, width: page.getWidth(), height: 800 })
    page.setRotation(degrees(turn))
  }
  return pdf.save()
}

test('the untouched pile is known by its page keys', async () =>
  expect(told(await recognised(pile))).toBe('C 11page-key 12page-key 21page-key 41page-key 42page-key'))

test('rewritten, reordered, dropped, a blank and a page of ink added', async () => {
  const from = await PDFDocument.load(pile)
  const to = await PDFDocument.create()
  const [a, b, c] = await to.copyPages(from, [4, 1, 0])
  if (!a || !b || !c) throw new Error('no pages')
  to.addPage(a).drawLine({ start: { x: 50, y: 400 }, end: { x: 300, y: 500 }, color: rgb(1, 0, 0), thickness: 2 })
  to.addPage([595, 842])
  to.addPage([595, 842]).drawSvgPath('M 0 0 q 20 -30 40 0 t 50 0', { x: 100, y: 500, borderColor: rgb(0, 0, 1), borderWidth: 1.5 })
  to.addPage(b).setRotation(degrees(90))
  to.addPage(c)
  expect(told(await recognised(await to.save()))).toBe('41page-key _ ? 11page-key270 C')
})

test('a blank page that got its neighbour’s entries is not taken for it', async () => {
  const pdf = await PDFDocument.load(pile)
  const add = (ink: boolean): void => {
    const page = pdf.insertPage(2, [595, 842])
    page.node.set(PDFName.of('CartablePage'), pdf.getPage(1).node.get(PDFName.of('CartablePage')) ?? PDFString.of(''))
    if (ink) page.drawText('Bravo !', { x: 100, y: 500, size: 30 })
  }
  add(false)
  add(true)
  expect(told(await recognised(await pdf.save()))).toBe('C 11page-key ? _ 12page-key 21page-key 41page-key 42page-key')
})

test('a page key that contradicts the page’s own marks is a conflict', async () => {
  const pdf = await PDFDocument.load(pile)
  const [one, two] = [pdf.getPage(1).node, pdf.getPage(2).node]
  const keys = [one.get(PDFName.of('CartablePage')), two.get(PDFName.of('CartablePage'))]
  if (!keys[0] || !keys[1]) throw new Error('no keys')
  one.set(PDFName.of('CartablePage'), keys[1])
  two.set(PDFName.of('CartablePage'), keys[0])
  expect(told(await recognised(await pdf.save()))).toBe('C ! ! 21page-key 41page-key 42page-key')
})

test('pages turned to pictures keep their keys: the print confirms or contradicts them', async () => {
  const sheets = await scanned(150)
  const pdf = await PDFDocument.load(await scannedPdf(sheets.map(({ jpeg }) => jpeg)))
  const keys = (await PDFDocument.load(pile)).getPages().map(({ node }) => node.get(PDFName.of('CartablePage')) ?? PDFString.of(''))
  // 11 and 12 are exchanged; the page of 41 is written over, so that its key alone speaks; that of 42 has been emptied.
  const order = [0, 2, 1, 3, 4, 5]
  pdf.getPages().forEach((page, index) => page.node.set(PDFName.of('CartablePage'), keys[order[index] ?? 0] ?? PDFString.of('')))
  const cover = (index: number): void => {
    const page = pdf.getPage(index)
    page.drawRectangle({ x: 0, y: 0, width: page.getWidth(), height: page.getHeight(), color: rgb(1, 1, 1) })
  }
  cover(4)
  pdf.getPage(4).drawText('Bravo', { x: 200, y: 400, size: 30 })
  cover(5)
  expect(told(await recognised(await pdf.save()))).toBe('C ! ! 21page-key 41page-key _')
})

test('page keys lost, text kept: known by the print', async () => {
  const pdf = await PDFDocument.load(pile)
  for (const page of pdf.getPages()) page.node.delete(PDFName.of('CartablePage'))
  expect(told(await recognised(await pdf.save()))).toBe('C 11mark 12mark 21mark 41mark 42mark')
})

test('page keys lost and both marks blacked out: known by the text twin', async () => {
  const pdf = await PDFDocument.load(pile)
  for (const page of pdf.getPages()) {
    page.node.delete(PDFName.of('CartablePage'))
    const { width, height } = page.getSize()
    page.drawRectangle({ x: width - 80, y: height - 80, width: 60, height: 60, color: rgb(0, 0, 0) })
    page.drawRectangle({ x: 20, y: 20, width: 60, height: 60, color: rgb(0, 0, 0) })
  }
  expect(told(await recognised(await pdf.save()))).toBe('C 11text 12text 21text 41text 42text')
})

test.each([
  [100, 0, ''],
  [150, 90, '270'],
  [200, 180, '180'],
  [100, 270, '90'],
])('scanned at %i dpi, turned by %i degrees', async (dpi, turn, back) => {
  const sheets = await scanned(dpi, turn)
  const pages = await recognised(await scannedPdf(sheets.map(({ jpeg }) => jpeg)))
  expect(told(pages)).toBe(`C 11mark${back} 12mark${back} 21mark${back} 41mark${back} 42mark${back}`)
})

test('one of two marks crossed out, grey at 100 dpi, slightly askew', async () => {
  const sheets = await scanned(100)
  const crossed = await Promise.all(
    sheets.map(async ({ jpeg, widthPx, heightPx }, index) => {
      const [x, y] = index % 2 === 0 ? [widthPx - 105, 35] : [35, heightPx - 105]
      const strokes = `<svg width="${widthPx}" height="${heightPx}"><path d="M${x} ${y} l70 70 m0 -70 l-70 70" stroke="#000" stroke-width="4"/></svg>`
      const marked = await sharp(jpeg)
        .composite([{ input: Buffer.from(strokes) }])
        .toBuffer()
      return sharp(marked)
        .rotate(index % 2 === 0 ? 2 : -2, { background: '#fff' })
        .toColourspace('b-w')
        .jpeg({ quality: 50 })
        .toBuffer()
    }),
  )
  expect(told(await recognised(await scannedPdf(crossed)))).toBe('C 11mark 12mark 21mark 41mark 42mark')
})

test('red ink over both marks is seen through the red channel', async () => {
  const [, scan] = await scanned(200)
  if (!scan) throw new Error('no scan')
  const { widthPx, heightPx, jpeg } = scan
  const crosses = [
    [widthPx - 205, 80],
    [80, heightPx - 205],
  ].map(([x = 0, y = 0]) => `<path d="M${x} ${y} l125 125 m0 -125 l-125 125 M${x} ${y + 60} h125" stroke="#f01818" stroke-width="7"/>`)
  const red = await sharp(jpeg)
    .composite([{ input: Buffer.from(`<svg width="${widthPx}" height="${heightPx}">${crosses.join('')}</svg>`), blend: 'multiply' }])
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer()
  expect(told(await recognised(red))).toBe('11mark')
})

test('a 1-bit scan', async () => {
  const sheets = await scanned(200)
  const bits = await Promise.all(sheets.slice(1, 4).map(({ jpeg }) => sharp(jpeg).threshold(150).jpeg().toBuffer()))
  expect(told(await recognised(await scannedPdf(bits)))).toBe('11mark 12mark 21mark')
})

test('a photographed sheet that bears an older mark is known by the mark at the edge', async () => {
  const [, old] = await scanned(150)
  const [, , , now] = await scanned(150)
  if (!old || !now) throw new Error('no scans')
  const inner = await sharp(old.jpeg)
    .resize({ width: Math.round(now.heightPx * 0.45) })
    .toBuffer()
  const size = await sharp(inner).metadata()
  const [left, top] = [Math.round((now.widthPx - size.width) / 2), Math.round((now.heightPx - size.height) / 2)]
  const page = await sharp(now.jpeg)
    .composite([{ input: inner, left, top }])
    .jpeg()
    .toBuffer()
  expect(told(await recognised(page))).toBe('21mark')
})

test('two sheets on one page are asked about', async () => {
  const sheets = await scanned(150)
  const [, a, b] = sheets
  if (!a || !b) throw new Error('no scans')
  const both = await sharp({ create: { width: a.widthPx * 2, height: a.heightPx, channels: 3, background: '#fff' } })
    .composite([
      { input: a.jpeg, left: 0, top: 0 },
      { input: b.jpeg, left: a.widthPx, top: 0 },
    ])
    .jpeg()
    .toBuffer()
  const [page] = await recognised(both)
  expect(page).toMatchObject({ conflict: true, pageId: null })
})

test.each([
  ['a PNG', (jpeg: Buffer) => sharp(jpeg).png().toBuffer()],
  ['a TIFF', (jpeg: Buffer) => sharp(jpeg).tiff().toBuffer()],
  ['a photo on its side', (jpeg: Buffer) => sharp(jpeg).withMetadata({ orientation: 6 }).toBuffer()],
])('one page as %s', async (_, made) => {
  const [, scan] = await scanned(150)
  if (!scan) throw new Error('no scan')
  const [page] = await recognised(await made(scan.jpeg))
  expect(page).toMatchObject({ pageId: 11, by: 'mark' })
})

test('marks of another key are nobody’s', async () => {
  const two = await PDFDocument.create()
  for (const each of await two.copyPages(await PDFDocument.load(pile), [0, 1])) two.addPage(each)
  expect(told(await recognised(await two.save(), otherKey))).toBe('? ?')
})

test('a foreign PDF and a foreign photo are unknown', async () => {
  const pdf = await PDFDocument.create()
  pdf.addPage([595, 842]).drawText('Facture K7Q2-0000001-0000000000000', { x: 50, y: 700 })
  expect(told(await recognised(await pdf.save()))).toBe('?')
  expect(told(await recognised(await drawnPage(1)))).toBe('?')
})

test.each([
  ['an empty file', () => Buffer.alloc(0), 'empty-file'],
  ['a cut file', () => pile.subarray(0, 60_000), 'pdf-damaged'],
  ['noise with a header', () => Buffer.from(`%PDF-1.7\n${'x'.repeat(5000)}`), 'pdf-damaged'],
  ['no picture at all', () => Buffer.from('Bonjour'), 'not-a-picture'],
])('%s is a fault', async (_, bytes, code) => expect(await faultOf(recognised(bytes()))).toBe(code))

test('a file of 2000 pages is refused before it is read', async () => {
  const pdf = await PDFDocument.create()
  for (let page = 0; page < 2000; page++) pdf.addPage([100, 100])
  expect(await faultOf(recognised(await pdf.save()))).toBe('too-many-pages')
})
