/** An annotation of a returned page, read into plain numbers. Draws nothing; what it does not know is skipped by who draws. */
import { PDFArray, PDFDict, PDFHexString, PDFName, PDFNumber, PDFRawStream, PDFRef, PDFString, type PDFContext, type PDFObject } from '@cantoo/pdf-lib'

export type Box = [left: number, bottom: number, right: number, top: number]
export type Matrix = [number, number, number, number, number, number]

export interface Annotation {
  /** "Ink", "Highlight" … */
  kind: string
  rect: Box
  /** Text of the remark; '' without. */
  contents: string
  /** What a stamp says where no stream shows it: "Approved". */
  stamp: string
  /** The stream that shows it. */
  appearance: { object: PDFObject; bbox: Box; matrix: Matrix } | null
  /** 0 to 1 each; null: none given. */
  colour: [number, number, number] | null
  fill: [number, number, number] | null
  lineWidth: number
  opacity: number
  /** Strokes of Ink; corners of PolyLine, Polygon and Line; quadrilaterals of markup, eight numbers each. Points as x, y in turn. */
  paths: number[][]
  fontSize: number
  /** Of typed text; null: none given. */
  textColour: [number, number, number] | null
  /** Line and PolyLine: an arrow at the first and at the last point. */
  arrows: [boolean, boolean]
}

/** ISO 32000-1 §12.5.3: hidden, no view. */
const unseen = 2 | 32

/** Annotations of a page that a viewer shows, in the order it draws them. At most 5000. */
export function annotationsOf(page: PDFDict, context: PDFContext): Annotation[] {
  const list = context.lookup(page.get(PDFName.of('Annots')))
  if (!(list instanceof PDFArray)) return []
  return list
    .asArray()
    .slice(0, 5000)
    .flatMap((entry): Annotation[] => {
      const dictionary = context.lookup(entry)
      if (!(dictionary instanceof PDFDict)) return []
      const reader = new Reader(dictionary, context)
      if (((reader.number('F') ?? 0) & unseen) !== 0) return []
      return [annotationOf(reader)]
    })
}

function annotationOf(reader: Reader): Annotation {
  const kind = reader.name('Subtype')
  const rect = reader.numbers('Rect')
  const borderStyle = reader.inner('BS')?.number('W')
  const border = reader.numbers('Border')[2]
  const points = kind === 'Line' ? [reader.numbers('L')] : [reader.numbers('Vertices')]
  const quads = reader.numbers('QuadPoints')
  const marked = Array.from({ length: Math.floor(quads.length / 8) }, (_, index) => quads.slice(index * 8, index * 8 + 8))
  const inkList = reader.lists('InkList')
  const typed = reader.text('DA').slice(0, 500)
  const ends = reader.names('LE')
  return {
    kind,
    rect: normal(rect),
    contents: reader.text('Contents') || withoutMarkup(reader.text('RC')),
    stamp: kind === 'Stamp' ? reader.name('Name') : '',
    appearance: reader.appearance(),
    colour: colourOf(reader.numbers('C')),
    fill: colourOf(reader.numbers('IC')),
    lineWidth: Math.min(50, Math.max(0, borderStyle ?? border ?? 1)),
    opacity: Math.min(1, Math.max(0, reader.number('CA') ?? 1)),
    paths: kind === 'Ink' ? inkList : marked.length > 0 ? marked : points.filter((path) => path.length >= 4),
    fontSize: Math.min(72, Math.max(4, Number(/([\d.]+)\s+Tf/.exec(typed)?.[1] ?? 11) || 11)),
    textColour: typedColour(typed),
    arrows: [/Arrow$/.test(ends[0] ?? ''), /Arrow$/.test(ends[1] ?? '')],
  }
}

/** The colour that a default appearance sets (ISO 32000-1 §12.7.3.3): `1 0 0 rg`, `0 g`. */
function typedColour(appearance: string): [number, number, number] | null {
  const set = /((?:[\d.]+\s+){1,4})(?:g|rg|k)(?![\w])/.exec(appearance)?.[1]
  return set === undefined ? null : colourOf(set.trim().split(/\s+/).map(Number))
}

/** Rich text (ISO 32000-1 §12.7.3.4) as plain lines. */
const withoutMarkup = (rich: string): string =>
  rich
    .slice(0, 20_000)
    .replace(/<\/p>|<br\s*\/?>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .trim()

export const normal = (rect: number[]): Box => {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rect
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)]
}

/** Grey, RGB or CMYK by count (ISO 32000-1 §12.5.2). */
function colourOf(parts: number[]): [number, number, number] | null {
  const [a = 0, b = 0, c = 0, k = 0] = parts
  if (parts.length === 1) return [a, a, a]
  if (parts.length === 3) return [a, b, c]
  return parts.length === 4 ? [(1 - a) * (1 - k), (1 - b) * (1 - k), (1 - c) * (1 - k)] : null
}

/** Reads entries of a dictionary as plain values; absent or of another type: empty. */
class Reader {
  constructor(
    private readonly dictionary: PDFDict,
    private readonly context: PDFContext,
  ) {}

  name(key: string): string {
    const value = this.get(key)
    return value instanceof PDFName ? value.asString().slice(1) : ''
  }

  number(key: string): number | undefined {
    const value = this.get(key)
    return value instanceof PDFNumber ? value.asNumber() : undefined
  }

  text(key: string): string {
    const value = this.get(key)
    return value instanceof PDFString || value instanceof PDFHexString ? value.decodeText() : ''
  }

  numbers(key: string): number[] {
    return this.numbersOf(this.get(key))
  }

  lists(key: string): number[][] {
    const value = this.get(key)
    return value instanceof PDFArray ? value.asArray().map((entry) => this.numbersOf(this.context.lookup(entry))) : []
  }

  names(key: string): string[] {
    const value = this.get(key)
    return value instanceof PDFArray ? value.asArray().map((entry) => (entry instanceof PDFName ? entry.asString().slice(1) : '')) : []
  }

  inner(key: string): Reader | null {
    const value = this.get(key)
    return value instanceof PDFDict ? new Reader(value, this.context) : null
  }

  /** The normal appearance, of the state that is on (ISO 32000-1 §12.5.5). */
  appearance(): Annotation['appearance'] {
    const ap = this.inner('AP')
    const normalEntry = ap?.dictionary.get(PDFName.of('N'))
    const value = this.context.lookup(normalEntry)
    const state = this.name('AS')
    const chosen = value instanceof PDFDict ? (state ? value.get(PDFName.of(state)) : undefined) : normalEntry
    const stream = this.context.lookup(chosen)
    if (!(stream instanceof PDFRawStream) || !(chosen instanceof PDFRef)) return null
    const form = new Reader(stream.dict, this.context)
    const bbox = normal(form.numbers('BBox'))
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = form.numbers('Matrix')
    return bbox[2] > bbox[0] && bbox[3] > bbox[1] ? { object: chosen, bbox, matrix: [a, b, c, d, e, f] } : null
  }

  private get(key: string): PDFObject | undefined {
    return this.context.lookup(this.dictionary.get(PDFName.of(key)))
  }

  private numbersOf(value: PDFObject | undefined): number[] {
    if (!(value instanceof PDFArray)) return []
    return value.asArray().flatMap((entry) => {
      const number = this.context.lookup(entry)
      return number instanceof PDFNumber && Number.isFinite(number.asNumber()) ? [number.asNumber()] : []
    })
  }
}
