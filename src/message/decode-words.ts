/** Encoded words of head fields → text (RFC 2047). Decodes once; makes no new header line out of what it finds. */
import { decodeCharset } from './decode-charset'

// RFC 2047 §2; blanks inside the text are forbidden there, but sent.
const word = /=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bq])\?([^?]{0,8000})\?=/giy

interface Word {
  charset: string
  bytes: Buffer
}

const bytesOf = (encoding: string, text: string): Buffer =>
  encoding.toLowerCase() === 'b'
    ? Buffer.from(text, 'base64')
    : Buffer.from(
        text.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      )

const flush = (words: Word[]): string => {
  const first = words[0]
  return first ? decodeCharset(Buffer.concat(words.map((each) => each.bytes)), first.charset) : ''
}

/** `text` with its encoded words decoded; neighbours of one character set are joined first, as a sign may be split between them. Controls become blanks. */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text.replace(/[\u0000-\u001f\u007f]+/g, ' ')
  let out = ''
  let run: Word[] = []
  let at = 0
  while (at < text.length) {
    const start = text.indexOf('=?', at)
    if (start < 0) break
    word.lastIndex = start
    const match = word.exec(text)
    if (!match) {
      out += flush(run) + text.slice(at, start + 2)
      run = []
      at = start + 2
      continue
    }
    const between = text.slice(at, start)
    const charset = (match[1] ?? '').toLowerCase()
    // RFC 2047 §6.2: blanks between two encoded words are not shown.
    if (run.length === 0 || between.trim() !== '') out += flush(run) + between
    else if (run[0]?.charset !== charset) out += flush(run)
    if (run.length === 0 || between.trim() !== '' || run[0]?.charset !== charset) run = []
    run.push({ charset, bytes: bytesOf(match[2] ?? 'q', match[3] ?? '') })
    at = word.lastIndex
  }
  return (out + flush(run) + text.slice(at)).replace(/[\u0000-\u001f\u007f]+/g, ' ')
}
