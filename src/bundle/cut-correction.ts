/** Cuts one student's pages out of the teacher's returned file: the ink visible, nothing active, nothing of anybody else. */
import { PDFArray, PDFDict, PDFDocument, PDFName, PDFNumber, type PDFPage, type PDFObject } from '@cantoo/pdf-lib'
import type { PDFRef } from 'pdf-lib'
import { Fault } from '../errors'
import { openPdf, pictureToPixels, pixelsToJpeg, type Pixels } from '../pages/pdf-to-picture'
import { type Annotation, annotationsOf, type Box, normal } from './annotation'
import { annotationOperators, formName, stateName } from './annotation-drawing'
import { CleanCopier } from './clean-copy'
import { contentNames } from './content-names'
import { type Literal, PdfFile, pdfNumber, pdfText } from './pdf-file'
import { a4 } from './pile'
import type { PageCut } from './recognised-page'
import { isPdf, loadOptions } from './returned-pages'
import { Typeface } from './typeface'

export interface CutSources {
  /** TrueType, for text of annotations. */
  regularFont: Uint8Array
  /** '' for none. */
  title: string
  maxPages: number
}

const rasterDpi = 150

/**
 * The pages, in the order given, as one PDF.
 *
 * Pages are rebuilt from what they draw (THREATS.md D9): no script, action, file, form, outline, layer, metadata or private entry is carried over, and of
 * shared resources only what a page names. Annotations are drawn in, with or without an appearance. Where that cannot be done cleanly the pages are
 * rendered at 150 dpi instead. A picture (scan) becomes a page. Faults: `empty-file`, `pdf-locked`, `pdf-damaged`, `too-many-pages`, `not-a-picture` …
 */
export async function cutPages(bytes: Uint8Array, cuts: PageCut[], sources: CutSources): Promise<Uint8Array> {
  const wanted = cuts.map((cut) => (typeof cut === 'number' ? { index: cut, rotationDegCw: 0 } : cut))
  if (bytes.length > 0 && !isPdf(bytes)) {
    const pixels = await pictureToPixels(bytes)
    return rendered(wanted, sources.title, () => Promise.resolve(pixels))
  }
  const pdf = await openPdf(bytes, sources.maxPages)
  try {
    if (wanted.some(({ index }) => !Number.isInteger(index) || index < 0 || index >= pdf.pageCount)) throw new RangeError('no such page')
    const clean = await rebuilt(bytes, wanted, pdf.pageCount, sources).catch((error: unknown) => {
      // Whatever the object structure hides or breaks: pdfium has opened the file, so its picture is the answer.
      if (error instanceof Fault) throw error
      return null
    })
    return clean ?? (await rendered(wanted, sources.title, (index) => pdf.render(index, rasterDpi)))
  } finally {
    await pdf.close()
  }
}

type Wanted = { index: number; rotationDegCw: number }[]

async function rebuilt(bytes: Uint8Array, wanted: Wanted, pageCount: number, { regularFont, title }: CutSources): Promise<Uint8Array | null> {
  const document = await PDFDocument.load(bytes, loadOptions)
  const pages = document.getPages()
  if (pages.length !== pageCount || hidesLayers(document)) return null
  const parts: Uint8Array[] = []
  const pdf = new PdfFile((chunk) => parts.push(chunk))
  const tree = pdf.reserve()
  const face = new Typeface(regularFont, 'CtFont', pdf.reserve())
  const copier = new CleanCopier(document.context, pdf)
  const kids = wanted.map(({ index, rotationDegCw }) => {
    const page = pages[index]
    if (!page) throw new RangeError('no such page')
    return rebuildPage({ page, pdf, copier, face, tree, rotationDegCw })
  })
  if (face.isUsed) face.write(pdf)
  finish(pdf, tree, kids, title)
  return Buffer.concat(parts)
}

interface Rebuild {
  page: PDFPage
  pdf: PdfFile
  copier: CleanCopier
  face: Typeface
  tree: PDFRef
  rotationDegCw: number
}

function rebuildPage({ page, pdf, copier, face, tree, rotationDegCw }: Rebuild): PDFRef {
  const { node } = page
  const inherited = (name: string): PDFObject | undefined => node.getInheritableAttribute(PDFName.of(name))
  const content = copier.contentOf(node.get(PDFName.of('Contents')))
  const names = contentNames(content)
  const resources = copier.resources(inherited('Resources'), names)
  const mediaBox = boxOf(inherited('MediaBox'), node) ?? [0, 0, a4.width, a4.height]
  const cropBox = boxOf(inherited('CropBox'), node) ?? mediaBox
  const forms = new Map<string, PDFRef>()
  const states = new Map<string, Literal>()
  const ink = annotationOperators(annotationsOf(node, node.context), {
    face,
    page: cropBox,
    form: (annotation) => copyForm(annotation, copier, forms),
    state: (opacity, multiply) => {
      states.set(stateName(opacity, multiply), { Type: 'ExtGState', CA: opacity, ca: opacity, BM: multiply ? 'Multiply' : 'Normal' })
      return stateName(opacity, multiply)
    },
  })
  pdf.extend(resources, 'XObject', forms)
  pdf.extend(resources, 'ExtGState', states)
  if (face.isUsed) pdf.extend(resources, 'Font', new Map([[face.key, face.ref]]))
  const body = Buffer.concat([Buffer.from('q\n'), content, Buffer.from(`\n${'Q\n'.repeat(names.open + 1)}${ink}\n`, 'latin1')])
  const turn = (((page.getRotation().angle + rotationDegCw) % 360) + 360) % 360
  const userUnit = node.context.lookup(node.get(PDFName.of('UserUnit')))
  const group = node.get(PDFName.of('Group'))
  const entries: Record<string, Literal> = { Type: 'Page', Parent: tree, MediaBox: rounded(mediaBox), CropBox: rounded(cropBox), Resources: resources }
  entries.Contents = pdf.writeStream(pdf.reserve(), {}, body)
  if (turn !== 0) entries.Rotate = turn
  if (userUnit instanceof PDFNumber) entries.UserUnit = userUnit.asNumber()
  if (group) entries.Group = copier.copy(group)
  return pdf.add(entries)
}

function copyForm(annotation: Annotation, copier: CleanCopier, forms: Map<string, PDFRef>): string {
  if (!annotation.appearance) throw new Error('an annotation without appearance')
  const copy = copier.copyForm(annotation.appearance.object)
  forms.set(formName(copy), copy)
  return formName(copy)
}

function boxOf(object: PDFObject | undefined, node: PDFDict): Box | null {
  const value = node.context.lookup(object)
  if (!(value instanceof PDFArray) || value.size() !== 4) return null
  const box = normal(
    value.asArray().map((entry) => {
      const number = node.context.lookup(entry)
      return number instanceof PDFNumber ? number.asNumber() : 0
    }),
  )
  return box[2] > box[0] && box[3] > box[1] ? box : null
}

const rounded = (box: Box): number[] => box.map((value) => Number(pdfNumber(value)))

/** Layers that are switched off would come to light in a copy without layers. */
function hidesLayers(document: PDFDocument): boolean {
  const layers = document.context.lookup(document.catalog.get(PDFName.of('OCProperties')))
  const usual = layers instanceof PDFDict ? document.context.lookup(layers.get(PDFName.of('D'))) : undefined
  if (!(usual instanceof PDFDict)) return false
  const off = document.context.lookup(usual.get(PDFName.of('OFF')))
  const base = usual.get(PDFName.of('BaseState'))?.toString() ?? '/ON'
  return base !== '/ON' || (off instanceof PDFArray && off.size() > 0)
}

/** Each page as one picture on A4, upright. */
async function rendered(wanted: Wanted, title: string, render: (index: number) => Promise<Pixels>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const pdf = new PdfFile((chunk) => parts.push(chunk))
  const tree = pdf.reserve()
  const kids: PDFRef[] = []
  for (const { index, rotationDegCw } of wanted) {
    const { jpeg, widthPx, heightPx } = await pixelsToJpeg(await render(index), rotationDegCw)
    const facts = { Type: 'XObject', Subtype: 'Image', Width: widthPx, Height: heightPx, ColorSpace: 'DeviceRGB', BitsPerComponent: 8, Filter: 'DCTDecode' }
    const image = pdf.writeBytes(pdf.reserve(), facts, jpeg)
    const [width, height] = widthPx > heightPx ? [a4.height, a4.width] : [a4.width, a4.height]
    const scale = Math.min(width / widthPx, height / heightPx)
    const [w, h] = [widthPx * scale, heightPx * scale]
    const placed = `q ${[w, 0, 0, h, (width - w) / 2, (height - h) / 2].map(pdfNumber).join(' ')} cm /I Do Q`
    const contents = pdf.writeStream(pdf.reserve(), {}, placed)
    kids.push(pdf.add({ Type: 'Page', Parent: tree, MediaBox: rounded([0, 0, width, height]), Resources: { XObject: { I: image } }, Contents: contents }))
  }
  finish(pdf, tree, kids, title)
  return Buffer.concat(parts)
}

function finish(pdf: PdfFile, tree: PDFRef, kids: PDFRef[], title: string): void {
  pdf.write(tree, { Type: 'Pages', Kids: kids, Count: kids.length })
  const root = pdf.add({ Type: 'Catalog', Pages: tree, ...(title ? { ViewerPreferences: { DisplayDocTitle: true } } : {}) } as Record<string, Literal>)
  const info: Record<string, Literal> = { Producer: pdfText('Cartable') }
  if (title) info.Title = pdfText(title)
  pdf.finish(root, pdf.add(info))
}
