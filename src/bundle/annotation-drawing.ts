/** Draws annotations into a page's content, so that every viewer and printer shows the teacher's ink. Nothing clickable stays. */
import type { PDFRef } from 'pdf-lib'
import { type Annotation, type Box, type Matrix, normal } from './annotation'
import { pdfNumber } from './pdf-file'
import { shownText } from './shown-text'
import type { Typeface } from './typeface'
import { wrappedText } from './wrapped-text'

/** Doors, players and windows: nothing to see on paper, or not ours to pass on (THREATS.md D9). */
const never = new Set(['Link', 'Popup', 'FileAttachment', 'Sound', 'Movie', 'Screen', 'RichMedia', '3D', 'TrapNet', 'PrinterMark', 'Redact'])
/** Their words stand on the page themselves. */
const typedOut = new Set(['FreeText', 'Stamp', 'Widget'])
const red = [0.8, 0.1, 0.1] as const
const noteSize = 8
const mostNotes = 300
const noteWidth = 150

export interface InkTools {
  face: Typeface
  /** Visible part of the page. */
  page: Box
  /** Copies the stream that shows an annotation; gives its resource name on this page. */
  form: (annotation: Annotation) => string
  /** Resource name of a graphics state of that opacity; `multiply` as a marker pen does. */
  state: (opacity: number, multiply: boolean) => string
}

/** Operators for all annotations of a page, in order, then remarks as small notes beside their place. `isDrawn`: seen already, only its remark is missing. */
export function annotationOperators(annotations: Annotation[], tools: InkTools, isDrawn: (annotation: Annotation) => boolean = () => false): string {
  const shown = annotations.filter(({ kind }) => !never.has(kind))
  const drawn = shown.map((annotation) =>
    annotation.kind === 'Text' || isDrawn(annotation) ? '' : annotation.appearance ? drawForm(annotation, tools) : drawShape(annotation, tools),
  )
  const places: Box[] = []
  const remarks = shown.filter(({ kind, contents }) => contents.trim() !== '' && !typedOut.has(kind)).slice(0, mostNotes)
  const notes = remarks.map((annotation) => drawNote(annotation, places, tools))
  return [...drawn, ...notes]
    .filter((part) => part !== '')
    .map((part) => `q ${part} Q`)
    .join('\n')
}

/** ISO 32000-1 §12.5.5, algorithm 8.1: the box of the transformed bounding box is laid onto the rectangle. */
function drawForm(annotation: Annotation, tools: InkTools): string {
  if (!annotation.appearance) return ''
  const { bbox, matrix } = annotation.appearance
  const corners = [
    [bbox[0], bbox[1]],
    [bbox[2], bbox[1]],
    [bbox[2], bbox[3]],
    [bbox[0], bbox[3]],
  ].map(([x = 0, y = 0]) => [matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]] as const)
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  const box = normal([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)])
  const [width, height] = [box[2] - box[0], box[3] - box[1]]
  if (!(width > 0) || !(height > 0)) return ''
  const { rect } = annotation
  const [sx, sy] = [(rect[2] - rect[0]) / width, (rect[3] - rect[1]) / height]
  const place: Matrix = [sx, 0, 0, sy, rect[0] - box[0] * sx, rect[1] - box[1] * sy]
  const blend = annotation.kind === 'Highlight' ? `/${tools.state(1, true)} gs ` : ''
  return `${blend}${place.map(exact).join(' ')} cm /${tools.form(annotation)} Do`
}

function drawShape(annotation: Annotation, tools: InkTools): string {
  const { kind, paths, rect, lineWidth, opacity } = annotation
  const stroke = `/${tools.state(opacity, kind === 'Highlight')} gs ${(annotation.colour ?? red).map(pdfNumber).join(' ')} RG ${pdfNumber(Math.max(lineWidth, 0.5))} w 1 J 1 j`
  const fill = annotation.fill ? `${annotation.fill.map(pdfNumber).join(' ')} rg` : ''
  const paint = annotation.fill ? 'B' : 'S'
  switch (kind) {
    case 'PolyLine':
    case 'Line':
      return `${stroke} ${paths.map((path) => `${polyline(path)} S ${arrowHeads(path, annotation.arrows, lineWidth)}`).join(' ')}`
    case 'Ink':
      return `${stroke} ${paths.map((path) => `${polyline(path)} S`).join(' ')}`
    case 'Polygon':
      return `${stroke} ${fill} ${paths.map((path) => `${polyline(path)} h ${paint}`).join(' ')}`
    case 'Square':
      return `${stroke} ${fill} ${rectangle(inset(rect, lineWidth / 2))} ${paint}`
    case 'Circle':
      return `${stroke} ${fill} ${ellipse(inset(rect, lineWidth / 2))} ${paint}`
    case 'Highlight':
      return `/${tools.state(opacity, true)} gs ${(annotation.colour ?? [1, 0.9, 0.2]).map(pdfNumber).join(' ')} rg ${paths.map(quadrilateral).join(' ')}`
    case 'Squiggly':
      return `${stroke} ${paths.map(wave).join(' ')}`
    case 'Caret':
      return `${stroke} ${polyline([rect[0], rect[1], (rect[0] + rect[2]) / 2, rect[3], rect[2], rect[1]])} S`
    case 'Underline':
      return `${stroke} ${paths.map((quad) => acrossQuad(quad, 0.06)).join(' ')}`
    case 'StrikeOut':
      return `${stroke} ${paths.map((quad) => acrossQuad(quad, 0.5)).join(' ')}`
    case 'FreeText':
      return annotation.contents.trim() === '' ? '' : drawFreeText(annotation, tools)
    case 'Stamp':
      return drawStamp(annotation, tools)
    default:
      return ''
  }
}

const exact = (value: number): string => (Number.isFinite(value) ? value.toFixed(5) : '0')
const at = (x: number, y: number): string => `${pdfNumber(x)} ${pdfNumber(y)}`
const inset = (box: Box, by: number): Box => [box[0] + by, box[1] + by, box[2] - by, box[3] - by]
const rectangle = ([left, bottom, right, top]: Box): string => `${at(left, bottom)} ${at(right - left, top - bottom)} re`

function polyline(path: number[]): string {
  const parts: string[] = []
  for (let index = 0; index + 1 < path.length; index += 2) parts.push(`${at(path[index] ?? 0, path[index + 1] ?? 0)} ${index === 0 ? 'm' : 'l'}`)
  // A tap of the pen is one point: a line to itself with round ends is a dot.
  if (parts.length === 1) parts.push(`${at(path[0] ?? 0, path[1] ?? 0)} l`)
  return parts.length === 0 ? '0 0 m' : parts.join(' ')
}

/** Four Bézier arcs; 0.5523 is 4/3 · (√2 − 1). */
function ellipse([left, bottom, right, top]: Box): string {
  const [cx, cy, rx, ry] = [(left + right) / 2, (bottom + top) / 2, (right - left) / 2, (top - bottom) / 2]
  const [kx, ky] = [rx * 0.5523, ry * 0.5523]
  return [
    `${at(right, cy)} m`,
    `${at(right, cy + ky)} ${at(cx + kx, top)} ${at(cx, top)} c`,
    `${at(cx - kx, top)} ${at(left, cy + ky)} ${at(left, cy)} c`,
    `${at(left, cy - ky)} ${at(cx - kx, bottom)} ${at(cx, bottom)} c`,
    `${at(cx + kx, bottom)} ${at(right, cy - ky)} ${at(right, cy)} c h`,
  ].join(' ')
}

/** Corners come as upper left, upper right, lower left, lower right, whatever the standard's figure says: all producers agree on that. */
function quadrilateral(quad: number[]): string {
  const [ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0, dx = 0, dy = 0] = quad
  return `${at(ax, ay)} m ${at(bx, by)} l ${at(dx, dy)} l ${at(cx, cy)} l h f`
}

/** A line from side to side, at this share of the height from below. */
function acrossQuad(quad: number[], share: number): string {
  const [ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0, dx = 0, dy = 0] = quad
  const between = (low: number, high: number): number => low + (high - low) * share
  return `${at(between(cx, ax), between(cy, ay))} m ${at(between(dx, bx), between(dy, by))} l S`
}

/** A wavy line under a quadrilateral, a wave for each half of its height. */
function wave(quad: number[]): string {
  const [, ay = 0, , , cx = 0, cy = 0, dx = 0, dy = 0] = quad
  const height = Math.max(2, Math.abs(ay - cy) / 8)
  const count = Math.min(400, Math.max(2, Math.round(Math.hypot(dx - cx, dy - cy) / (2 * height))))
  const points = Array.from({ length: count + 1 }, (_, index) => [cx + ((dx - cx) * index) / count, cy + ((dy - cy) * index) / count + (index % 2) * height])
  return `${polyline(points.flat())} S`
}

/** Open arrow heads: a stroke each side, 30 degrees from the line. */
function arrowHeads(path: number[], [atStart, atEnd]: [boolean, boolean], lineWidth: number): string {
  const head = (x: number, y: number, fromX: number, fromY: number): string => {
    const [angle, length] = [Math.atan2(fromY - y, fromX - x), 6 + 3 * lineWidth]
    const side = (turn: number): string => at(x + Math.cos(angle + turn) * length, y + Math.sin(angle + turn) * length)
    return `${side(Math.PI / 6)} m ${at(x, y)} l ${side(-Math.PI / 6)} l S`
  }
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = path
  const [x3 = 0, y3 = 0, x4 = 0, y4 = 0] = path.slice(-4)
  return [atStart ? head(x1, y1, x2, y2) : '', atEnd ? head(x4, y4, x3, y3) : ''].filter(Boolean).join(' ')
}

/** Typed onto the page; its colour fills the box only where the text has one of its own. */
function drawFreeText(annotation: Annotation, tools: InkTools): string {
  const { rect, fontSize, opacity, textColour, colour } = annotation
  const lines = linesOf(annotation.contents, tools.face, fontSize, Math.max(20, rect[2] - rect[0] - 4))
  const box = textColour && colour ? `${colour.map(pdfNumber).join(' ')} rg ${rectangle(rect)} f ` : ''
  return `/${tools.state(opacity, false)} gs ${box}${textLines(lines, rect[0] + 2, rect[3] - 2 - fontSize * 0.85, fontSize, textColour ?? colour ?? red, tools.face)}`
}

/** A frame with its words, as large as they fit. */
function drawStamp({ rect, contents, stamp, colour, opacity }: Annotation, { face, state }: InkTools): string {
  const words = shownText((contents.trim() || stamp.replace(/^SB|(?<=[a-z])(?=[A-Z])/g, ' ').trim()).slice(0, 100), face).shown
  if (words === '') return ''
  const [width, height] = [rect[2] - rect[0], rect[3] - rect[1]]
  const size = Math.max(4, Math.min(height * 0.6, ((width - 8) / face.width(words, 1000)) * 1000))
  const [x, y] = [rect[0] + (width - face.width(words, size)) / 2, rect[1] + height / 2 - size * 0.35]
  const frame = `${(colour ?? red).map(pdfNumber).join(' ')} RG 1.5 w ${rectangle(inset(rect, 1))} S`
  return `/${state(opacity, false)} gs ${frame} ${textLines([words], x, y, size, colour ?? red, face)}`
}

/** A small pale box with the remark: on its pin, else under what it is about; below other notes, kept on the page. */
function drawNote({ kind, rect, contents }: Annotation, places: Box[], { face, page, state }: InkTools): string {
  const lines = linesOf(contents, face, noteSize, noteWidth - 10)
  const height = lines.length * noteSize * 1.3 + 8
  const width = Math.max(...lines.map((line) => face.width(line, noteSize))) + 10
  const left = Math.max(page[0] + 2, Math.min(rect[0], page[2] - width - 2))
  const lowest = page[1] + height + 2
  let top = Math.min(page[3] - 2, Math.max(kind === 'Text' ? rect[3] : rect[1] - 2, lowest))
  const clash = (): Box | undefined => places.find((other) => left < other[2] && other[0] < left + width && top - height < other[3] && other[1] < top)
  for (let other = clash(); other && other[1] - 2 >= lowest; other = clash()) top = other[1] - 2
  places.push([left, top - height, left + width, top])
  const box = rectangle([left, top - height, left + width, top])
  const text = textLines(lines, left + 5, top - 4 - noteSize * 0.85, noteSize, [0.2, 0.15, 0], face)
  return `/${state(1, false)} gs 1 0.97 0.78 rg 0.85 0.7 0.2 RG 0.6 w ${box} B ${text}`
}

const linesOf = (text: string, face: Typeface, size: number, width: number): string[] => {
  const { lines } = wrappedText(shownText(text.slice(0, 5000), face).shown, face, size, width, 60)
  return lines.length === 0 ? [''] : lines
}

function textLines(lines: string[], x: number, y: number, size: number, colour: readonly number[], face: Typeface): string {
  const shown = lines.map((line, index) => `1 0 0 1 ${at(x, y - index * size * 1.3)} Tm ${face.shape(line).operators(size)}`)
  return `BT ${colour.map(pdfNumber).join(' ')} rg /${face.key} ${pdfNumber(size)} Tf ${shown.join(' ')} ET`
}

/** For sharing graphics states: their name is what they do. */
export const stateName = (opacity: number, multiply: boolean): string => `CtG${Math.round(opacity * 100)}${multiply ? 'm' : ''}`
export const formName = (ref: PDFRef): string => `CtF${ref.objectNumber}`
