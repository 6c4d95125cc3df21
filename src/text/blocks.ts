/** Parses a filled template into blocks: headings, paragraphs, lists, pictures, quotes, words, tables, and a foot. It knows no value of a person: those are placeholders still. */
import { placeholder, type Values } from './values'

export type Inline = { kind: 'text' | 'words'; text: string; bold: boolean } | { kind: 'link'; text: string; href: string | null; bold: boolean }

export type Block =
  | { kind: 'heading'; level: 1 | 2; inline: Inline[] }
  | { kind: 'paragraph'; inline: Inline[] }
  | { kind: 'list'; items: Inline[][] }
  /** `! picture | caption`: small pictures side by side, by Content-ID; without one the caption stands alone. */
  | { kind: 'pictures'; items: { cid: string | null; caption: Inline[] }[] }
  /** `>`: words of a person inside a mail of ours. Newlines are kept. */
  | { kind: 'quote'; inline: Inline[] }
  /** `>>`: words of a person that are the mail: a teacher's assignment. Newlines are kept. */
  | { kind: 'words'; inline: Inline[] }
  /** `| a | b |`; a row `|---|---|` after the first makes it the head. */
  | { kind: 'table'; head: Inline[][] | null; rows: Inline[][][] }

export interface Blocks {
  body: Block[]
  /** After a line `---`. */
  foot: Block[]
}

/** Lines of a paragraph are joined by a space. `**` switches bold. */
export function blocksOf(filled: string, values: Values): Blocks {
  const blocks: Blocks = { body: [], foot: [] }
  let place: Block[] = blocks.body
  let paragraph: string[] = []
  const endParagraph = (): void => {
    if (paragraph.length > 0) place.push({ kind: 'paragraph', inline: inlineOf(paragraph.join(' '), values) })
    paragraph = []
  }
  let isAfterBlank = true
  for (const line of filled.split('\n').map((each) => each.trim())) {
    const marked = /^(##?|>>?|[-|!])\s*(.*)$/su.exec(line)
    if (line === '' || marked) endParagraph()
    if (line === '---') place = blocks.foot
    else if (marked) addMarked(place, marked[1] ?? '', marked[2] ?? '', values, isAfterBlank)
    else if (line !== '') paragraph.push(line)
    isAfterBlank = line === ''
  }
  endParagraph()
  return blocks
}

function addMarked(place: Block[], mark: string, rest: string, values: Values, isAfterBlank: boolean): void {
  const last = isAfterBlank ? undefined : place.at(-1)
  if (mark === '|') return addRow(place, rest, values, last)
  if (mark === '!') return addPicture(place, rest, values, last)
  const inline = inlineOf(rest, values)
  if (inline.length === 0) return
  if (mark === '#' || mark === '##') place.push({ kind: 'heading', level: mark === '#' ? 1 : 2, inline })
  else if (mark === '>' && last?.kind === 'quote') last.inline.push({ kind: 'words', text: '\n', bold: false }, ...inline)
  else if (mark === '>' || mark === '>>') place.push({ kind: mark === '>' ? 'quote' : 'words', inline })
  else if (last?.kind === 'list') last.items.push(inline)
  else place.push({ kind: 'list', items: [inline] })
}

function addPicture(place: Block[], rest: string, values: Values, last: Block | undefined): void {
  const [picture = '', caption = ''] = rest.split(/\|(.*)/su)
  const cid = values.reveal(picture.trim())
  const item = { cid: /^[\w.@-]{1,200}$/u.test(cid) ? cid : null, caption: inlineOf(caption.trim(), values) }
  if (last?.kind === 'pictures') last.items.push(item)
  else place.push({ kind: 'pictures', items: [item] })
}

function addRow(place: Block[], rest: string, values: Values, last: Block | undefined): void {
  const table = last?.kind === 'table' ? last : null
  if (/^[-|\s]+$/u.test(rest)) {
    if (table) table.head = table.rows.shift() ?? null
    return
  }
  const cells = rest
    .replace(/\|\s*$/u, '')
    .split('|')
    .map((cell) => inlineOf(cell.trim(), values))
  if (table) table.rows.push(cells)
  else place.push({ kind: 'table', head: null, rows: [cells] })
}

/** Text of the template, values and links, in order. */
export function inlineOf(text: string, values: Values): Inline[] {
  const inline: Inline[] = []
  let bold = false
  for (const piece of text.split(/(\uE000\d+\uE001|\*\*)/u)) {
    const index = placeholder.exec(piece)?.[1]
    if (piece === '**') bold = !bold
    else if (index !== undefined) inline.push({ ...values.at(index), bold })
    else if (piece !== '') inline.push({ kind: 'text', text: piece, bold })
  }
  return inline
}
