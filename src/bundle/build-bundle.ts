/** One pile as a PDF: covers, then every student's sheets in roster order. Pure: bytes go to a sink, pictures come from a reader, the clock is in the input. */
import { PDFRef, PDFString } from './pdf-objects'
import type { BuiltBundle, BundleInput, BundlePage } from './bundle-input'
import { type CoverPlan, drawCover, planCover } from './cover'
import { jpegFacts } from './jpeg-facts'
import { coverPageId, markOf } from './marks'
import { writeOutline } from './outline'
import { pageKey } from './page-key'
import { type ByteSink, type Literal, PdfFile, pdfNumber, pdfText } from './pdf-file'
import { a4, type Pile } from './pile'
import type { Drawing, Redrawn } from './redrawn'
import { Sheet } from './sheet'
import { drawFoot, drawMarks } from './sheet-frame'
import { shownText } from './shown-text'
import { StructureTree } from './structure-tree'
import { drawDrawing, drawHead, drawPicture, drawWords, planStudent, sizeOf, type StudentSheet } from './student-sheets'
import { Typeface } from './typeface'
import { fill, Hours } from './when'

export interface BundleSources {
  /** TrueType files; each is subset. */
  regularFont: Uint8Array
  boldFont: Uint8Array
  /** Bytes of a picture or of drawings, used before the next call; null where there is none. */
  readPicture: (file: string) => Uint8Array | null
  /** Pages of PDFs, ready to be drawn in place of their pictures. */
  drawn?: Redrawn[]
}

interface PlannedSheet {
  plan: StudentSheet | null
  ref: PDFRef
}

interface Binder {
  pdf: PdfFile
  pile: Pile
  tree: PDFRef
  sources: BundleSources
  drawings: Map<number, Drawing>
  damagedPageIds: number[]
}

/**
 * Writes the pile to `sink`, in order, each byte once; memory stays at one picture and the fonts.
 *
 * Same input and pictures, same bytes. JPEG bytes are embedded as they are. A picture that is missing or no JPEG gets a sheet that says so
 * (`damagedPageIds`): one bad page never costs the others.
 */
export async function buildBundle(input: BundleInput, sources: BundleSources, sink: ByteSink): Promise<BuiltBundle> {
  const { pdf, drawings } = begin(sources, sink)
  const pile = pileOf(input, pdf, sources)
  const plans = input.students.map((student) => planStudent(student, pile))
  const coverPlans = input.cover === false ? [] : planCover(pile)
  const covers = coverPlans.map(() => pdf.reserve())
  const blocks = plans.map((sheets) => [
    ...sheets.map((plan): PlannedSheet => ({ plan, ref: pdf.reserve() })),
    ...(needsWhite(sheets, input) ? [{ plan: null, ref: pdf.reserve() }] : []),
  ])
  const whites = input.frontSides && covers.length % 2 === 1 ? [pdf.reserve()] : []
  const binder: Binder = { pdf, pile, tree: pdf.reserve(), sources, drawings, damagedPageIds: [] }
  const order = [...covers, ...whites, ...blocks.flat().map(({ ref }) => ref)]
  const firsts = plans.map((sheets, index) => (sheets.length > 0 ? (blocks[index]?.[0]?.ref ?? null) : null))

  coverPlans.forEach((plan, index) => bindCover(binder, plan, { index, covers, order, firsts, plans }))
  for (const ref of whites) bindWhite(binder, ref)
  let number = covers.length + whites.length
  for (const [index, block] of blocks.entries()) {
    const section = block.length > 0 ? pile.tree.element('Sect', pile.document, { title: input.students[index]?.name ?? '' }) : 0
    for (const { plan, ref } of block) {
      number++
      if (plan) bindStudentSheet(binder, plan, ref, number, section)
      else bindWhite(binder, ref)
    }
  }
  close(binder, order, firsts, covers)
  return { bytes: pdf.bytes, pages: order.length, coverPages: covers.length, damagedPageIds: binder.damagedPageIds }
}

/** The drawings come first, as their files hold them; the pile's own objects are numbered after. */
function begin({ drawn = [], readPicture }: BundleSources, sink: ByteSink): { pdf: PdfFile; drawings: Map<number, Drawing> } {
  const last = Math.max(0, ...drawn.flatMap(({ objects }) => objects.map(([number]) => number)))
  const pdf = new PdfFile(sink, last + 1)
  const drawings = new Map<number, Drawing>()
  for (const { file, objects, drawings: own } of drawn) {
    const bytes = objects.length > 0 ? readPicture(file) : null
    if (!bytes) continue
    for (const [number, start, end] of objects) pdf.adopt(number, bytes.subarray(start, end))
    for (const drawing of own) drawings.set(drawing.pageId, drawing)
  }
  return { pdf, drawings }
}

const needsWhite = (sheets: StudentSheet[], input: BundleInput): boolean => input.frontSides === true && sheets.length % 2 === 1

function pileOf(input: BundleInput, pdf: PdfFile, sources: BundleSources): Pile {
  const tree = new StructureTree(pdf)
  return {
    input,
    words: input.words,
    hours: new Hours(input.words, input.timezone),
    regular: new Typeface(sources.regularFont, 'R', pdf.reserve()),
    bold: new Typeface(sources.boldFont, 'B', pdf.reserve()),
    tree,
    document: tree.element('Document', null),
  }
}

interface CoverPlace {
  index: number
  covers: PDFRef[]
  order: PDFRef[]
  firsts: (PDFRef | null)[]
  plans: StudentSheet[][]
}

function bindCover(binder: Binder, plan: CoverPlan, { index, covers, order, firsts, plans }: CoverPlace): void {
  const { pdf, pile } = binder
  const ref = covers[index] ?? pdf.reserve()
  const sheet = new Sheet(ref, a4.width, a4.height)
  const mark = markOf(coverPageId, pile.input.code, pile.input.markKey)
  const [start, end] = plan.rows
  const rows = pile.input.students.slice(start, end).map((student, offset) => {
    const first = firsts[start + offset] ?? null
    const sheets = plans[start + offset]?.length ?? 0
    return { student, position: start + offset + 1, sheets, firstNumber: first ? order.indexOf(first) + 1 : 0, first }
  })
  drawCover(sheet, plan, rows, { i: index + 1, n: covers.length }, pile)
  drawMarks(sheet, mark, pile)
  drawFoot(sheet, index + 1, pile)
  bind(binder, sheet, mark)
}

function bindStudentSheet(binder: Binder, plan: StudentSheet, ref: PDFRef, number: number, section: number): void {
  const { pile } = binder
  const { width, height } = sizeOf(plan)
  const sheet = new Sheet(ref, width, height)
  const mark = markOf(plan.page.id, pile.input.code, pile.input.markKey)
  drawHead(sheet, plan, section, pile)
  if (plan.words) drawWords(sheet, plan.words, section, pile)
  else if (plan.page.kind === 'picture') bindPicture(binder, plan.page, sheet, plan, section)
  drawMarks(sheet, mark, pile)
  drawFoot(sheet, number, pile)
  bind(binder, sheet, mark)
}

function bindPicture(binder: Binder, page: BundlePage & { kind: 'picture' }, sheet: Sheet, plan: StudentSheet, section: number): void {
  const { pdf, pile, sources } = binder
  const drawing = binder.drawings.get(page.id)
  if (drawing) {
    drawDrawing(sheet, PDFRef.of(drawing.form), drawing, plan, section, pile)
    return
  }
  const bytes = sources.readPicture(page.file)
  const facts = bytes && jpegFacts(bytes)
  if (!facts) {
    binder.damagedPageIds.push(page.id)
    const words = { heading: pile.words.unreadableHeading, filename: null, lines: [pile.words.damagedPicture], notes: [] }
    drawWords(sheet, words, section, pile)
    return
  }
  const image = pdf.reserve()
  const space = { 1: 'DeviceGray', 3: 'DeviceRGB', 4: 'DeviceCMYK' }[facts.components]
  pdf.writeBytes(
    image,
    {
      Type: 'XObject',
      Subtype: 'Image',
      Width: facts.widthPx,
      Height: facts.heightPx,
      ColorSpace: space,
      BitsPerComponent: facts.bits,
      Filter: 'DCTDecode',
      // Adobe's CMYK files are inverted.
      ...(facts.components === 4 ? { Decode: [1, 0, 1, 0, 1, 0, 1, 0] } : {}),
    },
    bytes,
  )
  drawPicture(sheet, image, facts, plan, section, pile)
}

function bindWhite({ pdf, tree }: Binder, ref: PDFRef): void {
  pdf.write(ref, { Type: 'Page', Parent: tree, MediaBox: [0, 0, Number(pdfNumber(a4.width)), Number(pdfNumber(a4.height))], Resources: {} })
}

function bind({ pdf, pile, tree }: Binder, sheet: Sheet, mark: string): void {
  const contents = pdf.writeStream(pdf.reserve(), {}, sheet.content)
  const annotations = sheet.links.map((link) => {
    const ref = pdf.reserve()
    const rect = [link.x, sheet.height - link.y - link.height, link.x + link.width, sheet.height - link.y].map((value) => Number(pdfNumber(value)))
    const parent = pile.tree.annotation(link.element, sheet, ref)
    const dest = [link.target, 'XYZ', null, null, null]
    return pdf.write(ref, {
      Type: 'Annot',
      Subtype: 'Link',
      Rect: rect,
      Border: [0, 0, 0],
      F: 4,
      Dest: dest,
      Contents: pdfText(link.label),
      StructParent: parent,
    })
  })
  const page: Record<string, Literal> = {
    Type: 'Page',
    Parent: tree,
    MediaBox: [0, 0, Number(pdfNumber(sheet.width)), Number(pdfNumber(sheet.height))],
    Resources: { Font: { [pile.regular.key]: pile.regular.ref, [pile.bold.key]: pile.bold.ref }, XObject: Object.fromEntries(sheet.images) },
    Contents: contents,
    StructParents: pile.tree.keyOf(sheet),
    Tabs: 'S',
    [pageKey]: PDFString.of(mark),
  }
  if (annotations.length > 0) page.Annots = annotations
  pdf.write(sheet.ref, page)
}

function close({ pdf, pile, tree }: Binder, order: PDFRef[], firsts: (PDFRef | null)[], covers: PDFRef[]): void {
  const { input, words } = pile
  pile.regular.write(pdf)
  pile.bold.write(pdf)
  pdf.write(tree, { Type: 'Pages', Kids: order, Count: order.length })
  const cover = covers[0] ?? null
  const outline = writeOutline(
    pdf,
    input.students.map(({ name }, index) => ({ title: name, page: firsts[index] ?? cover, faint: !firsts[index] })),
  )
  const about = fill(words.documentTitle, { class: input.className, title: input.title, code: input.code })
  const title = shownText(input.cover === false && input.students[0] ? `${about} – ${input.students[0].name}` : about, pile.regular)
  const root = pdf.add({
    Type: 'Catalog',
    Pages: tree,
    Outlines: outline,
    PageMode: 'UseOutlines',
    Lang: pdfText(input.locale),
    MarkInfo: { Marked: true },
    StructTreeRoot: pile.tree.write(),
    ViewerPreferences: { DisplayDocTitle: true },
  })
  const made = new Date(input.madeAt)
  const info: Record<string, Literal> = { Title: pdfText(title.actualText ?? title.shown), Producer: pdfText('Cartable') }
  if (!Number.isNaN(made.getTime())) info.CreationDate = PDFString.of(`D:${made.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`)
  pdf.finish(root, pdf.add(info))
}
