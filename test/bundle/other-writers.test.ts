/** The pile as it comes back from programs of others: MuPDF writes on it, qpdf, Ghostscript, cairo and pdf-lib save, print and scan it. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFDocument } from 'pdf-lib'
import { loadBundleFonts } from '../../src/bundle/bundle-fonts-files'
import { loadCodeReader } from '../../src/bundle/mark-reader-files'
import { recognise } from '../../src/bundle/recognise'
import type { RecognisedPage } from '../../src/bundle/recognised-page'
import { openReturned } from '../../src/bundle/returned-pages'
import { openPdf, type Pixels } from '../../src/pages/pdf-to-picture'
import { built, cutPages, textsOf } from './built-pile'
import { installed } from './installed'
import { markKey, sampleClass, temporaryFolder } from './sample-class'

const folder = temporaryFolder()
const file = (name: string): string => join(folder, name)
const sources = { regularFont: loadBundleFonts().regularFont, title: '', maxPages: 100 }
const run = (program: string, ...args: string[]): void => void execFileSync(program, args, { cwd: folder, stdio: 'pipe' })
/** Pages of the sample pile after its cover. */
const all = [11, 12, 13, 21, 31, 41, 42, 51, 61, 62]

/** Ink across the page, a typed mark, a highlighted line, a sticky note: as a tablet app saves them, behind the file's end. */
const onTablet = `
var pile = new PDFDocument("tablet.pdf")
var page = pile.loadPage(1)
var ink = page.createAnnotation("Ink")
ink.setColor([1, 0, 0]); ink.setBorder(5); ink.setInkList([[[100, 400], [200, 500], [300, 380]]]); ink.update()
var typed = page.createAnnotation("FreeText")
typed.setRect([300, 600, 500, 640]); typed.setContents("Bien, 15/20"); typed.setDefaultAppearance("Helv", 14, [0.8, 0, 0]); typed.update()
var marked = page.createAnnotation("Highlight")
marked.setQuadPoints([[100, 200, 250, 200, 100, 215, 250, 215]]); marked.setColor([1, 1, 0]); marked.update()
var note = page.createAnnotation("Text")
note.setRect([450, 700, 470, 720]); note.setContents("Citer les points"); note.update()
page.update()
pile.save("tablet.pdf", "incremental")
`
const inkAt = { red: [150, 450], yellow: [175, 207] } as const

beforeAll(async () => {
  writeFileSync(file('pile.pdf'), (await built(await sampleClass(folder))).bytes)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function recognised(bytes: Uint8Array): Promise<RecognisedPage[]> {
  const pages = await openReturned(bytes, 100)
  try {
    return await recognise(pages, markKey, loadCodeReader())
  } finally {
    await pages.close()
  }
}

/** The first page of the copy of whoever has page 11, at 72 dpi. */
async function firstOfCopy(bytes: Uint8Array, pages: RecognisedPage[]): Promise<{ pixels: Pixels; text: string }> {
  const own = [11, 12, 13].map((id) => pages.find((page) => page.pageId === id)).filter((page) => page !== undefined)
  const copy = await cutPages(bytes, own, sources)
  writeFileSync(file('copy.pdf'), copy)
  run('qpdf', '--check', 'copy.pdf')
  const pdf = await openPdf(copy)
  const pixels = await pdf.render(0, 72)
  await pdf.close()
  return { pixels, text: (await textsOf(copy))[0] ?? '' }
}

/** Darkest and brightest values near a point, in points from the top left. */
function near({ widthPx, heightPx, data }: Pixels, [x, y]: readonly [number, number]): { redness: number; yellowness: number; darkness: number } {
  const [scaleX, scaleY] = [widthPx / 595, heightPx / 842]
  const found = { redness: 0, yellowness: 0, darkness: 0 }
  for (let row = Math.round(y * scaleY) - 4; row <= y * scaleY + 4; row++)
    for (let column = Math.round(x * scaleX) - 4; column <= x * scaleX + 4; column++) {
      const [r = 0, g = 0, b = 0] = data.subarray((row * widthPx + column) * 4)
      found.redness = Math.max(found.redness, r - Math.max(g, b))
      found.yellowness = Math.max(found.yellowness, Math.min(r, g) - b)
      found.darkness = Math.max(found.darkness, 255 - Math.max(r, g, b))
    }
  return found
}

const programs = ['mutool', 'qpdf', 'gs', 'pdftocairo']
const withPrograms = programs.every(installed) ? describe : describe.skip

withPrograms('the pile comes back from', () => {
  beforeAll(() => {
    writeFileSync(file('tablet.js'), onTablet)
    copyFileSync(file('pile.pdf'), file('tablet.pdf'))
    run('mutool', 'run', 'tablet.js')
  })

  const ways: { name: string; by: string; keepsNote: boolean; make: () => string | Promise<string> }[] = [
    { name: 'MuPDF, saved behind the end', by: 'page-key', keepsNote: true, make: () => 'tablet.pdf' },
    { name: 'MuPDF, cleaned', by: 'page-key', keepsNote: true, make: () => made('mutool', 'clean', '-ggg', 'tablet.pdf', 'out.pdf') },
    {
      name: 'qpdf, for the web',
      by: 'page-key',
      keepsNote: true,
      make: () => made('qpdf', '--linearize', '--object-streams=generate', 'tablet.pdf', 'out.pdf'),
    },
    { name: 'qpdf, flattened', by: 'page-key', keepsNote: false, make: () => made('qpdf', '--flatten-annotations=all', 'tablet.pdf', 'out.pdf') },
    {
      name: 'Ghostscript',
      by: 'mark',
      keepsNote: true,
      make: () => made('gs', '-q', '-dNOPAUSE', '-dBATCH', '-sDEVICE=pdfwrite', '-sOutputFile=out.pdf', 'tablet.pdf'),
    },
    {
      name: 'Ghostscript, as pictures',
      by: 'mark',
      keepsNote: false,
      make: () => made('gs', '-q', '-sDEVICE=pdfimage24', '-r150', '-o', 'out.pdf', 'tablet.pdf'),
    },
    { name: 'cairo, printed to PDF', by: 'mark', keepsNote: false, make: () => made('pdftocairo', '-pdf', 'tablet.pdf', 'out.pdf') },
    { name: 'pdf-lib', by: 'page-key', keepsNote: true, make: saveByPdfLib },
  ]

  function made(program: string, ...args: string[]): string {
    run(program, ...args)
    return 'out.pdf'
  }

  async function saveByPdfLib(): Promise<string> {
    writeFileSync(file('out.pdf'), await (await PDFDocument.load(readFileSync(file('tablet.pdf')))).save())
    return 'out.pdf'
  }

  test.each(ways)('$name', async ({ by, keepsNote, make }) => {
    const bytes = readFileSync(file(await make()))
    const pages = await recognised(bytes)
    expect(pages.map((page) => (page.cover ? 'cover' : page.pageId))).toEqual(['cover', ...all])
    expect(new Set(pages.slice(1).map((page) => page.by))).toEqual(new Set([by]))
    const { pixels, text } = await firstOfCopy(bytes, pages)
    expect(near(pixels, inkAt.red).redness).toBeGreaterThan(150)
    expect(near(pixels, inkAt.yellow).yellowness).toBeGreaterThan(150)
    expect(text.includes('Citer les points')).toBe(keepsNote)
  })

  test('qpdf, backwards, half of the pages dropped', async () => {
    run('qpdf', 'tablet.pdf', '--pages', '.', 'z,r2-7,2', '--', 'out.pdf')
    const bytes = readFileSync(file('out.pdf'))
    const pages = await recognised(bytes)
    expect(pages.map((page) => page.pageId)).toEqual([62, 61, 51, 42, 41, 11])
    expect(near((await firstOfCopy(bytes, pages)).pixels, inkAt.red).redness).toBeGreaterThan(150)
  })

  test.each([
    ['fax, 200 dpi', 'tiffg4', 200, false],
    ['colour, 150 dpi', 'tiff24nc', 150, true],
  ])('a copier as one TIFF of all pages: %s', async (_, device, dpi, isColour) => {
    run('gs', '-q', `-sDEVICE=${device}`, `-r${dpi}`, '-o', 'out.tif', 'tablet.pdf')
    const bytes = readFileSync(file('out.tif'))
    const pages = await recognised(bytes)
    expect(pages.map((page) => (page.cover ? 'cover' : page.pageId))).toEqual(['cover', ...all])
    const ink = near((await firstOfCopy(bytes, pages)).pixels, inkAt.red)
    expect(isColour ? ink.redness : ink.darkness).toBeGreaterThan(80)
  })
})
