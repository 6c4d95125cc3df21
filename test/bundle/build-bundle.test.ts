import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFRawStream, PDFRef, PDFString } from 'pdf-lib'
import type { BundleInput } from '../../src/bundle/bundle-input'
import { readMark } from '../../src/bundle/marks'
import { built, textsOf } from './built-pile'
import { drawnPage, markKey, sampleClass, temporaryFolder } from './sample-class'
import { installed } from './installed'

const folder = temporaryFolder()
let input: BundleInput
let bytes: Buffer
let document: PDFDocument
let texts: string[]

beforeAll(async () => {
  input = await sampleClass(folder)
  bytes = (await built(input)).bytes
  document = await PDFDocument.load(bytes, { updateMetadata: false })
  texts = await textsOf(bytes)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const page = (index: number): PDFDict => document.getPage(index).node

function outline(): { title: string; page: number }[] {
  const entries: { title: string; page: number }[] = []
  const root = document.catalog.lookup(PDFName.of('Outlines'), PDFDict)
  const refs = document.getPages().map(({ ref }) => ref)
  let item = root.lookupMaybe(PDFName.of('First'), PDFDict)
  while (item) {
    const target = item.lookup(PDFName.of('Dest'), PDFArray).get(0) as PDFRef
    entries.push({ title: item.lookup(PDFName.of('Title'), PDFHexString).decodeText(), page: refs.indexOf(target) })
    item = item.lookupMaybe(PDFName.of('Next'), PDFDict)
  }
  return entries
}

test('has one cover and every sheet in roster order, on A4', () => {
  expect(document.getPageCount()).toBe(11)
  for (const { width, height } of document.getPages().map((each) => each.getSize())) {
    expect([Math.min(width, height), Math.max(width, height)]).toEqual([expect.closeTo(595.28, 1), expect.closeTo(841.89, 1)])
  }
  expect(document.getPage(4).getWidth()).toBeGreaterThan(document.getPage(4).getHeight())
})

test('says title, language and outline view', () => {
  expect(document.getTitle()).toBe('3B – Théorème de Thalès (K7Q2)')
  expect(document.getAuthor()).toBeUndefined()
  expect(document.catalog.lookup(PDFName.of('Lang'), PDFHexString).decodeText()).toBe('fr')
  expect(document.catalog.get(PDFName.of('PageMode'))).toBe(PDFName.of('UseOutlines'))
})

test('has an outline entry a student, named as in the roster, at the first own sheet or the cover', () => {
  expect(outline().map(({ title }) => title)).toEqual(input.students.map(({ name }) => name))
  expect(outline().map((entry) => entry.page)).toEqual([1, 4, 5, 6, 8, 9, 0, 0])
})

test('names every student with state and hours on the cover, both hours where they differ', () => {
  const cover = texts[0] ?? ''
  for (const name of ['Zoé Martin', 'Łukasz Nowak', 'Nguyễn Thị Hồng Ánh', 'Іван Шевченко', 'Ayşe Yıldız']) expect(cover).toContain(name)
  expect(cover).toContain('6 copies sur 8')
  expect(cover).toContain('en retard, question posée')
  expect(cover).toContain('ven. 20 mars, 18 h 05 (posté 17 h 58)')
  expect(cover).toContain('ven. 20 mars, 17 h 41')
  for (const state of ['rendu à plusieurs', 'non rendu', 'non joint']) expect(cover).toContain(state)
})

test('links the names on the cover to the first sheets', () => {
  const links = page(0).lookup(PDFName.of('Annots'), PDFArray)
  const refs = document.getPages().map(({ ref }) => ref)
  const targets = links.asArray().map((_, index) => refs.indexOf(links.lookup(index, PDFDict).lookup(PDFName.of('Dest'), PDFArray).get(0) as PDFRef))
  expect(targets).toEqual([1, 4, 5, 6, 8, 9])
})

test.each([
  [1, 'Zoé Martin', 'page 1 sur 3'],
  [3, 'Zoé Martin', 'page 3 sur 3'],
  [4, 'Łukasz Nowak', 'page 1 sur 1'],
  [5, 'Nguyễn Thị Hồng Ánh', 'page 1 sur 1'],
  [9, 'Іван Шевченко', 'page 1 sur 2'],
])('sheet %i says %s, %s, class and code as text', (index, name, numbers) => {
  for (const words of [name, numbers, '3B', 'K7Q2']) expect(texts[index]).toContain(words)
})

test('every page says its page number and code three ways: key, and the mark twice', () => {
  const ids = document.getPages().map(({ node }) => readMark(node.lookup(PDFName.of('CartablePage'), PDFString).decodeText(), markKey)?.pageId)
  expect(ids).toEqual([0, 11, 12, 13, 21, 31, 41, 42, 51, 61, 62])
  texts.forEach((text, index) => {
    const twins = [...text.matchAll(/K7Q2-[0-9A-Z]{7}-[0-9A-Z]{13}/g)].map(([twin]) => readMark(twin, markKey)?.pageId)
    expect(twins).toEqual([ids[index], ids[index]])
  })
})

test('embeds the bytes of a JPEG unchanged, with an alternate text', () => {
  const images = document.context
    .enumerateIndirectObjects()
    .flatMap(([, object]) => (object instanceof PDFRawStream && object.dict.get(PDFName.of('Subtype')) === PDFName.of('Image') ? [object] : []))
  const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
  expect(images.map((image) => hash(image.contents))).toContain(hash(readFileSync(join(folder, 'page1.jpg'))))
  expect(images).toHaveLength(7)
  const alternates = document.context
    .enumerateIndirectObjects()
    .flatMap(([, object]) => (object instanceof PDFDict && object.has(PDFName.of('Alt')) ? [object.lookup(PDFName.of('Alt'), PDFHexString).decodeText()] : []))
  expect(alternates).toContain('copie de Zoé Martin, page 2 sur 3')
})

test('a name without glyphs stays true in outline and text', () => {
  expect(texts[8]).toContain('李伟')
  expect(outline()[4]?.title).toBe('李伟')
})

test('same input, same bytes; another hour, other bytes', async () => {
  const again = await built(structuredClone(input))
  expect(again.bytes.equals(bytes)).toBe(true)
  expect((await built({ ...input, madeAt: '2020-03-20T18:15:00.000Z' })).bytes.equals(bytes)).toBe(false)
})

test('a missing or broken picture gets a sheet that says so, the others stay', async () => {
  writeFileSync(join(folder, 'broken.jpg'), 'no picture')
  const [first] = input.students
  if (!first) throw new Error('no student')
  const pages = [
    { id: 71, kind: 'picture' as const, file: join(folder, 'absent.jpg'), widthPx: 10, heightPx: 20 },
    { id: 72, kind: 'picture' as const, file: join(folder, 'broken.jpg'), widthPx: 10, heightPx: 20 },
    ...first.pages,
  ]
  const { bytes: pile, result } = await built({ ...input, students: [{ ...first, pages }] })
  expect(result).toMatchObject({ damagedPageIds: [71, 72], pages: 6 })
  expect((await textsOf(pile))[1]).toContain('n’a pas pu être lue')
})

test('a class of 35 stands on one cover, one of 80 on several', async () => {
  const many = (count: number): BundleInput => ({
    ...input,
    students: Array.from({ length: count }, (_, index) => ({
      id: `e-${index}`,
      name: `Élève Numéro${index}`,
      states: ['missing'],
      submittedAt: null,
      late: false,
      pages: [],
    })),
  })
  expect((await built(many(35))).result).toMatchObject({ coverPages: 1, pages: 1 })
  const large = await built(many(80))
  expect(large.result.coverPages).toBe(3)
  expect((await textsOf(large.bytes)).join('\n')).toContain('Numéro79')
})

test('long typed work runs over several sheets, all with the page’s mark, and stops at a limit', async () => {
  const [first] = input.students
  if (!first) throw new Error('no student')
  const typed = (text: string): BundleInput => ({ ...input, students: [{ ...first, pages: [{ id: 9, kind: 'typed', text }] }] })
  const { bytes: pile, result } = await built(typed('Une phrase de plus. '.repeat(800)))
  expect(result.pages).toBeGreaterThan(3)
  expect((await textsOf(pile)).slice(1).every((text) => text.includes('K7Q2-0000009-'))).toBe(true)
  expect((await built(typed('mot\n'.repeat(20_000)))).result.pages).toBe(21)
})

test('each student starts on a front side where that is asked', async () => {
  const { result } = await built({ ...input, frontSides: true })
  // Cover 1+1, then 3+1, 1+1, 1+1, 2, 1+1, 2.
  expect(result.pages).toBe(16)
})

test('speaks English', async () => {
  const [cover = ''] = await textsOf((await built(await sampleClass(folder, 'en'))).bytes)
  for (const words of ['6 of 8 handed in', 'Fri 20 March, 18:05 (posted 17:58)', 'missing']) expect(cover).toContain(words)
})

test('a class without students or pages is a cover', async () =>
  expect((await built({ ...input, students: [] })).result).toMatchObject({ pages: 1, coverPages: 1 }))

test('grey pictures are grey in the pile', async () => {
  const grey = await (await import('sharp'))
    .default(await drawnPage(3))
    .toColourspace('b-w')
    .jpeg()
    .toBuffer()
  writeFileSync(join(folder, 'grey.jpg'), grey)
  const [first] = input.students
  if (!first) throw new Error('no student')
  const { bytes: pile } = await built({
    ...input,
    students: [{ ...first, pages: [{ id: 1, kind: 'picture', file: join(folder, 'grey.jpg'), widthPx: 620, heightPx: 877 }] }],
  })
  expect(pile.includes('/ColorSpace /DeviceGray')).toBe(true)
})

;(installed('qpdf') ? test : test.skip)('qpdf finds nothing to complain about', () => {
  writeFileSync(join(folder, 'pile.pdf'), bytes)
  expect(spawnSync('qpdf', ['--check', join(folder, 'pile.pdf')]).status).toBe(0)
})

;(installed('pdftotext') ? test : test.skip)('pdftotext reads names in every script', () => {
  writeFileSync(join(folder, 'pile.pdf'), bytes)
  const text = spawnSync('pdftotext', [join(folder, 'pile.pdf'), '-'], { encoding: 'utf8' }).stdout
  for (const name of ['Zoé Martin', 'Łukasz Nowak', 'Nguyễn Thị Hồng Ánh', 'محمد علي', '李伟', 'Іван Шевченко']) expect(text).toContain(name)
})
