/** The text of an RTF file (Microsoft, Rich Text Format 1.9.1): paragraphs and signs; tables of fonts, pictures and unknown destinations are left out. */
import iconv from 'iconv-lite'

/** Groups that hold no text of the body. */
const silent =
  /^(?:fonttbl|colortbl|stylesheet|info|pict|object|header[lrf]?|footer[lrf]?|generator|listtable|listoverridetable|themedata|xmlnstbl|fldinst|\*)$/
const spaces: Record<string, string> = {
  par: '\n',
  line: '\n',
  sect: '\n',
  page: '\n',
  row: '\n',
  tab: '\t',
  cell: '\t',
  emdash: '—',
  endash: '–',
  bullet: '•',
}
const quotes: Record<string, string> = { lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”' }
const token = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)/gi

interface Group {
  isSilent: boolean
  /** Signs to skip after \u: the same for readers without Unicode. */
  fallback: number
}

export function rtfText(bytes: Buffer): string {
  let out = ''
  let skip = 0
  let group: Group = { isSilent: false, fallback: 1 }
  const outer: Group[] = []
  const put = (text: string): void => {
    if (group.isSilent) return
    out += text.slice(Math.min(skip, text.length))
    skip = Math.max(0, skip - text.length)
  }
  for (const [, word, number, hex, sign, brace, plain] of bytes.toString('latin1').matchAll(token)) {
    if (brace === '{') {
      if (outer.length < 1000) outer.push(group)
      group = { ...group }
    } else if (brace === '}') {
      group = outer.pop() ?? group
      skip = 0
    } else if (hex !== undefined) put(iconv.decode(Buffer.from(hex, 'hex'), 'windows-1252'))
    else if (plain !== undefined) put(plain)
    else if (sign !== undefined) {
      if (sign === '*') group.isSilent = true
      else if ('\\{}'.includes(sign)) put(sign)
      else if (sign === '~') put('\u00a0')
    } else if (word === 'u') {
      put(String.fromCharCode(((Number(number ?? 0) % 65536) + 65536) % 65536))
      skip = group.fallback
    } else if (word === 'uc') group.fallback = Math.min(10, Math.max(0, Number(number ?? 1)))
    else if (word !== undefined && silent.test(word)) group.isSilent = true
    else if (word !== undefined) put(spaces[word] ?? quotes[word] ?? '')
  }
  return out
}
