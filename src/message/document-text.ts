/** The plain text of an office document, as far as its paragraphs go: OOXML, OpenDocument, RTF. No layout, no picture, no macro. */
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import { mediaTypeOf } from './file-type'
import { rtfText } from './rtf-text'
import { attribute, xmlPieces } from './xml-pieces'

/** Of the text that is given, and of one part of the document, unpacked. */
const maxChars = 200_000
const maxPartBytes = 16_000_000
const maxParts = 300

/** Null: of another kind, locked, damaged, or without a word. Never throws for what the file holds. */
export async function documentText(bytes: Buffer): Promise<string | null> {
  const type = mediaTypeOf(bytes)
  const text = type === 'application/rtf' ? rtfText(bytes) : await zippedText(bytes, type).catch(() => '')
  const shown = text
    .replace(/[^\S\n\t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .slice(0, maxChars)
  return shown === '' ? null : shown
}

async function zippedText(bytes: Buffer, type: string): Promise<string> {
  if (type.endsWith('.wordprocessingml.document')) return paragraphs((await partsOf(bytes, /^word\/document\.xml$/))[0] ?? '')
  if (type.endsWith('.presentationml.presentation')) return (await partsOf(bytes, /^ppt\/slides\/slide\d+\.xml$/)).map(paragraphs).join('\n\n')
  if (type.endsWith('.spreadsheetml.sheet')) {
    const [shared = ''] = await partsOf(bytes, /^xl\/sharedStrings\.xml$/)
    const strings = sharedStrings(shared)
    return (await partsOf(bytes, /^xl\/worksheets\/sheet\d+\.xml$/)).map((sheet) => cells(sheet, strings)).join('\n\n')
  }
  if (type.startsWith('application/vnd.oasis.opendocument.')) return openDocument((await partsOf(bytes, /^content\.xml$/))[0] ?? '')
  return ''
}

/** By number in the name, else by name. */
async function partsOf(bytes: Buffer, wanted: RegExp): Promise<string[]> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true })
  const parts: { name: string; xml: string }[] = []
  for await (const entry of zip.eachEntry()) {
    if (!wanted.test(entry.fileName)) continue
    parts.push({ name: entry.fileName, xml: (await unpacked(zip, entry)).toString('utf8') })
    if (parts.length >= maxParts) break
  }
  const order = (name: string): number => Number(/(\d+)\.xml$/.exec(name)?.[1] ?? 0)
  return parts.sort((a, b) => order(a.name) - order(b.name)).map(({ xml }) => xml)
}

async function unpacked(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  const stream = await zip.openReadStreamPromise(entry)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxPartBytes) {
      stream.destroy()
      throw new Error('a part without bounds')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** `w:p`, `a:p` and what stands in them (ECMA-376 part 1 §17.3, §21.1.2). Properties hold tabs that are no tabs; a fallback says the same again. */
function paragraphs(xml: string): string {
  let [out, skipped, inText] = ['', 0, false]
  for (const { tag, kind, text } of xmlPieces(xml)) {
    if (tag === 'pPr' || tag === 'Fallback') skipped += kind === 'open' ? 1 : kind === 'close' ? -1 : 0
    else if (skipped > 0) continue
    else if (kind === 'text') out += inText ? text : ''
    else if (tag === 't') inText = kind === 'open'
    else if (tag === 'p' && kind !== 'open') out += '\n'
    else if (tag === 'tab' && kind !== 'close') out += '\t'
    else if ((tag === 'br' || tag === 'cr') && kind !== 'close') out += '\n'
  }
  return out
}

/** Strings of a workbook by their number (ECMA-376 part 1 §18.4). */
function sharedStrings(xml: string): string[] {
  const strings: string[] = []
  let [string, inText] = ['', false]
  for (const { tag, kind, text } of xmlPieces(xml)) {
    if (kind === 'text') string += inText ? text : ''
    else if (tag === 't') inText = kind === 'open'
    else if (tag === 'si' && kind !== 'open') {
      strings.push(string)
      string = ''
    }
  }
  return strings
}

/** Rows as lines, cells between tabs (ECMA-376 part 1 §18.3.1). */
function cells(xml: string, strings: string[]): string {
  const rows: string[][] = []
  let [isShared, value, inValue] = [false, '', false]
  for (const { tag, kind, text } of xmlPieces(xml)) {
    if (kind === 'text') value += inValue ? text : ''
    else if (tag === 'row' && kind === 'open') rows.push([])
    else if (tag === 'c' && kind === 'open') [isShared, value] = [attribute(text, 't') === 's', '']
    else if (tag === 'c' && kind === 'close') rows.at(-1)?.push(isShared ? (strings[Number(value)] ?? '') : value)
    else if (tag === 'v' || tag === 't') inValue = kind === 'open'
  }
  return rows.map((row) => row.join('\t')).join('\n')
}

/** Paragraphs and headings (OpenDocument 1.2 part 1 §5.1, §6.1); remarks and deleted text are none of the work. */
function openDocument(xml: string): string {
  let [out, depth, skipped] = ['', 0, 0]
  for (const { tag, kind, text } of xmlPieces(xml)) {
    if (tag === 'annotation' || tag === 'tracked-changes') skipped += kind === 'open' ? 1 : kind === 'close' ? -1 : 0
    else if (skipped > 0) continue
    else if (kind === 'text') out += depth > 0 ? text.replace(/\s+/g, ' ') : ''
    else if (tag === 'p' || tag === 'h') {
      depth += kind === 'open' ? 1 : kind === 'close' ? -1 : 0
      if (kind !== 'open') out += '\n'
    } else if (kind !== 'close' && tag === 's') out += ' '.repeat(Math.min(80, Number(attribute(text, 'c') ?? 1) || 1))
    else if (kind !== 'close' && tag === 'tab') out += '\t'
    else if (kind !== 'close' && tag === 'line-break') out += '\n'
  }
  return out
}
