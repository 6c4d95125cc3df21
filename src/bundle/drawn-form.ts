/** One page of a pupil's PDF as a form to be drawn on a sheet: upright, cut to what a viewer shows, with its annotations, and nothing active. */
import { PDFDict, PDFName, type PDFObject, type PDFPage } from '@cantoo/pdf-lib'
import { type Annotation, annotationsOf, type Box, type Matrix } from './annotation'
import { annotationOperators, formName } from './annotation-drawing'
import type { CleanCopier } from './clean-copy'
import { contentNames } from './content-names'
import { contentTokens, tokenText } from './content-tokens'
import { type Literal, type PdfFile, pdfNumber } from './pdf-file'
import type { PDFRef } from './pdf-objects'
import { addState, boxesOf } from './rebuilt-page'
import { surveyContent } from './survey-content'

export interface DrawnForm {
  ref: PDFRef
  /** Points, upright. */
  width: number
  height: number
}

/** A picture over half of the page makes it a photo or a scan, whatever a scanner wrote over it. */
const photoShare = 0.5
/** Points; further off is no paper. */
const largestCoordinate = 100_000
/** Without a word of text, less is enough: a photo with margins. */
const photoShareWithoutText = 0.2

/**
 * Writes the page as a form (ISO 32000-1 §8.10). Throws where it is a photo, holds what cannot be copied cleanly (fields, layers, remarks
 * without appearance), or is nested or large beyond bounds: its picture is used then.
 */
export function writeDrawnForm(page: PDFPage, turnDegCw: number, pdf: PdfFile, copier: CleanCopier): DrawnForm {
  const { node } = page
  const { context } = node
  const inherited = (name: string): PDFObject | undefined => node.getInheritableAttribute(PDFName.of(name))
  const { mediaBox, cropBox } = boxesOf(page)
  const box = crossing(mediaBox, cropBox)
  if (!box || box.some((side) => Math.abs(side) > largestCoordinate)) throw new Error('a page without size')
  if (node.has(PDFName.of('UserUnit'))) throw new Error('a unit that not all readers obey')
  const content = copier.contentOf(node.get(PDFName.of('Contents')))
  const own = context.lookup(inherited('Resources'))
  const survey = surveyContent(content, own instanceof PDFDict ? own : undefined, context, (object) => copier.contentOf(object))
  const share = survey.pictureArea / ((box[2] - box[0]) * (box[3] - box[1]))
  if (share > (survey.texts === 0 ? photoShareWithoutText : photoShare)) throw new Error('a photo')

  const names = contentNames(content)
  const resources = copier.resources(inherited('Resources'), names)
  const forms = new Map<string, PDFRef>()
  const states = new Map<string, Literal>()
  const ink = annotationOperators(annotationsOf(node, context).flatMap(withAppearance), {
    // Nothing is written: remarks that would need a face are left to the page's picture.
    get face(): never {
      throw new Error('no face')
    },
    page: box,
    form: (annotation) => {
      if (!annotation.appearance) throw new Error('no appearance')
      const copy = copier.copyForm(annotation.appearance.object)
      if (names.names.has(formName(copy))) throw new Error('a name that is taken')
      forms.set(formName(copy), copy)
      return formName(copy)
    },
    state: (opacity, multiply) => addState(states, opacity, multiply),
  })
  pdf.extend(resources, 'XObject', forms)
  pdf.extend(resources, 'ExtGState', states)
  const body = Buffer.concat([Buffer.from('q\n'), withoutMarkedContent(content), Buffer.from(`\n${'Q\n'.repeat(names.open + 1)}${ink}\n`, 'latin1')])
  const { matrix, width, height } = uprightPlace(box, page.getRotation().angle + turnDegCw)
  const group = node.get(PDFName.of('Group'))
  const entries: Record<string, Literal> = { Type: 'XObject', Subtype: 'Form', BBox: box.map(exact), Matrix: matrix.map(exact), Resources: resources }
  if (group) entries.Group = copier.copy(group)
  return { ref: pdf.writeStream(pdf.reserve(), entries, body), width, height }
}

/** Links and pop-ups show nothing on paper. A field, or ink that each reader draws in its own way, has no one look. */
function withAppearance(annotation: Annotation): Annotation[] {
  if (annotation.kind === 'Link' || annotation.kind === 'Popup') return []
  if (annotation.kind === 'Widget' || annotation.kind === 'Text' || !annotation.appearance) throw new Error('an annotation without one look')
  return [{ ...annotation, contents: '' }]
}

/**
 * Marked content ties what is drawn to the structure and the layers of its own file (ISO 32000-1 §14.6); in ours the same numbers would mean other content.
 * Its operators and their operands become spaces.
 */
function withoutMarkedContent(content: Buffer): Buffer {
  const out = Buffer.from(content)
  let start = 0
  for (const token of contentTokens(content)) {
    const word = tokenText(content, token)
    if (token.kind === 'name' || operands.test(word)) continue
    if (marking.has(word)) out.fill(' ', start, token.end)
    start = token.end
  }
  return out
}
const marking = new Set(['BMC', 'BDC', 'EMC', 'MP', 'DP'])
const operands = /^(?:[-+.\d]+|true|false|null)$/

/** The matrix that lays the box upright at the origin, turned clockwise by quarter turns. */
function uprightPlace([left, bottom, right, top]: Box, angle: number): { matrix: Matrix; width: number; height: number } {
  const turn = (((Math.round(angle / 90) * 90) % 360) + 360) % 360
  const [wide, high] = [right - left, top - bottom]
  const [width, height] = turn % 180 === 0 ? [wide, high] : [high, wide]
  const turned: Record<number, Matrix> = {
    0: [1, 0, 0, 1, -left, -bottom],
    90: [0, -1, 1, 0, -bottom, right],
    180: [-1, 0, 0, -1, right, top],
    270: [0, 1, -1, 0, top, -left],
  }
  return { matrix: turned[turn] ?? [1, 0, 0, 1, 0, 0], width, height }
}

function crossing(a: Box, b: Box): Box | null {
  const box: Box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]
  return box[2] > box[0] && box[3] > box[1] ? box : null
}

const exact = (value: number): number => Number(pdfNumber(value))
