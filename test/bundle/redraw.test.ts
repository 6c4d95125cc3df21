/** Pages of pupils' PDFs on their sheets: drawn where that is safe, their picture elsewhere, and never anything active. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { degrees, PDFDict, PDFDocument, PDFName, type PDFPage, PDFRawStream, PDFString, rgb, StandardFonts } from 'pdf-lib'
import sharp from 'sharp'
import type { BundleInput, BundlePage } from '../../src/bundle/bundle-input'
import { createBundlePool } from '../../src/bundle/bundle-pool'
import { likeness } from '../../src/bundle/likeness'
import { readPicture } from '../../src/bundle/pile-files'
import { redraw } from '../../src/bundle/redraw'
import { openPdf, type Pixels } from '../../src/pages/pdf-to-picture'
import { openPicturePages } from '../../src/pages/picture-pages'
import { scansOf, textsOf } from './built-pile'
import { installed } from './installed'
import { drawnPage, markKey, sampleClass, temporaryFolder } from './sample-class'

const folder = temporaryFolder()
const file = (name: string): string => join(folder, name)
const pool = createBundlePool()
let sample: BundleInput

beforeAll(async () => {
  sample = await sampleClass(folder)
})
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

type Change = (pdf: PDFDocument, page: PDFPage) => void | Promise<void>
const literal = (value: Record<string, unknown>): Record<string, never> => value as Record<string, never>

/** A page of typed work with a red frame, changed. */
async function typedPdf(change: Change = () => undefined, words = 'Donc MN = 4,5 cm'): Promise<Buffer> {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage([595.28, 841.89])
  for (let line = 0; line < 20; line++) page.drawText(`${words} (${line + 1})`, { x: 60, y: 760 - line * 24, size: 13, font })
  page.drawRectangle({ x: 60, y: 60, width: 220, height: 120, borderColor: rgb(0.8, 0, 0), borderWidth: 3 })
  await change(pdf, page)
  return Buffer.from(await pdf.save({ useObjectStreams: false }))
}

/** The same PDF, and the pictures that are made of its pages. */
async function pagesOf(bytes: Buffer, firstId = 1, turnDegCw = 0): Promise<(BundlePage & { kind: 'picture' })[]> {
  const original = file(`${firstId}.pdf`)
  writeFileSync(original, bytes)
  return (await scansOf(bytes, 120, turnDegCw)).map(({ jpeg, widthPx, heightPx }, index) => {
    writeFileSync(file(`${firstId}-${index}.jpg`), jpeg)
    return { id: firstId + index, kind: 'picture', file: file(`${firstId}-${index}.jpg`), widthPx, heightPx, original: { file: original, index, turnDegCw } }
  })
}

async function drawnIn(bytes: Buffer, turnDegCw = 0): ReturnType<typeof redraw> {
  const pages = await pagesOf(bytes, 1, turnDegCw)
  const wanted = pages.map((page) => ({ pageId: page.id, index: page.original?.index ?? 0, turnDegCw, picture: page.file }))
  return redraw(bytes, wanted, 1, readPicture)
}

async function pileOf(pages: BundlePage[], name = 'pile.pdf'): Promise<Buffer> {
  const [first] = sample.students
  if (!first) throw new Error('no student')
  await pool.build({ ...sample, students: [{ ...first, pages }] }, file(name))
  return readFileSync(file(name))
}

const appearance: Change = (pdf, page) => {
  const form = pdf.context.register(pdf.context.stream('0 0 1 RG 6 w 0 0 m 100 100 l S', literal({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 100, 100] })))
  const ink = literal({ Type: 'Annot', Subtype: 'Ink', Rect: [300, 200, 400, 300], F: 4, AP: { N: form }, InkList: [[300, 200, 400, 300]] })
  page.node.set(PDFName.of('Annots'), pdf.context.obj([ink]))
}
const turnedAndCropped: Change = (_, page) => {
  page.setRotation(degrees(270))
  page.setCropBox(40, 50, 400, 700)
}

test.each<[string, Change]>([
  ['as it is', () => undefined],
  ['turned by its own entry', (_, page) => page.setRotation(degrees(90))],
  ['turned and cropped', turnedAndCropped],
  ['landscape', (_, page) => page.setSize(841.89, 595.28)],
  ['tiny', (_, page) => page.setCropBox(50, 650, 120, 90)],
  ['with ink that has an appearance', appearance],
  ['with graphics states left open', (pdf, page) => page.node.addContentStream(pdf.context.register(pdf.context.stream('q 2 0 0 2 0 0 cm')))],
])('a typed page keeps its lines as lines and its text as text: %s', async (_, change) => {
  const bytes = await typedPdf(change)
  const { drawings } = await drawnIn(bytes)
  expect(drawings).toMatchObject([{ pageId: 1, hasText: true }])
  const pile = await pileOf(await pagesOf(bytes))
  expect(pile.includes('/Subtype /Image')).toBe(false)
  const [, text = ''] = await textsOf(pile)
  expect(text.indexOf('Zoé Martin')).toBeLessThan(text.indexOf('4,5 cm (1)'))
  expect(text).toContain('4,5 cm (3)')
  // What lies between the strips is the page as its picture shows it.
  const [scan] = await scansOf(bytes, 60)
  const [, sheet] = await scansOf(pile, 120)
  if (!scan || !sheet) throw new Error('no scan')
  expect(likeness(await placed(sheet.jpeg, scan), await (await openPicturePages(scan.jpeg, 1)).pixels(0, 5000))).toBeGreaterThan(0.85)
})

/** The middle of a sheet (without strips and margins), in the size of the page. */
async function placed(sheet: Buffer, page: { widthPx: number; heightPx: number }): Promise<Pixels> {
  const { width, height } = await sharp(sheet).metadata()
  const point = 120 / 72
  const room = { width: width - 2 * 28.35 * point, height: height - 2 * (28.35 + 45.35 + 7.26) * point }
  const scale = Math.min(room.width / page.widthPx, room.height / page.heightPx)
  const [w, h] = [Math.round(page.widthPx * scale), Math.round(page.heightPx * scale)]
  const cut = sharp(sheet).extract({ left: Math.round((width - w) / 2), top: Math.round((height - h) / 2), width: w, height: h })
  const data = await cut.resize({ width: page.widthPx, height: page.heightPx, fit: 'fill' }).ensureAlpha().raw().toBuffer()
  return { widthPx: page.widthPx, heightPx: page.heightPx, data }
}

test('what names no colour and no line is black and thin, as on a page of its own', async () => {
  const bytes = await typedPdf((pdf, page) => page.node.addContentStream(pdf.context.register(pdf.context.stream('300 60 150 150 re f 320 240 100 100 re S'))))
  const [plain] = await scansOf(bytes, 60)
  await pileOf(await pagesOf(bytes))
  const [, sheet] = await scansOf(readFileSync(file('pile.pdf')), 120)
  if (!plain || !sheet) throw new Error('no scan')
  const darkest = async (data: Uint8Array): Promise<number> =>
    (await sharp(data).extract({ left: 320, top: 560, width: 30, height: 30 }).greyscale().raw().toBuffer())[400] ?? 255
  const shown = await placed(sheet.jpeg, plain)
  const picture = await sharp(shown.data, { raw: { width: shown.widthPx, height: shown.heightPx, channels: 4 } })
    .jpeg()
    .toBuffer()
  for (const data of [plain.jpeg, picture]) expect(await darkest(data)).toBeLessThan(12)
})

test('a page that was set upright afterwards is drawn upright', async () => {
  const bytes = await typedPdf((_, page) => page.setRotation(degrees(90)))
  const { drawings } = await drawnIn(bytes, 270)
  expect(drawings).toMatchObject([{ width: expect.closeTo(595.28, 1) as number, height: expect.closeTo(841.89, 1) as number }])
})

const font =
  (entries: Record<string, unknown>): Change =>
  (pdf, page) => {
    const fonts = page.node.Resources()?.lookup(PDFName.of('Font'), PDFDict)
    for (const name of fonts?.keys() ?? []) fonts?.set(name, pdf.context.register(pdf.context.obj(literal({ Type: 'Font', ...entries }))))
  }
const nested: Change = (pdf, page) => {
  let form = pdf.context.register(pdf.context.stream('0 0 m', literal({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 1, 1] })))
  for (let depth = 0; depth < 80; depth++)
    form = pdf.context.register(
      pdf.context.stream('/A Do', literal({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 1, 1], Resources: { XObject: { A: form } } })),
    )
  page.node.setXObject(PDFName.of('Deep'), form)
  page.node.addContentStream(pdf.context.register(pdf.context.stream('/Deep Do')))
}
const bomb: Change = (pdf, page) => {
  const stream = pdf.context.stream('', literal({ Filter: 'FlateDecode' }))
  Object.assign(stream, { contents: deflateSync(Buffer.alloc(80_000_000, ' ')) })
  page.node.addContentStream(pdf.context.register(stream))
}
const layers: Change = (pdf) => pdf.catalog.set(PDFName.of('OCProperties'), pdf.context.obj(literal({ OCGs: [], D: {} })))
const annotation =
  (entries: Record<string, unknown>): Change =>
  (pdf, page) =>
    page.node.set(PDFName.of('Annots'), pdf.context.obj([literal({ Type: 'Annot', Rect: [100, 100, 200, 140], F: 4, ...entries })]))
const photo: Change = async (pdf, page) => page.drawImage(await pdf.embedJpg(await drawnPage(1)), { x: 20, y: 20, width: 555, height: 800 })

test.each<[string, Change]>([
  ['a form field', (pdf) => pdf.getForm().createTextField('nom').addToPage(pdf.getPage(0), { x: 60, y: 300 })],
  ['ink without an appearance', annotation({ Subtype: 'Ink', InkList: [[100, 100, 200, 140]] })],
  ['a sticky note', annotation({ Subtype: 'Text', Contents: 'Ici' })],
  ['layers', layers],
  ['a unit that not all readers obey', (pdf, page) => page.node.set(PDFName.of('UserUnit'), pdf.context.obj(2))],
  ['forms in forms without end', nested],
  ['content that unpacks to 80 MB', bomb],
  ['a font that is not embedded', font({ Subtype: 'TrueType', BaseFont: 'Calibri' })],
  ['a font file that is none', (pdf, page) => {
    const program = pdf.context.register(pdf.context.stream('no font at all'))
    return font({ Subtype: 'TrueType', BaseFont: 'ABCDEF+X', FontDescriptor: { Type: 'FontDescriptor', FontName: 'X', FontFile2: program } })(pdf, page)
  }], // biome-ignore format: one row a case
  ['a picture in a filter few readers know', (pdf, page) => {
    const image = pdf.context.stream('xx', literal({ Type: 'XObject', Subtype: 'Image', Width: 1, Height: 1, BitsPerComponent: 1, ColorSpace: 'DeviceGray', Filter: 'JBIG2Decode' }))
    page.node.setXObject(PDFName.of('J'), pdf.context.register(image))
    page.node.addContentStream(pdf.context.register(pdf.context.stream('q 10 0 0 10 0 0 cm /J Do Q')))
  }], // biome-ignore format: one row a case
  ['a photo under a scanner’s words', photo],
])('keeps its picture: %s', async (_, change) => {
  const { drawings, bytes } = await drawnIn(await typedPdf(change))
  expect([drawings, bytes.length]).toEqual([[], 0])
})

test('text that looks like a mark stays a picture, and the sheet has no other mark', async () => {
  const bytes = await typedPdf(undefined, 'k7q2-0000009-\nABCDEFGHJKMNP'.replace('\n', ' '))
  const pile = await pileOf(await pagesOf(bytes))
  expect(await pool.recognise(file('pile.pdf'), markKey, { maxPages: 9 })).toMatchObject([{ cover: true }, { pageId: 1, conflict: false }])
  expect((await textsOf(pile))[1]).not.toContain('0000009')
})

test('nothing active, hidden or private comes along', async () => {
  const secret = 'app.alert(1)'
  const bytes = await typedPdf(async (pdf, page) => {
    pdf.catalog.set(PDFName.of('OpenAction'), pdf.context.obj(literal({ S: 'JavaScript', JS: PDFString.of(secret) })))
    await pdf.attach(Buffer.from(secret), 'virus.exe')
    page.node.set(PDFName.of('AA'), pdf.context.obj(literal({ O: { S: 'Launch', F: PDFString.of(secret) } })))
    page.node.set(PDFName.of('PieceInfo'), pdf.context.obj(literal({ X: PDFString.of(secret) })))
    await annotation({ Subtype: 'Link', A: { S: 'URI', URI: PDFString.of(secret) } })(pdf, page)
    pdf.setAuthor(secret)
  })
  expect((await drawnIn(bytes)).drawings).toHaveLength(1)
  const pile = await pileOf(await pagesOf(bytes))
  const document = await PDFDocument.load(pile, { updateMetadata: false })
  const told = document.context.enumerateIndirectObjects().map(([, object]) => object.toString())
  expect(told.filter((object) => /JavaScript|Launch|\/URI|EmbeddedFile|PieceInfo|app\.alert|\/AA\b/.test(object))).toEqual([])
})

test('marks of the file’s own structure are taken out of the content, and nothing else', async () => {
  const image = 'BI /W 2 /H 2 /BPC 8 /CS /G ID EMC\u0001 EI'
  const bytes = await typedPdf((pdf, page) => {
    const content = `/Span <</MCID 0 /Hidden false /ActualText (BDC)>> BDC /P BMC 0 0 1 rg 300 60 80 80 re f EMC q 9 0 0 9 0 0 cm ${image} EMC Q /Here MP`
    page.node.addContentStream(pdf.context.register(pdf.context.stream(content)))
  })
  const { bytes: drawn } = await drawnIn(bytes)
  const streams = (await PDFDocument.load(drawn)).context
    .enumerateIndirectObjects()
    .flatMap(([, object]) => (object instanceof PDFRawStream && object.dict.has(PDFName.of('BBox')) ? [inflateSync(object.contents).toString('latin1')] : []))
  expect(streams).toHaveLength(1)
  expect(streams[0]?.replace(/ +/g, ' ')).toContain(`0 0 1 rg 300 60 80 80 re f q 9 0 0 9 0 0 cm ${image} Q`)
  expect(streams[0]).not.toMatch(/BDC|BMC|MCID|MP/)
})

test('a drawing never weighs more than the pages’ pictures', async () => {
  const noise = Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * 7919 * (index % 251)) & 255))
  const heavy = await typedPdf((pdf, page) => {
    page.node.setXObject(
      PDFName.of('N'),
      pdf.context.register(
        pdf.context.stream(noise, literal({ Type: 'XObject', Subtype: 'Image', Width: 1000, Height: 600, BitsPerComponent: 8, ColorSpace: 'DeviceGray' })),
      ),
    )
    page.node.addContentStream(pdf.context.register(pdf.context.stream('q 90 0 0 60 400 60 cm /N Do Q')))
  })
  expect((await drawnIn(heavy)).drawings).toEqual([])
})

test('several PDFs share one pile, the same input gives the same bytes, and no file is left', async () => {
  const pages = [
    ...(await pagesOf(await typedPdf(), 1)),
    ...(await pagesOf(await typedPdf(appearance, 'Exercice 2'), 20)),
    ...(sample.students[0]?.pages ?? []),
  ]
  const pile = await pileOf(pages)
  expect((await pileOf(pages, 'again.pdf')).equals(pile)).toBe(true)
  const texts = await textsOf(pile)
  expect([texts[1]?.includes('4,5 cm (20)'), texts[2]?.includes('Exercice 2 (20)'), texts.length]).toEqual([true, true, 6])
  expect(spawnSync('ls', [folder], { encoding: 'utf8' }).stdout).not.toContain('drawn')
  if (installed('qpdf')) expect(spawnSync('qpdf', ['--check', file('pile.pdf')]).status).toBe(0)
})

test('a PDF that is damaged or gone costs no page of the pile', async () => {
  const [page] = await pagesOf(await typedPdf())
  if (!page) throw new Error('no page')
  writeFileSync(file('broken.pdf'), `%PDF-1.7\n${'x'.repeat(3000)}`)
  const missing = (name: string): BundlePage => ({ ...page, original: { file: file(name), index: 0, turnDegCw: 0 } })
  expect(await textsOf(await pileOf([missing('broken.pdf'), { ...missing('absent.pdf'), id: 2 }]))).toHaveLength(3)
})

test('another page than the picture’s is never drawn', async () => {
  const bytes = await typedPdf(async (pdf) => {
    const page = pdf.addPage([595.28, 841.89])
    page.drawText('Tout autre chose', { x: 200, y: 300, size: 40 })
  })
  const [one, two] = await pagesOf(bytes)
  if (!one || !two) throw new Error('no pages')
  const swapped = [{ pageId: 1, index: 1, turnDegCw: 0, picture: one.file }, { pageId: 2, index: 7, turnDegCw: 0, picture: two.file }] // biome-ignore format: short
  expect((await redraw(bytes, swapped, 1, readPicture)).drawings).toEqual([])
  const right = [{ pageId: 1, index: 1, turnDegCw: 0, picture: two.file }]
  expect((await redraw(bytes, right, 1, readPicture)).drawings).toHaveLength(1)
})

;(installed('qpdf') ? test : test.skip)('a PDF locked for its owner keeps its pictures', async () => {
  writeFileSync(file('plain.pdf'), await typedPdf())
  spawnSync('qpdf', ['--encrypt', '', 'owner', '256', '--', file('plain.pdf'), file('locked.pdf')])
  const locked = readFileSync(file('locked.pdf'))
  const pdf = await openPdf(locked)
  await pdf.close()
  expect((await drawnIn(locked)).drawings).toEqual([])
})
