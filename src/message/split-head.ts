/** The head of a message as raw fields, within limits. Decides nothing about their meaning. */
import type { ByteSource } from './byte-source'
import { guessText } from './decode-charset'
import { limits } from './limits'

export interface RawField {
  /** Lower case, as written otherwise: `from ` with a blank is not `from`. */
  name: string
  /** Unfolded, not decoded: encoded words still stand in it. */
  value: string
  /** As it stood, folding included, Latin-1 for its octets. */
  raw: string
}

export interface Head {
  fields: RawField[]
  /** Offset of the first octet of the body; the length of the message where there is none. */
  bodyStart: number
  problems: string[]
}

const LF = 0x0a
const CR = 0x0d

/** Where the body begins: after the first empty line. */
function bodyStartOf(source: ByteSource): number {
  const [first, second] = source.read(0, 2)
  if (first === LF) return 1
  if (first === CR && second === LF) return 2
  for (let start = 0; start < source.size; start += limits.headBytes) {
    const end = endOfEmptyLine(source.read(start, start + limits.headBytes + 2))
    if (end !== null) return start + end
  }
  return source.size
}

/** Offset behind the first empty line, bare LF or CRLF; null: there is none. */
export function endOfEmptyLine(bytes: Buffer): number | null {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3
  }
  return null
}

/** Fields in order. RFC 5322 §2.2: name, colon, body, folded by blank at the line's start. An mbox `From ` line is skipped. */
export function splitHead(source: ByteSource): Head {
  const problems: string[] = []
  const bodyStart = bodyStartOf(source)
  if (bodyStart > limits.headBytes) problems.push('head-too-large')
  const text = source.read(0, Math.min(bodyStart, limits.headBytes)).toString('latin1')
  const fields: RawField[] = []
  let current: string[] = []
  const close = (): void => {
    const raw = current.join('\r\n')
    current = []
    const colon = raw.indexOf(':')
    if (colon > 0 && fields.length < limits.headFields) {
      const value = raw.slice(colon + 1).replace(/\r\n/g, '')
      fields.push({ name: toText(raw.slice(0, colon)).toLowerCase(), value: toText(value).trim(), raw })
    }
  }
  let lines = 0
  for (const line of text.split('\n')) {
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line
    lines += 1
    if (bare === '') continue
    if ((/^[ \t]/.test(bare) || isForgottenFold(current.at(-1), bare)) && current.length > 0) current.push(/^[ \t]/.test(bare) ? bare : ` ${bare}`)
    else if (lines === 1 && /^>?From /.test(bare)) continue
    else {
      if (current.length > 0) close()
      if (fields.length >= limits.headFields) {
        problems.push('too-many-fields')
        break
      }
      if (bare.includes(':')) current = [bare]
    }
  }
  if (current.length > 0) close()
  return { fields, bodyStart, problems }
}

/** A parameter on a line of its own that should have begun with a blank: `Content-Type: multipart/mixed;` and then `boundary=x`. */
const isForgottenFold = (before: string | undefined, line: string): boolean =>
  before !== undefined && /;[ \t]*$/.test(before) && /^[a-z][a-z0-9-]{0,30}\*?=/i.test(line)

/** Raw 8-bit octets in a head are UTF-8 (RFC 6532) or windows-1252 from old clients. */
const toText = (latin1: string): string => (/[\u0080-\u00ff]/.test(latin1) ? guessText(Buffer.from(latin1, 'latin1')) : latin1)

export const fieldsNamed = (head: Head, name: string): RawField[] => head.fields.filter((field) => field.name === name)
export const valueOf = (head: Head, name: string): string | null => head.fields.find((field) => field.name === name)?.value ?? null
