/** A returned page as one picture on A4, upright; ink that the renderer does not draw is drawn over it. */
import type { PDFPage } from '@cantoo/pdf-lib'
import type { PDFRef } from 'pdf-lib'
import { pixelsToJpeg, type Pixels } from '../pages/pdf-to-picture'
import { annotationsOf, type Matrix } from './annotation'
import { annotationOperators } from './annotation-drawing'
import { type Literal, pdfNumber } from './pdf-file'
import { a4 } from './pile'
import { addState, boxesOf, type PageTools, rounded } from './rebuilt-page'

/** pdfium draws these by itself where they have no appearance. */
const drawnByRenderer = new Set(['Circle', 'Highlight', 'Ink', 'Square', 'Squiggly', 'StrikeOut', 'Underline'])

/** `page`: the objects of the rendered page; null where there are none to be had. */
export async function renderPage(pixels: Pixels, rotationDegCw: number, page: PDFPage | null, { pdf, face, tree }: PageTools): Promise<PDFRef> {
  const { jpeg, widthPx, heightPx } = await pixelsToJpeg(pixels, rotationDegCw)
  const facts = { Type: 'XObject', Subtype: 'Image', Width: widthPx, Height: heightPx, ColorSpace: 'DeviceRGB', BitsPerComponent: 8, Filter: 'DCTDecode' }
  const image = pdf.writeBytes(pdf.reserve(), facts, jpeg)
  const [width, height] = widthPx > heightPx ? [a4.height, a4.width] : [a4.width, a4.height]
  const scale = Math.min(width / widthPx, height / heightPx)
  const placed: Placed = { width: widthPx * scale, height: heightPx * scale, left: (width - widthPx * scale) / 2, bottom: (height - heightPx * scale) / 2 }
  const states = new Map<string, Literal>()
  const ink = page ? inkOver(page, rotationDegCw, placed, face, states) : ''
  const resources = pdf.dict({ XObject: { I: image } })
  pdf.extend(resources, 'ExtGState', states)
  if (face.isUsed) pdf.extend(resources, 'Font', new Map([[face.key, face.ref]]))
  const drawn = `q ${[placed.width, 0, 0, placed.height, placed.left, placed.bottom].map(pdfNumber).join(' ')} cm /I Do Q\n${ink}`
  const contents = pdf.writeStream(pdf.reserve(), {}, drawn)
  return pdf.add({ Type: 'Page', Parent: tree, MediaBox: rounded([0, 0, width, height]), Resources: resources, Contents: contents })
}

interface Placed {
  width: number
  height: number
  left: number
  bottom: number
}

function inkOver(page: PDFPage, rotationDegCw: number, placed: Placed, face: PageTools['face'], states: Map<string, Literal>): string {
  const { cropBox } = boxesOf(page)
  const operators = annotationOperators(
    annotationsOf(page.node, page.node.context),
    {
      face,
      page: cropBox,
      form: () => {
        throw new Error('the renderer draws appearances')
      },
      state: (opacity, multiply) => addState(states, opacity, multiply),
    },
    ({ kind, appearance }) => appearance !== null || drawnByRenderer.has(kind),
  )
  if (operators === '') return ''
  const turn = (((page.getRotation().angle + rotationDegCw) % 360) + 360) % 360
  return `q ${ontoPicture(cropBox, turn, placed).map(pdfNumber).join(' ')} cm\n${operators}\nQ`
}

/** From the page's user space, turned clockwise, to where its picture lies. */
function ontoPicture([left, bottom, right, top]: readonly number[], turn: number, to: Placed): Matrix {
  const [x = 0, y = 0, w = 0, h = 0] = [left, bottom, (right ?? 0) - (left ?? 0), (top ?? 0) - (bottom ?? 0)]
  const scale = turn % 180 === 0 ? to.width / w : to.width / h
  const [a, b, c, d] = { 0: [1, 0, 0, 1], 90: [0, -1, 1, 0], 180: [-1, 0, 0, -1], 270: [0, 1, -1, 0] }[turn] ?? [1, 0, 0, 1]
  // The corner of the page that becomes the lower left one.
  const [cx, cy] = { 0: [x, y], 90: [x + w, y], 180: [x + w, y + h], 270: [x, y + h] }[turn] ?? [x, y]
  const [sa = 1, sb = 0, sc = 0, sd = 1] = [a, b, c, d].map((value) => (value ?? 0) * scale)
  return [sa, sb, sc, sd, to.left - (sa * (cx ?? 0) + sc * (cy ?? 0)), to.bottom - (sb * (cx ?? 0) + sd * (cy ?? 0))]
}
