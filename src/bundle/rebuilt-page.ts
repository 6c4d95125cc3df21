/** A returned page rebuilt from what it draws, with the ink drawn in: nothing active, nothing of anybody else (THREATS.md D9). */
import { PDFArray, type PDFDict as ReadDict, PDFName, PDFNumber, type PDFObject, type PDFPage } from '@cantoo/pdf-lib'
import type { PDFDict, PDFRef } from 'pdf-lib'
import { type Annotation, annotationsOf, type Box, normal } from './annotation'
import { annotationOperators, formName, stateName } from './annotation-drawing'
import type { CleanCopier } from './clean-copy'
import { contentNames } from './content-names'
import { type Literal, type PdfFile, pdfNumber } from './pdf-file'
import { a4 } from './pile'
import type { Typeface } from './typeface'

export interface PageTools {
  pdf: PdfFile
  face: Typeface
  /** Page tree. */
  tree: PDFRef
}

/** Throws where the page cannot be copied cleanly. */
export function rebuildPage(page: PDFPage, rotationDegCw: number, copier: CleanCopier, { pdf, face, tree }: PageTools): PDFRef {
  const { node } = page
  const { mediaBox, cropBox } = boxesOf(page)
  const forms = new Map<string, PDFRef>()
  const { content, resources } = drawingOf(page, copier, forms, pdf)
  const states = new Map<string, Literal>()
  const ink = annotationOperators(annotationsOf(node, node.context), {
    face,
    page: cropBox,
    form: (annotation) => copyForm(annotation, copier, forms),
    state: (opacity, multiply) => addState(states, opacity, multiply),
  })
  pdf.extend(resources, 'XObject', forms)
  pdf.extend(resources, 'ExtGState', states)
  if (face.isUsed) pdf.extend(resources, 'Font', new Map([[face.key, face.ref]]))
  const body = Buffer.concat([content, Buffer.from(`\n${ink}\n`, 'latin1')])
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

/** Names that annotation-drawing.ts and cut-correction.ts give. */
const ownNames = /^Ct(F\d+|G\d+m?|Font|Page)$/

/** What the page draws, its graphics states closed. A page that was corrected before, whose names are those of the new ink, becomes a form that keeps them to itself. */
function drawingOf(page: PDFPage, copier: CleanCopier, forms: Map<string, PDFRef>, pdf: PdfFile): { content: Buffer; resources: PDFDict } {
  const content = copier.contentOf(page.node.get(PDFName.of('Contents')))
  const names = contentNames(content)
  const resources = copier.resources(page.node.getInheritableAttribute(PDFName.of('Resources')), names)
  if (![...names.names].some((name) => ownNames.test(name)))
    return { content: Buffer.concat([Buffer.from('q\n'), content, Buffer.from(`\n${'Q\n'.repeat(names.open + 1)}`, 'latin1')]), resources }
  const box = rounded(boxesOf(page).mediaBox)
  forms.set('CtPage', pdf.writeStream(pdf.reserve(), { Type: 'XObject', Subtype: 'Form', BBox: box, Resources: resources }, content))
  return { content: Buffer.from('q /CtPage Do Q', 'latin1'), resources: pdf.dict({}) }
}

/** Adds a graphics state and gives its name. */
export function addState(states: Map<string, Literal>, opacity: number, multiply: boolean): string {
  const name = stateName(opacity, multiply)
  states.set(name, { Type: 'ExtGState', CA: opacity, ca: opacity, BM: multiply ? 'Multiply' : 'Normal' })
  return name
}

function copyForm(annotation: Annotation, copier: CleanCopier, forms: Map<string, PDFRef>): string {
  if (!annotation.appearance) throw new Error('an annotation without appearance')
  const copy = copier.copyForm(annotation.appearance.object)
  forms.set(formName(copy), copy)
  return formName(copy)
}

export function boxesOf({ node }: PDFPage): { mediaBox: Box; cropBox: Box } {
  const box = (name: string): Box | null => boxOf(node.getInheritableAttribute(PDFName.of(name)), node)
  const mediaBox = box('MediaBox') ?? [0, 0, a4.width, a4.height]
  return { mediaBox, cropBox: box('CropBox') ?? mediaBox }
}

function boxOf(object: PDFObject | undefined, node: ReadDict): Box | null {
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

export const rounded = (box: Box): number[] => box.map((value) => Number(pdfNumber(value)))
