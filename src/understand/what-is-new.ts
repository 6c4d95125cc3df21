/** What a person newly wrote, apart from history, signature and what programs add. One pass over lines; each rule marks, none deletes. */
import type { Message } from '../message/message'
import { isAntivirus, isDeviceLine, isLegal, isPlaceholder, withoutPlaceholders } from './boilerplate'
import { isAttribution, isForwardStart, isHeaderBlock, isSeparator } from './history-marks'
import { type Line, linesOfText } from './lines'
import { linesOfHtml } from './lines-of-html'
import type { PicturePlace } from './what-is-a-page'

export interface NewText {
  text: string
  quoted: string
  /** Where each picture of the HTML stands, by content id, lower case. */
  places: Map<string, PicturePlace>
  /** The mail forwards another: what stands below is sent on, not answered. */
  forwards: boolean
}

export type Zone = 'new' | 'quote' | 'forward' | 'signature' | 'machine'

const maxLines = 20_000

/** Lines `at`… joined, as clients fold their attribution over up to four lines; how many lines it took, or 0. */
function attributionAt(lines: Line[], at: number): number {
  let joined = ''
  for (let count = 1; count <= 4; count += 1) {
    const line = lines[at + count - 1]
    if (!line || line.text.trim() === '') return 0
    joined = `${joined} ${line.text.trim()}`
    if (isAttribution(joined)) return count
    if (joined.length > 400) return 0
  }
  return 0
}

/** Where a `>` really quotes: after an attribution, or on two lines running. `> 5 est plus grand` alone is mathematics. */
function quotesByDepth(lines: Line[], zones: Zone[]): void {
  let announced = lines.some((line) => line.mark === 'quote')
  lines.forEach((line, at) => {
    if (zones[at] === 'quote' || zones[at] === 'forward') announced = true
    if (line.depth === 0) return
    const near = [lines[at - 1], lines[at + 1]].some((other) => (other?.depth ?? 0) > 0)
    if (announced || near || line.depth > 1 || !/^\s*[-+=\d<>a-z(]/u.test(line.text)) zones[at] ??= 'quote'
  })
}

/** History that no `>` marks: everything behind a header block, a separator, or an attribution without quotation. */
function history(lines: Line[], zones: Zone[]): void {
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]
    if (!line) continue
    if (line.mark === 'quote') zones[at] ??= 'quote'
    const taken = attributionAt(lines, at)
    if (taken > 0) {
      for (let i = 0; i < taken; i += 1) zones[at + i] = 'quote'
      const next = lines.slice(at + taken, at + taken + 40).find((each) => each.text.trim() !== '')
      if (next && next.depth <= line.depth && next.mark !== 'quote') return fill(zones, at, lines.length, 'quote')
      at += taken - 1
    } else if (line.depth === 0 && isForwardStart(line.text)) return fill(zones, at, lines.length, 'forward')
    else if (line.depth === 0 && (isSeparator(line.text) || isHeaderBlock(lines, at))) return fill(zones, at, lines.length, 'quote')
  }
}

const fill = (zones: Zone[], from: number, to: number, zone: Zone): void => {
  for (let at = from; at < to; at += 1) zones[at] = zone
}

const delimiter = /^(?:--|\u2014|--\u00a0|__)\s*$/
const postscript = /^\s*p\.?\s?s\.?\s?[:.\u2013-]?\s/iu

function signatures(lines: Line[], zones: Zone[]): void {
  let inside = false
  lines.forEach((line, at) => {
    if (zones[at] !== undefined) {
      inside = false
      return
    }
    if (delimiter.test(line.text) && lines.slice(at + 1).some((next, i) => next.text.trim() !== '' && zones[at + 1 + i] === undefined)) inside = true
    if (postscript.test(line.text)) inside = false
    if (line.mark === 'signature' || inside) zones[at] = 'signature'
  })
}

function machines(lines: Line[], zones: Zone[]): void {
  lines.forEach((line, at) => {
    if (zones[at] !== undefined) return
    if (isPlaceholder(line.text) || isAntivirus(line.text)) zones[at] = 'machine'
    else if (isDeviceLine(line.text)) zones[at] = 'machine'
    else if (isLegal(line.text)) {
      // A legal footer is a paragraph.
      for (let i = at; i < lines.length && lines[i]?.text.trim() !== '' && zones[i] === undefined; i += 1) zones[i] = 'machine'
    }
  })
}

/** What each line is. */
export function zonesOf(lines: Line[]): Zone[] {
  const zones: Zone[] = new Array<Zone>(lines.length)
  history(lines, zones)
  quotesByDepth(lines, zones)
  signatures(lines, zones)
  machines(lines, zones)
  return Array.from(zones, (zone) => zone ?? 'new')
}

const tidy = (lines: string[]): string =>
  lines
    .join('\n')
    .replace(/[ \t\u00a0]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()

const placeOfZone: Record<Zone, PicturePlace> = { new: 'new', forward: 'new', quote: 'quoted', signature: 'signature', machine: 'signature' }

/** The new text of a message. HTML is preferred: clients mark quotations and signatures in it. */
export function whatIsNew(message: Pick<Message, 'text' | 'html'>): NewText {
  const html = message.html === null ? [] : linesOfHtml(message.html)
  const plain = message.text ?? ''
  const lines = (html.some((line) => line.text.trim() !== '') ? html : linesOfText(plain)).slice(0, maxLines)
  const zones = zonesOf(lines)
  const places = new Map<string, PicturePlace>()
  lines.forEach((line, at) => line.pictures.forEach((picture) => places.has(picture) || places.set(picture, placeOfZone[zones[at] ?? 'new'])))
  html.forEach((line) => line.pictures.forEach((picture) => places.has(picture) || places.set(picture, 'new')))
  const of = (wanted: (zone: Zone) => boolean): string =>
    tidy(lines.filter((_, at) => wanted(zones[at] ?? 'new')).map((line) => withoutPlaceholders(line.text)))
  return { text: of((zone) => zone === 'new'), quoted: of((zone) => zone !== 'new'), places, forwards: zones.includes('forward') }
}
