/** Writes blocks as the plain text part. Line breaks of a person's words stay only where those words stand alone. */
import type { Block, Blocks, Inline } from './blocks'

export const oneLine = (text: string): string => text.replace(/\s*\n\s*/gu, ' ').trim()

const lineOf = (inline: Inline[]): string => inline.map((piece) => (piece.kind === 'text' ? piece.text : oneLine(piece.text))).join('')
const linesOf = (inline: Inline[]): string =>
  inline
    .map((piece) => piece.text)
    .join('')
    .replace(/^(?:[^\S\n]*\n)+/u, '')
    .trimEnd()

function textOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return lineOf(block.inline)
    case 'list':
      return block.items.map((item) => `- ${lineOf(item)}`).join('\n')
    case 'pictures':
      return block.items.map((item) => `- ${lineOf(item.caption)}`).join('\n')
    case 'quote':
      return linesOf(block.inline).replace(/^/gmu, '> ')
    case 'words':
      return linesOf(block.inline)
    case 'table':
      return [...(block.head ? [block.head] : []), ...block.rows].map((row) => row.map(lineOf).join(' – ')).join('\n')
  }
}

/** The foot follows the signature mark of RFC 3676 §4.3, so that mail programs show it small and leave it out of answers. */
export function textPart({ body, foot }: Blocks, school: string): string {
  const below = [...foot.map(textOf), oneLine(school)].filter((text) => text !== '')
  return `${body.map(textOf).join('\n\n')}\n\n-- \n${below.join('\n')}\n`
}
