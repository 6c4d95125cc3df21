import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { degrees, PDFDict, PDFDocument, PDFName, PDFRawStream, PDFString, StandardFonts } from 'pdf-lib'
import { isFault } from '../../src/errors'
import { loadBundleFonts } from '../../src/bundle/bundle-fonts-files'
import { openPdf, type Pixels } from '../../src/pages/pdf-to-picture'
import { built, cutPages, scansOf, textsOf } from './built-pile'
import { sampleClass, temporaryFolder } from './sample-class'
import { installed } from './installed'

const folder = temporaryFolder()
const sources = { regularFont: loadBundleFonts().regularFont, title: 'Copie corrigée', maxPages: 500 }
let pile: Buffer

beforeAll(async () => {
  pile = (await built(await sampleClass(folder))).bytes
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Everything a file says once its streams are unpacked. */
async function unpacked(bytes: Uint8Array): Promise<string> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false })
  const parts = document.context.enumerateIndirectObjects().map(([, object]) => {
    if (!(object instanceof PDFRawStream)) return object.toString()
    const flate = object.dict.get(PDFName.of('Filter')) === PDFName.of('FlateDecode')
    return `${object.dict.toString()}\n${Buffer.from(flate ? inflateSync(object.contents) : object.contents).toString('latin1')}`
  })
  return parts.join('\n')
}

async function pixelsOf(bytes: Uint8Array, index = 0): Promise<Pixels> {
  const pdf = await openPdf(bytes)
  const pixels = await pdf.render(index, 72)
  await pdf.close()
  return pixels
}

/** Pixels near a point (points from the bottom left of A4) that are far from white, as one colour name. */
function inkNear({ widthPx, heightPx, data }: Pixels, x: number, y: number): string {
  for (let row = Math.round(heightPx - y) - 3; row <= heightPx - y + 3; row++) {
    for (let column = Math.round(x) - 3; column <= x + 3; column++) {
      const [r = 0, g = 0, b = 0] = data.subarray((row * widthPx + column) * 4)
      if (r > 150 && g < 110 && b < 110) return 'red'
      if (b > 150 && r < 110 && g < 110) return 'blue'
      if (r > 200 && g > 200 && b < 120) return 'yellow'
    }
  }
  return 'none'
}

const dictionary = (entries: Record<string, unknown>): Record<string, never> => entries as Record<string, never>

async function annotated(annotations: Record<string, unknown>[], change: (pdf: PDFDocument) => void = () => undefined): Promise<Uint8Array> {
  const pdf = await PDFDocument.load(pile)
  pdf.getPage(1).node.set(PDFName.of('Annots'), pdf.context.obj(annotations.map((each) => pdf.context.obj(dictionary({ Type: 'Annot', ...each })))))
  change(pdf)
  return pdf.save()
}

test.each([
  ['Ink', { Rect: [100, 400, 200, 500], InkList: [[100, 400, 200, 500]], C: [1, 0, 0], BS: { W: 4 } }, [150, 450], 'red'],
  ['Line', { Rect: [100, 400, 200, 500], L: [100, 400, 200, 500], C: [0, 0, 1], BS: { W: 4 } }, [150, 450], 'blue'],
  ['PolyLine', { Rect: [100, 400, 200, 500], Vertices: [100, 400, 200, 500], C: [1, 0, 0], BS: { W: 4 } }, [150, 450], 'red'],
  ['Square', { Rect: [100, 400, 200, 500], C: [1, 0, 0], BS: { W: 4 } }, [101, 450], 'red'],
  ['Circle', { Rect: [100, 400, 200, 500], C: [0, 0, 1], BS: { W: 4 } }, [102, 450], 'blue'],
  ['Highlight', { Rect: [100, 400, 200, 420], QuadPoints: [100, 420, 200, 420, 100, 400, 200, 400], C: [1, 1, 0] }, [150, 410], 'yellow'],
  ['StrikeOut', { Rect: [100, 400, 200, 420], QuadPoints: [100, 420, 200, 420, 100, 400, 200, 400], C: [1, 0, 0], BS: { W: 3 } }, [150, 410], 'red'],
  ['Underline', { Rect: [100, 400, 200, 420], QuadPoints: [100, 420, 200, 420, 100, 400, 200, 400], C: [1, 0, 0], BS: { W: 3 } }, [150, 401], 'red'],
  ['Squiggly', { Rect: [100, 400, 200, 440], QuadPoints: [100, 440, 200, 440, 100, 400, 200, 400], C: [1, 0, 0], BS: { W: 3 } }, [150, 402], 'red'],
  ['Polygon', { Rect: [100, 400, 200, 500], Vertices: [100, 400, 200, 400, 150, 500], C: [0, 0, 1], IC: [1, 0, 0] }, [150, 430], 'red'],
  ['Caret', { Rect: [100, 400, 120, 420], C: [0, 0, 1], BS: { W: 3 } }, [110, 419], 'blue'],
  ['Stamp', { Rect: [100, 400, 200, 440], Name: 'NotApproved', C: [1, 0, 0] }, [101, 420], 'red'],
  ['Line', { Rect: [100, 400, 200, 420], L: [100, 410, 200, 410], LE: ['None', 'OpenArrow'], C: [0, 0, 1], BS: { W: 3 } }, [189, 416], 'blue'],
] as const)('draws %s that has no appearance', async (kind, entries, [x, y], colour) => {
  const out = await cutPages(await annotated([{ Subtype: kind, ...entries }]), [1], sources)
  expect(inkNear(await pixelsOf(out), x, y)).toBe(colour)
  expect((await PDFDocument.load(out)).getPage(0).node.has(PDFName.of('Annots'))).toBe(false)
})

test('a page that was corrected before keeps that ink, and gets the new', async () => {
  const square = (left: number, colour: string): Record<string, unknown>[] => [
    { Subtype: 'Line', Rect: [left, 500, left + 100, 560], L: [left, 500, left + 100, 560], C: [1, 0, 0], BS: { W: 4 }, CA: 0.5 },
    { Subtype: 'FreeText', Rect: [left, 600, left + 100, 640], Contents: PDFString.of(colour), DA: PDFString.of('/Helv 12 Tf 1 0 0 rg') },
  ]
  const stamped = (bytes: Uint8Array | Buffer, index: number, left: number, colour: string): Promise<Uint8Array> =>
    PDFDocument.load(bytes).then((pdf) => {
      const form = pdf.context.register(
        pdf.context.stream(`${colour} rg 0 0 10 10 re f`, dictionary({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 10, 10] })),
      )
      const stamp = { Subtype: 'Stamp', Rect: [left, 300, left + 40, 340], AP: { N: form } }
      const notes = [stamp, ...square(left, colour === '1 0 0' ? 'premier' : 'second')]
      pdf.getPage(index).node.set(PDFName.of('Annots'), pdf.context.obj(notes.map((note) => pdf.context.obj(dictionary({ Type: 'Annot', ...note })))))
      return pdf.save()
    })
  const once = await cutPages(await stamped(pile, 1, 100, '1 0 0'), [1], sources)
  const twice = await cutPages(await stamped(once, 0, 300, '0 0 1'), [0], sources)
  const pixels = await pixelsOf(twice)
  expect([inkNear(pixels, 120, 320), inkNear(pixels, 320, 320)]).toEqual(['red', 'blue'])
  expect((await textsOf(twice))[0]).toMatch(/premier[^]*second|second[^]*premier/)
})

test('draws an appearance where its rectangle lies, and not what is hidden', async () => {
  const bytes = await annotated([], (pdf) => {
    const form = (): unknown =>
      pdf.context.register(pdf.context.stream('1 0 0 rg 0 0 10 10 re f', dictionary({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 10, 10] })))
    const stamps = [
      { Type: 'Annot', Subtype: 'Stamp', Rect: [300, 300, 340, 340], AP: { N: form() } },
      { Type: 'Annot', Subtype: 'Stamp', Rect: [400, 300, 440, 340], F: 2, AP: { N: form() } },
    ]
    pdf.getPage(1).node.set(PDFName.of('Annots'), pdf.context.obj(stamps.map((stamp) => pdf.context.obj(dictionary(stamp)))))
  })
  const pixels = await pixelsOf(await cutPages(bytes, [1], sources))
  expect([inkNear(pixels, 320, 320), inkNear(pixels, 420, 320)]).toEqual(['red', 'none'])
})

test('writes typed remarks and sticky notes onto the page, in any script', async () => {
  const out = await cutPages(
    await annotated([
      { Subtype: 'FreeText', Rect: [300, 500, 500, 560], Contents: PDFString.of('Bien, 15/20'), DA: PDFString.of('/Helv 14 Tf') },
      { Subtype: 'Text', Rect: [560, 400, 580, 420], Contents: PDFString.of('Citer les points') },
    ]),
    [1],
    sources,
  )
  const [text] = await textsOf(out)
  expect(text).toContain('Bien, 15/20')
  expect(text).toContain('Citer les points')
})

test.each([
  ['blue, as its appearance string says', {}, [312, 525], 'blue'],
  ['on a box of the annotation’s colour', { C: [1, 1, 0] }, [390, 505], 'yellow'],
] as const)('typed text is %s', async (_, entries, [x, y], colour) => {
  const typed = { Subtype: 'FreeText', Rect: [300, 500, 400, 540], Contents: PDFString.of('MMMM'), DA: PDFString.of('0 0 1 rg /Helv 24 Tf'), ...entries }
  expect(inkNear(await pixelsOf(await cutPages(await annotated([typed]), [1], sources)), x, y)).toBe(colour)
})

test('a remark on ink is shown below it, and remarks do not cover each other', async () => {
  const ink = { Subtype: 'Ink', InkList: [[100, 400, 200, 420]], Rect: [100, 400, 200, 420], C: [1, 0, 0] }
  const out = await cutPages(
    await annotated([
      { ...ink, Contents: PDFString.of('Soigner la figure') },
      { ...ink, Contents: PDFString.of('Et conclure') },
    ]),
    [1],
    sources,
  )
  const [text = ''] = await textsOf(out)
  for (const words of ['Soigner la figure', 'Et conclure']) expect(text).toContain(words)
  const pixels = await pixelsOf(out)
  const isNote = (y: number): boolean => (pixels.data[(Math.round(pixels.heightPx - y) * pixels.widthPx + 103) * 4 + 2] ?? 255) < 215
  expect([392, 375, 350].map(isNote)).toEqual([true, true, false])
})

test.each([0, 90, 180, 270])('a rendered page turned by %i degrees shows what its renderer leaves out', async (turn) => {
  const bytes = await annotated(
    [
      { Subtype: 'Line', Rect: [100, 400, 200, 400], L: [100, 400, 200, 400], C: [1, 0, 0], BS: { W: 6 } },
      { Subtype: 'Text', Rect: [300, 600, 320, 620], Contents: PDFString.of('Citer les points') },
    ],
    (pdf) => {
      const layer = pdf.context.register(pdf.context.obj(dictionary({ Type: 'OCG', Name: PDFString.of('x') })))
      pdf.catalog.set(PDFName.of('OCProperties'), pdf.context.obj(dictionary({ OCGs: [layer], D: { OFF: [layer] } })))
      pdf.getPage(1).setRotation(degrees(turn))
    },
  )
  const out = await cutPages(bytes, [{ index: 1, rotationDegCw: (360 - turn) % 360 }], sources)
  expect(inkNear(await pixelsOf(out), 150, 400)).toBe('red')
  expect((await textsOf(out))[0]).toContain('Citer les points')
})

test('passes on nothing active and nothing of others', async () => {
  const bytes = await annotated([{ Subtype: 'Link', Rect: [0, 0, 90, 90], A: { S: 'JavaScript', JS: PDFString.of('app.alert(1)') } }], (pdf) => {
    pdf.catalog.set(PDFName.of('OpenAction'), pdf.context.obj(dictionary({ S: 'Launch', F: PDFString.of('evil.exe') })))
    pdf.getPage(1).node.set(PDFName.of('AA'), pdf.context.obj(dictionary({ O: { S: 'JavaScript', JS: PDFString.of('app.alert(2)') } })))
    pdf.getPage(1).node.set(PDFName.of('PieceInfo'), pdf.context.obj(dictionary({ App: { Private: PDFString.of('Łukasz') } })))
    pdf.setAuthor('Anne Lefèvre')
  })
  await PDFDocument.load(bytes)
  const out = await cutPages(bytes, [1, 2], sources)
  const said = await unpacked(out)
  for (const word of ['JavaScript', 'Launch', 'OpenAction', 'EmbeddedFile', 'CartablePage', 'Outlines', 'StructTreeRoot', 'Metadata', 'PieceInfo', 'Annots'])
    expect(said).not.toContain(`/${word}`)
  const hex = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()
  for (const name of ['Łukasz', 'Nguyễn', 'Шевченко', 'Lefèvre']) {
    expect(said).not.toContain(name)
    expect(said.toUpperCase()).not.toContain(hex(name))
  }
  const texts = await textsOf(out)
  expect(texts).toHaveLength(2)
  expect(texts[0]).toContain('Zoé Martin')
  expect((await PDFDocument.load(out, { updateMetadata: false })).getTitle()).toBe('Copie corrigée')
})

test('leaves the others’ pictures behind where all pages share one resource list', async () => {
  const pdf = await PDFDocument.load(pile)
  const shared = pdf.context.obj({})
  pdf.getPages().forEach(({ node }, index) => {
    const images = node.lookup(PDFName.of('Resources'), PDFDict).lookupMaybe(PDFName.of('XObject'), PDFDict)
    const image = images?.get(PDFName.of('I0'))
    if (image && index !== 1) shared.set(PDFName.of(`Other${index}`), image)
    if (image && index === 1) shared.set(PDFName.of('I0'), image)
  })
  pdf.getPage(1).node.lookup(PDFName.of('Resources'), PDFDict).set(PDFName.of('XObject'), shared)
  const out = await cutPages(await pdf.save(), [1], sources)
  const images = (await PDFDocument.load(out)).context
    .enumerateIndirectObjects()
    .filter(([, object]) => object instanceof PDFRawStream && object.dict.get(PDFName.of('Subtype')) === PDFName.of('Image'))
  expect(images).toHaveLength(1)
})

test('keeps the order asked for and turns pages upright', async () => {
  const out = await PDFDocument.load(await cutPages(pile, [2, { index: 1, rotationDegCw: 90 }], sources))
  expect(out.getPages().map((page) => page.getRotation().angle)).toEqual([0, 90])
})

test('a page of switched-off layers is rendered, so that nothing hidden comes to light', async () => {
  const bytes = await annotated([], (pdf) => {
    const layer = pdf.context.register(pdf.context.obj(dictionary({ Type: 'OCG', Name: PDFString.of('x') })))
    pdf.catalog.set(PDFName.of('OCProperties'), pdf.context.obj(dictionary({ OCGs: [layer], D: { OFF: [layer] } })))
  })
  const out = await cutPages(bytes, [1], sources)
  expect((await textsOf(out))[0]).toBe('')
  expect((await PDFDocument.load(out)).getPageCount()).toBe(1)
})

test('a scan as a picture becomes a page, turned upright, without metadata', async () => {
  const [, scan] = await scansOf(pile, 100, 90)
  if (!scan) throw new Error('no scan')
  const out = await PDFDocument.load(await cutPages(scan.jpeg, [{ index: 0, rotationDegCw: 270 }], sources))
  const { width, height } = out.getPage(0).getSize()
  expect(height).toBeGreaterThan(width)
})

test('text of other producers survives with its font', async () => {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  pdf.addPage([595, 842]).drawText('Une copie imprimée', { font, x: 50, y: 700 })
  expect((await textsOf(await cutPages(await pdf.save(), [0], sources)))[0]).toContain('Une copie imprimée')
})

test('more pages than the limit, and damage, are faults', async () => {
  const faultOf = (bytes: Uint8Array, maxPages: number): Promise<string> =>
    cutPages(bytes, [0], { ...sources, maxPages }).then(
      () => 'none',
      (error: unknown) => (isFault(error) ? error.code : String(error)),
    )
  expect(await faultOf(pile, 5)).toBe('too-many-pages')
  expect(await faultOf(pile.subarray(0, 60_000), 500)).toBe('pdf-damaged')
})

const withQpdf = installed('qpdf') ? describe : describe.skip
withQpdf('with qpdf', () => {
  const file = (name: string): string => join(folder, name)
  const encrypted = (...options: string[]): Buffer => {
    writeFileSync(file('plain.pdf'), pile)
    spawnSync('qpdf', ['--allow-weak-crypto', ...options, '--', file('plain.pdf'), file('out.pdf')])
    return readFileSync(file('out.pdf'))
  }

  test.each([
    ['AES-256', ['--encrypt', '', 'owner', '256']],
    ['AES-128', ['--encrypt', '', 'owner', '128', '--use-aes=y']],
    ['RC4 of 40 bits', ['--encrypt', '', 'owner', '40']],
    ['object streams', ['--object-streams=generate']],
  ])('cuts from %s, and the result is sound', async (_, options) => {
    const out = await cutPages(encrypted(...options), [1, 4], sources)
    expect((await textsOf(out))[1]).toContain('Łukasz Nowak')
    writeFileSync(file('cut.pdf'), out)
    expect(spawnSync('qpdf', ['--check', file('cut.pdf')]).status).toBe(0)
  })

  test('a locked file says so', async () => {
    const locked = encrypted('--encrypt', 'user', 'owner', '256')
    const code = await cutPages(locked, [0], sources).then(
      () => 'none',
      (error: unknown) => (isFault(error) ? error.code : 'other'),
    )
    expect(code).toBe('pdf-locked')
  })
})
