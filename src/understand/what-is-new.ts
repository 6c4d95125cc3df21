/** What a person newly wrote, apart from history, signature and what programs add. One pass over lines; each rule marks, none deletes. */
import type { Message } from '../message/message'
import { isAntivirus, isDeviceLine, isLegal, isPlaceholder, withoutPlaceholders } from './boilerplate'
import { attributionKind, isForwardStart, isHeaderBlock, isRule, isSeparator } from './history-marks'
import { type Line, linesOfText } from './lines'
import { linesOfHtml } from './lines-of-html'
import { isClosing, isContact, isDashedName, isOwnName, looksLikeName } from './signature-marks'
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

interface Announced {
  /** Lines that the attribution takes. */
  lines: number
  sure: boolean
}

/** An attribution that begins at `at`; clients fold it over up to four lines. A line of plain words before it is no part of it. */
function attributionAt(lines: Line[], at: number): Announced | null {
  let joined = ''
  for (let count = 1; count <= 4; count += 1) {
    const line = lines[at + count - 1]
    if (!line || line.text.trim() === '') return null
    if (count === 2 && !/\d/.test(joined)) return null
    joined = `${joined} ${line.text.trim()}`
    const kind = attributionKind(joined)
    if (kind) return { lines: count, sure: kind === 'sure' }
    if (joined.length > 400) return null
  }
  return null
}

const isQuoted = (line: Line, above: Line): boolean => line.depth > above.depth || line.mark === 'quote'
const filled = (line: Line): boolean => line.text.trim() !== ''

/** Where a `>` really quotes: after an attribution, or on two lines running. `> 5 est plus grand` alone is mathematics. */
function quotesByDepth(lines: Line[], zones: Zone[]): void {
  let announced = lines.some((line) => line.mark === 'quote')
  lines.forEach((line, at) => {
    if (zones[at] === 'quote' || zones[at] === 'forward') announced = true
    if (line.depth === 0) return
    const near = [lines[at - 1], lines[at + 1]].some((other) => (other?.depth ?? 0) > 0)
    if (announced || near || line.depth > 1 || !/^\s*[-+=\d<>a-z(]/u.test(line.text)) zones[at] ??= 'quote'
  })
  // A quoted line that some server folded: its rest stands without `>` between two quoted lines.
  lines.forEach((line, at) => {
    const [before, behind] = [lines[at - 1], lines[at + 1]]
    if (
      zones[at] === undefined &&
      before &&
      zones[at - 1] === 'quote' &&
      before.depth > 0 &&
      before.text.length >= 58 &&
      (behind?.depth ?? 0) > 0 &&
      /^[\p{Ll}\p{P}]/u.test(line.text)
    )
      zones[at] = 'quote'
  })
}

/** History that no `>` marks: everything behind a header block, a separator, or an attribution without quotation. */
function history(lines: Line[], zones: Zone[]): void {
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]
    if (!line) continue
    if (line.mark === 'quote') zones[at] ??= 'quote'
    const found = attributionAt(lines, at)
    const next = found ? lines.slice(at + found.lines, at + found.lines + 40).find(filled) : undefined
    if (found && (found.sure || (next && isQuoted(next, line)))) {
      fill(zones, at, at + found.lines, 'quote')
      if (next && !isQuoted(next, line)) return fill(zones, at, lines.length, 'quote')
      at += found.lines - 1
    } else if (line.depth === 0 && isForwardStart(line.text)) return fill(zones, at, lines.length, 'forward')
    else if (line.depth === 0 && (isSeparator(line.text) || isHeaderBlock(lines, at, startOfRule(lines, at) < at)))
      return fill(zones, startOfRule(lines, at), lines.length, 'quote')
  }
}

/** The line drawn above a header block belongs to it. */
function startOfRule(lines: Line[], at: number): number {
  for (let above = at - 1; above >= Math.max(0, at - 4); above -= 1) {
    const line = lines[above]
    if (line && isRule(line.text)) return above
    if (line && filled(line)) return at
  }
  return at
}

const fill = (zones: Zone[], from: number, to: number, zone: Zone): void => {
  for (let at = from; at < to; at += 1) zones[at] = zone
}

const delimiter = /^(?:--|\u2014|--\u00a0|__)\s*$/
const postscript = /^\s*p\.?\s?s\.?\s?[:.,\u2013-]?\s/iu

/** Numbers of the lines that are still new and hold words, from `from`. */
const openLines = (lines: Line[], zones: Zone[], from = 0): number[] =>
  lines.flatMap((line, at) => (at >= from && zones[at] === undefined && filled(line) ? [at] : []))

/** The open lines behind `at`, at most 15: more are no signature. `open` is ascending. */
const fewBehind = (open: number[], at: number): number[] => {
  const start = open.findLastIndex((each) => each <= at) + 1
  return open.slice(start, start + 15)
}

/** A rule above addresses, or a name behind a dash; above anything else a rule may part two exercises. */
function isDrawnSignature(lines: Line[], at: number, behind: number[]): boolean {
  const text = lines[at]?.text ?? ''
  const rest = behind.map((each) => lines[each]?.text ?? '')
  if (rest.length > 14 || rest.some((each) => each.length > 100)) return false
  if (isDashedName(text) && rest.length <= 3) return true
  return rest.some(isContact) || (isRule(text) && rest.every((each) => isRule(each) || isDeviceLine(each)))
}

function markedSignatures(lines: Line[], zones: Zone[]): void {
  const open = openLines(lines, zones)
  const tail = open.at(-16) ?? -1
  let inside = false
  lines.forEach((line, at) => {
    if (zones[at] !== undefined) {
      inside = false
      return
    }
    if (delimiter.test(line.text)) inside ||= at < (open.at(-1) ?? -1)
    // Looked at only near the end: 15 lines are no signature.
    else if (at >= tail && (isRule(line.text) || isDashedName(line.text))) inside ||= isDrawnSignature(lines, at, fewBehind(open, at))
    if (postscript.test(line.text)) inside = false
    if (line.mark === 'signature' || inside) zones[at] = 'signature'
  })
}

/** The unmarked signature at the end: behind a closing, from the author's own name, or a short block of addresses. */
function tailSignature(lines: Line[], zones: Zone[], author: string): void {
  const open = openLines(lines, zones)
  const last = open.slice(-9)
  const textAt = (at: number): string => lines[at]?.text ?? ''
  const short = (ats: number[]): boolean => ats.every((at) => textAt(at).length <= 100 && !/[?]\s*$/.test(textAt(at)) && !postscript.test(textAt(at)))
  for (const at of last) {
    if (open[0] === at) continue
    const rest = last.filter((other) => other > at)
    if (!short(rest)) continue
    const contacts = rest.some((other) => isContact(textAt(other)))
    const start =
      isClosing(textAt(at)) && contacts
        ? rest[0]
        : isOwnName(textAt(at), author) || (looksLikeName(textAt(at)) && rest.filter((other) => isContact(textAt(other))).length >= 2)
          ? at
          : undefined
    if (start === undefined) continue
    for (let i = start; i < lines.length; i += 1) zones[i] ??= 'signature'
    return
  }
}

function machines(lines: Line[], zones: Zone[]): void {
  const first = openLines(lines, zones)[0] ?? 0
  const lastQuote = zones.findLastIndex((zone) => zone === 'quote' || zone === 'forward')
  const lastAdded = lines.findLastIndex((line) => line.pictures.length > 0 || postscript.test(line.text))
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]
    if (!line || zones[at] !== undefined) continue
    if (isPlaceholder(line.text) || isAntivirus(line.text)) zones[at] = 'machine'
    else if (isDeviceLine(line.text)) {
      zones[at] = 'machine'
      // A phone's line ends what was written on it; only a postscript, a picture's caption or an answer below a quotation comes after.
      if (first < at && lastQuote < at && lastAdded < at) fill(zones, at, lines.length, 'machine')
    } else if (isLegal(line.text)) {
      // A legal footer is a paragraph.
      for (let i = at; i < lines.length && lines[i]?.text.trim() !== '' && zones[i] === undefined; i += 1) zones[i] = 'machine'
    }
  }
}

/** What each line is. `author` is the display name of From, '' where unknown. */
export function zonesOf(lines: Line[], author: string): Zone[] {
  const zones: Zone[] = new Array<Zone>(lines.length)
  history(lines, zones)
  quotesByDepth(lines, zones)
  markedSignatures(lines, zones)
  machines(lines, zones)
  tailSignature(lines, zones, author)
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
export function whatIsNew(message: Pick<Message, 'text' | 'html' | 'from'>): NewText {
  const html = message.html === null ? [] : linesOfHtml(message.html)
  const plain = message.text ?? ''
  const lines = (html.some((line) => line.text.trim() !== '') ? html : linesOfText(plain)).slice(0, maxLines)
  const zones = zonesOf(lines, message.from?.name ?? '')
  const places = new Map<string, PicturePlace>()
  lines.forEach((line, at) => line.pictures.forEach((picture) => places.has(picture) || places.set(picture, placeOfZone[zones[at] ?? 'new'])))
  html.forEach((line) => line.pictures.forEach((picture) => places.has(picture) || places.set(picture, 'new')))
  const of = (wanted: (zone: Zone) => boolean): string =>
    tidy(lines.filter((_, at) => wanted(zones[at] ?? 'new')).map((line) => withoutPlaceholders(line.prefix + line.text)))
  return { text: of((zone) => zone === 'new'), quoted: of((zone) => zone !== 'new'), places, forwards: zones.includes('forward') }
}
