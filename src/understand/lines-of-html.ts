/** HTML → lines, in one linear pass over its tags. Runs nothing, fetches nothing, understands only what mail clients write. */
import type { Line } from './lines'

interface Element {
  name: string
  mark: Line['mark']
  blockquote: boolean
  pre: boolean
}

const voids = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'param', 'source', 'track', 'wbr'])
const blocks = new Set(
  'address article aside blockquote body center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)
const hidden = new Set(['head', 'style', 'script', 'title', 'template', 'noscript', 'xml', 'svg', 'o:p-hidden'])
const maxOpen = 1000

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  eacute: 'é',
  egrave: 'è',
  ecirc: 'ê',
  euml: 'ë',
  agrave: 'à',
  acirc: 'â',
  ccedil: 'ç',
  ocirc: 'ô',
  ouml: 'ö',
  ucirc: 'û',
  ugrave: 'ù',
  uuml: 'ü',
  icirc: 'î',
  iuml: 'ï',
  oelig: 'œ',
  OElig: 'Œ',
  Eacute: 'É',
  Egrave: 'È',
  Agrave: 'À',
  Ccedil: 'Ç',
  auml: 'ä',
  szlig: 'ß',
  rsquo: '’',
  lsquo: '‘',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  bull: '•',
  middot: '·',
  copy: '©',
  reg: '®',
  euro: '€',
  deg: '°',
  times: '×',
  divide: '÷',
  plusmn: '±',
  frac12: '½',
  frac14: '¼',
  frac34: '¾',
  sup2: '²',
  sup3: '³',
  le: '≤',
  ge: '≥',
  ne: '≠',
  infin: '∞',
  radic: '√',
  pi: 'π',
  rarr: '→',
  larr: '←',
  zwnj: '',
  zwj: '',
  shy: '',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  aacute: 'á',
  iacute: 'í',
  oacute: 'ó',
  uacute: 'ú',
  ntilde: 'ñ',
  aring: 'å',
  aelig: 'æ',
  oslash: 'ø',
  trade: '™',
  sect: '§',
  para: '¶',
  minus: '−',
}

/** Character references (HTML §13.2.5.72): numeric ones and the names that mail uses; others stay as they are. */
export const decodeEntities = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z][a-z0-9]{1,8}));?/gi, (all, hex?: string, decimal?: string, name?: string) => {
        if (name !== undefined) return entities[name] ?? entities[name.toLowerCase()] ?? all
        const code = hex !== undefined ? parseInt(hex, 16) : Number(decimal)
        return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : ''
      })
    : text

const patterns = new Map(
  ['src', 'alt', 'id', 'style', 'class', 'name', 'data-marker'].map((name) => [
    name,
    new RegExp(`(?:^|[\\s"'/])${name}\\s*=\\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\\s"'>]{1,2000}))`, 'i'),
  ]),
)

const attribute = (tag: string, name: 'src' | 'alt' | 'id' | 'style' | 'class' | 'name' | 'data-marker'): string => {
  if (!tag.includes('=')) return ''
  const match = patterns.get(name)?.exec(tag)
  return decodeEntities(match?.[1] ?? match?.[2] ?? match?.[3] ?? '')
}

const quoteClass =
  /(?:^|[\s_-])(?:gmail_quote|gmail_quote_container|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|moz-cite-prefix|OutlookMessageHeader|ms-outlook-mobile-reference-message|quoted-text|mcntgmail_quote|gmail_attr|aolReplacedBody|mail_quote|freebirdAnalyticsViewHeader)(?=$|\s)/i
const quoteId =
  /^(?:x_)*(?:divRplyFwdMsg|OLK_SRC_BODY_SECTION|reply-intro|mail-editor-reference-message-container|ms-outlook-mobile-body-separator-line|yiv\d+yqt\d+)$|yahoo_quoted/i
/** Everything behind such an element is history, whatever encloses it. */
const restId = /^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION)$/i
const signatureMark =
  /(?:^|[\s"_-])(?:gmail_signature|gmail_signature_prefix|moz-signature|ms-outlook-(?:mobile|ios)-signature|ymail_android_signature|ymail_signature|protonmail_signature_block|x_?signature|__SIG_PRE__|__SIG_POST__|AppleMailSignature|lineBreakAtBeginningOfSignature-?)(?=$|["\s])/i

/** Outlook draws a line above the header of what it quotes. */
const outlookRule = /border(?:-top)?\s*:\s*(?:none;\s*border-top\s*:\s*)?solid\s+#(?:b5c4df|e1e1e1|c4c4c4)\s+1\.0pt/i

class HtmlReader {
  readonly lines: Line[] = []
  private readonly open: Element[] = []
  private text = ''
  private pictures: string[] = []
  private rest = false
  private hiddenIn: string | null = null
  private pre = 0
  private depth = 0
  private blank = false

  private get mark(): Line['mark'] {
    if (this.rest) return 'quote'
    const marks = this.open.map((element) => element.mark)
    return marks.includes('quote') ? 'quote' : marks.includes('signature') ? 'signature' : null
  }

  private markNow: Line['mark'] = null

  endLine(force: boolean): void {
    const text = this.pre > 0 ? this.text : this.text.replace(/[ \t]+/g, ' ').trim()
    if (text.trim() === '' && this.pictures.length === 0) {
      if ((force || this.blank) && this.lines.at(-1)?.text !== '')
        this.lines.push({ text: '', depth: this.depth, prefix: '', mark: this.markNow, pictures: [] })
    } else this.lines.push({ text, depth: this.depth, prefix: '', mark: this.markNow, pictures: this.pictures })
    this.text = ''
    this.pictures = []
    this.blank = false
  }

  addText(raw: string): void {
    if (this.hiddenIn !== null || raw === '') return
    const text = decodeEntities(raw)
    if (this.pre > 0) {
      const parts = text.replace(/\r\n?/g, '\n').split('\n')
      parts.forEach((part, at) => {
        this.text += part
        if (at < parts.length - 1) this.endLine(true)
      })
    } else this.text += text.replace(/[\s\u00a0]+/g, ' ')
  }

  openTag(name: string, tag: string): void {
    if (this.hiddenIn !== null) return
    if (hidden.has(name)) {
      this.hiddenIn = name
      return
    }
    if (name === 'br') return this.endLine(true)
    if (name === 'img') {
      const cid = /^cid:(.+)$/i.exec(attribute(tag, 'src').trim())?.[1]
      if (cid) this.pictures.push(safeDecode(cid).toLowerCase())
      const alt = attribute(tag, 'alt')
      if (!cid && /^\p{Extended_Pictographic}/u.test(alt)) this.text += alt
      return
    }
    if (blocks.has(name)) this.endLine(false)
    if (restId.test(attribute(tag, 'id')) || outlookRule.test(attribute(tag, 'style'))) this.rest = true
    if (name === 'p') this.blank = true
    if (voids.has(name)) {
      this.markNow = this.mark
      return
    }
    this.push(name, tag)
  }

  private push(name: string, tag: string): void {
    const label = `${attribute(tag, 'class')} ${attribute(tag, 'id')} ${attribute(tag, 'data-marker')}`
    const id = attribute(tag, 'id')
    const quote =
      quoteClass.test(attribute(tag, 'class')) ||
      quoteId.test(id) ||
      attribute(tag, 'name') === 'quote' ||
      attribute(tag, 'data-marker') === '__QUOTED_TEXT__' ||
      attribute(tag, 'data-marker') === '__HEADERS__'
    // An indentation button makes blockquotes too (Gmail: margin 40px, no border).
    const indent = /margin:\s*0(?:px)?\s+0(?:px)?\s+0(?:px)?\s+40px/i.test(attribute(tag, 'style'))
    const element: Element = {
      name,
      mark: quote ? 'quote' : signatureMark.test(label) ? 'signature' : null,
      blockquote: name === 'blockquote' && !indent,
      pre: name === 'pre',
    }
    if (this.open.length < maxOpen) this.open.push(element)
    this.depth += element.blockquote ? 1 : 0
    this.pre += element.pre ? 1 : 0
    this.markNow = this.mark
  }

  closeTag(name: string): void {
    if (this.hiddenIn !== null) {
      if (this.hiddenIn === name) this.hiddenIn = null
      return
    }
    if (blocks.has(name)) this.endLine(false)
    if (name === 'p') this.blank = true
    const at = this.open.findLastIndex((element) => element.name === name)
    if (at < 0) return
    for (const element of this.open.splice(at)) {
      this.depth -= element.blockquote ? 1 : 0
      this.pre -= element.pre ? 1 : 0
    }
    this.markNow = this.mark
  }
}

const safeDecode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

/** End of a tag that starts at `from`: quoted attribute values may hold `>`. */
function endOfTag(html: string, from: number): number {
  const limit = Math.min(html.length, from + 20_000)
  let quote = ''
  for (let at = from; at < limit; at += 1) {
    const sign = html[at] ?? ''
    if (quote !== '') quote = sign === quote ? '' : quote
    else if (sign === '>') return at
    else if ((sign === '"' || sign === "'") && html[at - 1] === '=') quote = sign
  }
  return html.indexOf('>', from)
}

/** Lines of an HTML body; marks come from the classes and ids that mail clients put on quotations and signatures. */
export function linesOfHtml(html: string): Line[] {
  const reader = new HtmlReader()
  let at = 0
  while (at < html.length) {
    const start = html.indexOf('<', at)
    if (start < 0) break
    reader.addText(html.slice(at, start))
    if (html.startsWith('<!--', start)) {
      const end = html.indexOf('-->', start + 4)
      at = end < 0 ? html.length : end + 3
      continue
    }
    const head = /^<(\/?)([a-z!?][\w:-]{0,40})/i.exec(html.slice(start, start + 50))
    if (!head) {
      reader.addText('<')
      at = start + 1
      continue
    }
    const end = endOfTag(html, start + head[0].length)
    if (end < 0) break
    const name = (head[2] ?? '').toLowerCase()
    if (head[1] === '/') reader.closeTag(name)
    else if (!/^[!?]/.test(name)) reader.openTag(name, html.slice(start + head[0].length, end))
    at = end + 1
  }
  if (at < html.length && html.indexOf('<', at) < 0) reader.addText(html.slice(at))
  reader.endLine(false)
  return reader.lines
}
