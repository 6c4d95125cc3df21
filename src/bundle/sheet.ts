/** One sheet's content while it is drawn: text, lines, pictures and marks in points from the top left corner, with the tags a screen reader follows. */
import { PDFHexString, type PDFRef } from './pdf-objects'
import { pdfNumber, pdfText } from './pdf-file'
import type { Typeface } from './typeface'

export const mm = (millimetres: number): number => (millimetres * 72) / 25.4

export type Colour = readonly [number, number, number]
/** Dark enough to print legibly in grey. */
export const ink: Colour = [0.11, 0.13, 0.17]
export const soft: Colour = [0.36, 0.39, 0.44]
export const hairline: Colour = [0.78, 0.8, 0.83]

export interface TextStyle {
  face: Typeface
  size: number
  colour?: Colour
  align?: 'left' | 'right'
  /** Text is set smaller, down to 0.7 of its size, then cut with an ellipsis. */
  maxWidth?: number
  /** What the text says where it was replaced by something drawable. */
  actualText?: string
}

export interface SheetLink {
  x: number
  y: number
  width: number
  height: number
  target: PDFRef
  label: string
  /** Element of the structure tree that the link belongs to. */
  element: number
}

export class Sheet {
  readonly ref: PDFRef
  readonly links: SheetLink[] = []
  readonly images = new Map<string, PDFRef>()
  private readonly operators: string[] = []
  private marked = 0

  constructor(
    ref: PDFRef,
    readonly width: number,
    readonly height: number,
  ) {
    this.ref = ref
  }

  get content(): string {
    return this.operators.join('\n')
  }

  get markedContents(): number {
    return this.marked
  }

  /** Content that belongs to the structure tree: draws it and gives its number on this sheet (ISO 32000-1 §14.7.4). */
  tagged(tag: string, draw: () => void): number {
    const id = this.marked++
    this.operators.push(`/${tag} <</MCID ${id}>> BDC`)
    draw()
    this.operators.push('EMC')
    return id
  }

  /** Decoration and running heads: not read aloud. */
  artifact(draw: () => void): void {
    this.operators.push('/Artifact <</Type /Pagination>> BDC')
    draw()
    this.operators.push('EMC')
  }

  /** Writes one line on the baseline `y`; gives the width it took. */
  text(x: number, y: number, text: string, style: TextStyle): number {
    const { size, shown } = fitted(text, style)
    const shape = style.face.shape(shown)
    const width = (shape.width * size) / 1000
    const left = style.align === 'right' ? x - width : x
    const actual = style.actualText ?? (shown === text ? shape.actualText : text)
    const body = `BT ${colourOf(style.colour ?? ink)} rg /${style.face.key} ${pdfNumber(size)} Tf ${pdfNumber(left)} ${this.up(y)} Td ${shape.operators(size)} ET`
    this.operators.push(actual === null ? body : `/Span <</ActualText ${pdfText(actual).toString()}>> BDC ${body} EMC`)
    return width
  }

  line(x1: number, y1: number, x2: number, y2: number, colour: Colour = hairline, width = 0.5): void {
    this.operators.push(`${colourOf(colour)} RG ${pdfNumber(width)} w ${pdfNumber(x1)} ${this.up(y1)} m ${pdfNumber(x2)} ${this.up(y2)} l S`)
  }

  box(x: number, y: number, width: number, height: number, paint: { fill?: Colour; stroke?: Colour; lineWidth?: number }): void {
    const area = `${pdfNumber(x)} ${this.up(y + height)} ${pdfNumber(width)} ${pdfNumber(height)} re`
    if (paint.fill) this.operators.push(`${colourOf(paint.fill)} rg ${area} f`)
    if (paint.stroke) this.operators.push(`${colourOf(paint.stroke)} RG ${pdfNumber(paint.lineWidth ?? 0.5)} w ${area} S`)
  }

  dot(x: number, y: number, radius: number, colour: Colour): void {
    // A point with round caps is a disc.
    this.operators.push(`${colourOf(colour)} RG 1 J ${pdfNumber(radius * 2)} w ${pdfNumber(x)} ${this.up(y)} m ${pdfNumber(x)} ${this.up(y)} l S 0 J`)
  }

  image(image: PDFRef, x: number, y: number, width: number, height: number): void {
    const name = this.named(image)
    this.operators.push(`q ${pdfNumber(width)} 0 0 ${pdfNumber(height)} ${pdfNumber(x)} ${this.up(y + height)} cm /${name} Do Q`)
  }

  /** A form that lies at the origin, scaled. It begins as a page does: a form would go on in our colours and lines (ISO 32000-1 §8.4.1, §8.10.1). */
  form(form: PDFRef, x: number, y: number, height: number, scale: number): void {
    const name = this.named(form)
    const factor = scale.toFixed(6)
    this.operators.push(`q 0 g 0 G 1 w 0 J 0 j 10 M [] 0 d ${factor} 0 0 ${factor} ${pdfNumber(x)} ${this.up(y + height)} cm /${name} Do Q`)
  }

  private named(object: PDFRef): string {
    const name = `I${this.images.size}`
    this.images.set(name, object)
    return name
  }

  /** Black modules of a matrix as one path: no seams between them at any resolution. */
  modules(matrix: { size: number; get(row: number, column: number): number }, x: number, y: number, side: number): void {
    const unit = side / matrix.size
    const parts: string[] = []
    for (let row = 0; row < matrix.size; row++) {
      for (let start = 0; start < matrix.size; start++) {
        let end = start
        while (end < matrix.size && matrix.get(row, end)) end++
        if (end > start) parts.push(`${start} ${matrix.size - row - 1} ${end - start} 1 re`)
        start = end
      }
    }
    this.operators.push(`q 0 g ${pdfNumber(unit)} 0 0 ${pdfNumber(unit)} ${pdfNumber(x)} ${this.up(y + side)} cm ${parts.join(' ')} f Q`)
  }

  private up(y: number): string {
    return pdfNumber(this.height - y)
  }
}

export const language = (tag: string): PDFHexString => pdfText(tag)

const colourOf = (colour: Colour): string => colour.map(pdfNumber).join(' ')

function fitted(text: string, style: TextStyle): { size: number; shown: string } {
  const { face, size, maxWidth } = style
  if (maxWidth === undefined || face.width(text, size) <= maxWidth) return { size, shown: text }
  const smallest = size * 0.7
  const shrunk = (size * maxWidth) / face.width(text, size)
  if (shrunk >= smallest) return { size: shrunk, shown: text }
  const signs = [...text]
  let low = 0
  let high = signs.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (face.width(`${signs.slice(0, middle).join('').trimEnd()}…`, smallest) <= maxWidth) low = middle
    else high = middle - 1
  }
  return { size: smallest, shown: `${signs.slice(0, low).join('').trimEnd()}…` }
}
