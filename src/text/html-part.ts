/** Writes blocks as HTML with the styles inside each element, since mail programs drop style sheets. Everything that is not a tag of ours is escaped. */
import type { Block, Inline } from './blocks'
import { oneLine } from './text-part'

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/gu, (sign) => signs[sign] ?? sign)

/** Class names carry the dark colours of layout.html. Contrast of text and ground is 4.5:1 or more in both. */
const styles = {
  h1: 'margin:0 0 16px;font-size:20px;line-height:1.35;font-weight:700;color:#16232d',
  h2: 'margin:24px 0 8px;font-size:16px;line-height:1.4;font-weight:700;color:#16232d',
  p: 'margin:0 0 16px',
  ul: 'margin:0 0 16px;padding:0 0 0 22px',
  li: 'margin:0 0 8px',
  quote: 'margin:0 0 16px;padding:4px 0 4px 14px;border-left:4px solid #5b8fb9;white-space:pre-wrap;overflow-wrap:anywhere',
  words: 'margin:0 0 16px;padding:14px 16px;border-radius:6px;background-color:#f3f6f8;color:#16232d;white-space:pre-wrap;overflow-wrap:anywhere',
  table: 'margin:0 0 16px;width:100%;border-collapse:collapse',
  th: 'white-space:nowrap;padding:6px 10px 6px 0;border-bottom:2px solid #c9d2d9;text-align:left;vertical-align:top;font-weight:700',
  td: 'overflow-wrap:break-word;padding:6px 10px 6px 0;border-bottom:1px solid #dde3e8;text-align:left;vertical-align:top',
  link: 'color:#0b5394;font-weight:700;text-decoration:underline',
  pictures: 'margin:0 0 4px;font-size:14px;line-height:1.35',
  picture: 'display:inline-block;width:112px;margin:0 12px 12px 0;vertical-align:top',
  image:
    'display:block;width:112px;height:auto;margin:0 0 6px;border:1px solid #c9d2d9;border-radius:3px;background-color:#f3f6f8;color:#51606b;font-size:12px',
  foot: 'margin:0 0 8px',
} as const

function inlineHtml(inline: Inline[], keepLines = false): string {
  return inline
    .map((piece) => {
      const text =
        piece.kind === 'text' ? escapeHtml(piece.text) : keepLines ? escapeHtml(piece.text).replaceAll('\n', '<br>') : escapeHtml(oneLine(piece.text))
      if (piece.kind === 'link' && piece.href !== null) return `<a class="link" style="${styles.link}" href="${escapeHtml(piece.href)}">${text}</a>`
      return piece.bold || piece.kind === 'link' ? `<strong>${text}</strong>` : text
    })
    .join('')
}

/** Blank lines round a person's words are no part of them. */
const trimmed = (inline: Inline[]): Inline[] =>
  inline.map((piece, index) => {
    const text = index === 0 ? piece.text.replace(/^(?:[^\S\n]*\n)+/u, '') : piece.text
    return { ...piece, text: index === inline.length - 1 ? text.trimEnd() : text }
  })

const row = (cells: Inline[][], tag: 'th' | 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}${tag === 'th' ? ' scope="col"' : ''} class="line" style="${styles[tag]}">${inlineHtml(cell)}</${tag}>`).join('')}</tr>`

/** The alternative text is empty: the caption beside it says what the picture would. */
const pictureHtml = ({ cid, caption }: { cid: string | null; caption: Inline[] }): string =>
  `<div style="${styles.picture}">${cid === null ? '' : `<img class="line" src="cid:${escapeHtml(cid)}" width="112" alt="" style="${styles.image}">`}${inlineHtml(caption)}</div>`

function htmlOf(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const tag = block.level === 1 ? 'h1' : 'h2'
      return `<${tag} class="strong" style="${styles[tag]}">${inlineHtml(block.inline)}</${tag}>`
    }
    case 'paragraph':
      return `<p style="${styles.p}">${inlineHtml(block.inline)}</p>`
    case 'list':
      return `<ul style="${styles.ul}">${block.items.map((item) => `<li style="${styles.li}">${inlineHtml(item)}</li>`).join('')}</ul>`
    case 'pictures':
      return `<div style="${styles.pictures}">${block.items.map(pictureHtml).join('')}</div>`
    case 'quote':
      return `<blockquote class="quote" style="${styles.quote}">${inlineHtml(trimmed(block.inline), true)}</blockquote>`
    case 'words':
      return `<div class="words" dir="auto" style="${styles.words}">${inlineHtml(trimmed(block.inline), true)}</div>`
    case 'table': {
      const head = block.head ? `<thead>${row(block.head, 'th')}</thead>` : ''
      return `<table style="${styles.table}">${head}<tbody>${block.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
    }
  }
}

export const htmlBody = (blocks: Block[]): string => blocks.map(htmlOf).join('\n')

export const htmlFoot = (blocks: Block[]): string =>
  blocks.map((block) => (block.kind === 'paragraph' ? `<p style="${styles.foot}">${inlineHtml(block.inline)}</p>` : htmlOf(block))).join('\n')
