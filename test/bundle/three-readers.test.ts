/** What poppler, pdf.js and PDFium find in the PDFs we write: the same pages, outline, links, names and text; and that qpdf finds no fault. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import type { BundleInput, BundlePage } from '../../src/bundle/bundle-input'
import { createBundlePool } from '../../src/bundle/bundle-pool'
import { loadBundleFonts } from '../../src/bundle/bundle-fonts-files'
import { plainPdf } from '../../src/bundle/plain-pdf'
import { cutPages, scansOf, textsOf } from './built-pile'
import { installed } from './installed'
import { drawnPage, sampleClass, temporaryFolder } from './sample-class'

interface Seen {
  pages: number
  title: string
  outline: [name: string, page: number][]
  /** Of page 1, where they lead. */
  links: number[]
  texts: string[]
}

const folder = temporaryFolder()
const file = (name: string): string => join(folder, name)
const pool = createBundlePool()
const names = ['Zoé Martin', 'Łukasz Nowak', 'Nguyễn Thị Hồng Ánh', 'محمد علي', '李伟', 'Іван Шевченко']

beforeAll(async () => {
  const sample = await sampleClass(folder)
  const [zoe, ...others] = sample.students
  if (!zoe) throw new Error('no student')
  const input = { ...sample, students: [{ ...zoe, pages: [...zoe.pages, await typedPage()] }, ...others] }
  const variants: Record<string, BundleInput> = {
    pile: input,
    recto: { ...input, frontSides: true },
    addendum: { ...input, addendum: true, part: { index: 1, count: 2 }, students: input.students.map((one) => ({ ...one, changed: one.pages.length > 0 })) },
    separate: { ...input, cover: false, students: input.students.slice(0, 1) },
    anonymous: {
      ...input,
      anonymous: true,
      students: input.students.slice(0, 3).map((one, index) => ({ ...one, id: String(index), name: `Copie ${index + 1}` })),
    },
  }
  for (const [name, variant] of Object.entries(variants)) await pool.build(variant, file(`${name}.pdf`))
  const pile = readFileSync(file('pile.pdf'))
  writeFileSync(file('returned.pdf'), await cutPages(pile, [1, 4, 6], { regularFont: loadBundleFonts().regularFont, title: 'Copie corrigée', maxPages: 50 }))
  writeFileSync(file('scan.pdf'), await plainPdf([{ jpeg: await drawnPage(1), widthPx: 620, heightPx: 877 }]))
}, 60_000)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A page of a word processor's PDF, to be drawn on its sheet. */
async function typedPage(): Promise<BundlePage> {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.TimesRoman)
  const page = pdf.addPage([595, 842])
  for (let line = 0; line < 12; line++) page.drawText(`Réponse tapée, ligne ${line + 1}`, { x: 60, y: 760 - line * 30, size: 14, font })
  const bytes = await pdf.save()
  writeFileSync(file('typed.pdf'), bytes)
  const [scan] = await scansOf(bytes, 120)
  if (!scan) throw new Error('no scan')
  writeFileSync(file('typed.jpg'), scan.jpeg)
  return {
    id: 14,
    kind: 'picture',
    file: file('typed.jpg'),
    widthPx: scan.widthPx,
    heightPx: scan.heightPx,
    original: { file: file('typed.pdf'), index: 0, turnDegCw: 0 },
  }
}

const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1e8 })
const plain = (text: string): string =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim()

/** pdftohtml tells outline and links, with the pages they lead to. */
function poppler(path: string): Seen {
  const xml = run('pdftohtml', '-xml', '-i', '-stdout', path)
  const [first = ''] = xml.split('</page>')
  const info = run('pdfinfo', path)
  return {
    pages: Number(/^Pages:\s+(\d+)/m.exec(info)?.[1]),
    title: /^Title:\s+(.*)$/m.exec(info)?.[1] ?? '',
    outline: [...xml.matchAll(/<item page="(\d+)">([^<]*)<\/item>/g)].map(([, page, name = '']) => [plain(name), Number(page)]),
    links: [...new Map([...first.matchAll(/top="(\d+)"[^>]*><a href="[^"#]*#(\d+)">/g)].map(([, top, page]) => [top, Number(page)])).values()],
    texts: run('pdftotext', '-layout', path, '-').split('\f').slice(0, -1),
  }
}

interface PdfJs {
  numPages: number
  getMetadata(): Promise<{ info: { Title?: string } }>
  getOutline(): Promise<{ title: string; dest: [object] }[] | null>
  getPageIndex(ref: object): Promise<number>
  getPage(
    number: number,
  ): Promise<{ getAnnotations(): Promise<{ subtype: string; dest: [object] }[]>; getTextContent(): Promise<{ items: { str: string; hasEOL: boolean }[] }> }>
}

const pdfJsFile = '/usr/share/javascript/pdf/build/pdf.js'

async function pdfJs(path: string): Promise<Seen> {
  const { getDocument } = (await import(pdfJsFile)) as { getDocument(options: object): { promise: Promise<PdfJs> } }
  const pdf = await getDocument({ data: Uint8Array.from(readFileSync(path)), isEvalSupported: false, verbosity: 0 }).promise
  const pageOf = async ({ dest }: { dest: [object] }): Promise<number> => (await pdf.getPageIndex(dest[0])) + 1
  const texts: string[] = []
  for (let number = 1; number <= pdf.numPages; number++) {
    const { items } = await (await pdf.getPage(number)).getTextContent()
    texts.push(items.map(({ str, hasEOL }) => `${str}${hasEOL ? '\n' : ''}`).join(''))
  }
  const links = (await (await pdf.getPage(1)).getAnnotations()).filter(({ subtype }) => subtype === 'Link')
  const outline = await pdf.getOutline()
  return {
    pages: pdf.numPages,
    title: (await pdf.getMetadata()).info.Title ?? '',
    outline: await Promise.all((outline ?? []).map(async (item): Promise<[string, number]> => [item.title, await pageOf(item)])),
    links: await Promise.all(links.map(pageOf)),
    texts,
  }
}

/** False where Debian's libjs-pdf is not installed; with CI=true that is a failure. */
function hasPdfJs(): boolean {
  if (existsSync(pdfJsFile)) return true
  if (process.env.CI === 'true') throw new Error('libjs-pdf is not installed, and CI must test with it')
  process.stderr.write('not checked: libjs-pdf is not installed\n')
  return false
}

const readers: [string, (path: string) => Seen | Promise<Seen>][] = [
  ...(installed('pdftohtml') ? [['poppler', poppler] as [string, typeof poppler]] : []),
  ...(hasPdfJs() ? [['pdf.js', pdfJs] as [string, typeof pdfJs]] : []),
]

test.each(readers)('%s finds outline, links, title, names and text of a pile', async (_, read) => {
  const seen = await read(file('pile.pdf'))
  expect([seen.pages, seen.title]).toEqual([12, '3B – Théorème de Thalès (K7Q2)'])
  expect(seen.outline.map(([name]) => name)).toEqual([...names, 'Marie-Éléonore de La Rochefoucauld-Montmorency-Beaufort', 'Ayşe Yıldız (أمينة)'])
  expect(seen.outline.map(([, page]) => page)).toEqual([2, 6, 7, 8, 10, 11, 1, 1])
  expect(seen.links).toEqual([2, 6, 7, 8, 10, 11])
  for (const name of ['Zoé Martin', 'Łukasz Nowak', 'Nguyễn Thị Hồng Ánh', 'Іван Шевченко']) expect(seen.texts[0]).toContain(name)
  expect([seen.texts[1], seen.texts[4], seen.texts[5]].map((text) => /page \d sur \d/.exec(text ?? '')?.[0])).toEqual([
    'page 1 sur 4',
    'page 4 sur 4',
    'page 1 sur 1',
  ])
  expect(seen.texts[4]).toContain('Réponse tapée, ligne 12')
  expect(seen.texts[6]).toContain('théorème de Thalès')
  for (const text of seen.texts) expect(text.match(/K7Q2-[0-9A-Z]{7}-[0-9A-Z]{13}/g)).toHaveLength(2)
})

test('PDFium finds the same text', async () => {
  const texts = await textsOf(readFileSync(file('pile.pdf')))
  expect(texts).toHaveLength(12)
  // It tells the words of a right-to-left name one by one, from the left.
  for (const word of names.flatMap((name) => name.split(' '))) expect(texts[0]).toContain(word)
  expect(texts[4]).toContain('Réponse tapée, ligne 12')
})

test.each(readers)('%s reads a file of one pupil, without cover', async (_, read) => {
  const seen = await read(file('separate.pdf'))
  expect([seen.pages, seen.title, seen.outline, seen.links]).toEqual([4, '3B – Théorème de Thalès (K7Q2) – Zoé Martin', [['Zoé Martin', 1]], []])
  expect(seen.texts.join('\n')).not.toContain('Łukasz')
})

test.each(readers)('%s reads late work, what is new marked', async (_, read) => {
  const seen = await read(file('addendum.pdf'))
  expect(seen.texts[0]).toContain('Copies en retard, classe 3B · K7Q2 · paquet 1 sur 2')
  expect(seen.texts[0]?.match(/nouveau, /g)).toHaveLength(6)
})

test.each(readers)('%s reads what goes back to a pupil', async (_, read) => {
  const seen = await read(file('returned.pdf'))
  expect([seen.pages, seen.title]).toEqual([3, 'Copie corrigée'])
  expect(seen.texts[1]).toContain('Réponse tapée, ligne 1')
})

;(installed('pdfinfo') ? test : test.skip)('a screen reader meets title, language, headings, and a name for every picture', () => {
  const structure = run('pdfinfo', '-struct', file('pile.pdf'))
  expect(run('pdfinfo', file('pile.pdf'))).toMatch(/^Tagged:\s+yes$/m)
  expect(readFileSync(file('pile.pdf')).includes('/Lang')).toBe(true)
  const tags = [...structure.matchAll(/^\s*([A-Z]\w*)/gm)].map(([, tag]) => tag)
  const count = (tag: string): number => tags.filter((each) => each === tag).length
  expect([count('Document'), count('H1'), count('H2'), count('Table'), count('TR'), count('Link')]).toEqual([1, 1, 6, 1, 9, 6])
  // Seven pictures; the page that was typed is read as text.
  expect(count('Figure')).toBe(7)
  const text = run('pdfinfo', '-struct-text', file('pile.pdf'))
  expect(text).toContain('Réponse tapée, ligne 2')
  expect(text).toContain('page 4 sur 4 3B')
})

;(hasPdfJs() ? test : test.skip)('pdf.js names every picture', async () => {
  const { getDocument } = (await import(pdfJsFile)) as {
    getDocument(options: object): { promise: Promise<{ getPage(number: number): Promise<{ getStructTree(): Promise<object> }> }> }
  }
  const named = async (name: string): Promise<string> => {
    const pdf = await getDocument({ data: Uint8Array.from(readFileSync(file(name))), isEvalSupported: false, verbosity: 0 }).promise
    return JSON.stringify(await (await pdf.getPage(2)).getStructTree())
  }
  expect(await named('pile.pdf')).toContain('"alt":"copie de Zoé Martin, page 1 sur 4"')
  expect(await named('anonymous.pdf')).toContain('"alt":"Copie 1, page 1 sur 4"')
})

;(installed('qpdf') ? test.each : test.skip.each)(['pile', 'recto', 'addendum', 'separate', 'anonymous', 'returned', 'scan'])(
  'qpdf finds no fault in %s',
  (name) => {
    const { status, stdout, stderr } = spawnSync('qpdf', ['--check', file(`${name}.pdf`)], { encoding: 'utf8' })
    expect([status, /warning|error:/i.exec(`${stdout}${stderr}`)]).toEqual([0, null])
  },
)
