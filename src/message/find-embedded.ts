/** Files hidden in text: uuencoded blocks and `data:` addresses of HTML. Takes them out, so that the text reads as it was meant. */
import { limits } from './limits'

export interface Embedded {
  text: string
  files: { filename: string | null; contentId: string | null; content: Buffer }[]
}

// POSIX uuencode: a mode and a name; the length sign of a line, then groups of four from blank to grave.
const begin = /^begin (?:-base64 )?[0-7]{3,4} (.{1,200})$/
const uuLine = /^[\x20-\x60]{1,120}$/

function uuDecode(line: string, into: number[]): void {
  const length = (line.charCodeAt(0) - 32) & 63
  const value = (at: number): number => ((at < line.length ? line.charCodeAt(at) : 32) - 32) & 63
  const start = into.length
  for (let at = 1; into.length - start < length; at += 4) {
    const word = (value(at) << 18) | (value(at + 1) << 12) | (value(at + 2) << 6) | value(at + 3)
    into.push((word >> 16) & 255, (word >> 8) & 255, word & 255)
  }
  into.length = start + length
}

/** Uuencoded blocks of a plain text. A `begin` without an `end`, or with lines that are none of it, stays text. */
export function takeUuencoded(text: string): Embedded {
  if (!/^begin /m.test(text)) return { text, files: [] }
  const lines = text.split('\n')
  const kept: string[] = []
  const files: Embedded['files'] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trimEnd()
    const name = begin.exec(line)?.[1]
    if (name === undefined || files.length >= limits.files) {
      kept.push(lines[at] ?? '')
      continue
    }
    let end = at + 1
    while (end < lines.length && (lines[end] ?? '').trim() !== 'end' && uuLine.test((lines[end] ?? '').replace(/\r$/, ''))) end += 1
    if ((lines[end] ?? '').trim() !== 'end' || end === at + 1) {
      kept.push(lines[at] ?? '')
      continue
    }
    const bytes: number[] = []
    for (let body = at + 1; body < end; body += 1) {
      const row = (lines[body] ?? '').replace(/\r$/, '')
      if (row.trim() !== '' && row !== '`') uuDecode(row, bytes)
    }
    files.push({ filename: name.trim(), contentId: null, content: Buffer.from(bytes) })
    at = end
  }
  return { text: kept.join('\n'), files }
}

const dataUrl = /data:([a-z]+\/[a-z0-9.+-]+)?(?:;[a-z-]+=[^;,"'\s]{0,60}){0,4};base64,/iy

/** `data:` addresses in HTML (RFC 2397) become `cid:` references to the files they hold. */
export function takeDataUrls(html: string): Embedded {
  let out = ''
  let done = 0
  const files: Embedded['files'] = []
  for (let at = html.search(/data:/i); at >= 0 && files.length < limits.files; ) {
    dataUrl.lastIndex = at
    const match = dataUrl.exec(html)
    let end = match ? dataUrl.lastIndex : at + 5
    if (match) {
      while (end < html.length && !/["'>)\\]/.test(html[end] ?? '')) end += 1
      const encoded = html.slice(dataUrl.lastIndex, end).replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      const contentId = `data-${files.length + 1}@cartable.invalid`
      files.push({ filename: null, contentId, content: Buffer.from(encoded, 'base64') })
      out += `${html.slice(done, at)}cid:${contentId}`
      done = end
    }
    const next = html.slice(end).search(/data:/i)
    at = next < 0 ? -1 : end + next
  }
  return { text: out + html.slice(done), files }
}
