/** Where a message's MIME structure passes our limits, found in one linear pass before any parser sees it. Reads no content. */
import type { ByteSource } from './byte-source'
import { limits } from './limits'
import { endOfEmptyLine } from './split-head'

export interface StructureCut {
  /** Octets of the body that are within limits. */
  end: number
  problem: 'mime-depth' | 'too-many-parts' | 'part-head-too-large' | null
  /** Offsets of lines in part heads that go on with a parameter, though they do not begin with a blank: some systems forget to fold. */
  unfolded: number[]
}

/** The boundary that a Content-Type names, or null. */
export const boundaryOf = (head: string): string | null => {
  const match = /boundary[ \t]*\*?(?:0\*?)?[ \t]*=[ \t]*(?:"([^"\r\n]{1,300})"|([^\s;"]{1,300}))/i.exec(head)
  return match ? (match[1] ?? match[2] ?? '').trim() : null
}

/** A field that ends in a semicolon, and the line end before a parameter that should have been folded (RFC 2045 §5.1). */
const forgottenFold = /;[ \t]*\r?\n(?=[a-z][a-z0-9-]{0,30}\*?=)/gi

interface Scan {
  /** Open multiparts, outermost first. */
  open: string[]
  parts: number
}

/** What a line that may be a delimiter does to the stack; true when a part's head follows. */
function delimiter(line: string, scan: Scan): boolean {
  const bare = line.trimEnd().slice(2)
  const closing = bare.endsWith('--') ? bare.slice(0, -2) : null
  const at = scan.open.lastIndexOf(bare)
  if (at >= 0) {
    scan.open.length = at + 1
    scan.parts += 1
    return true
  }
  const closed = closing === null ? -1 : scan.open.lastIndexOf(closing)
  if (closed >= 0) scan.open.length = closed
  return false
}

/**
 * How much of `body` may be parsed, given the message's own Content-Type value.
 * Everything behind the first excess is left out: what came before it is kept.
 */
export function cutStructure(body: ByteSource, contentType: string): StructureCut {
  const root = boundaryOf(contentType)
  if (root === null) return { end: body.size, problem: null, unfolded: [] }
  const unfolded: number[] = []
  const scan: Scan = { open: [root], parts: 0 }
  let at = body.read(0, 2).toString('latin1') === '--' ? 0 : nextDelimiter(body, 0)
  while (at >= 0) {
    const lineEnd = body.indexOf('\n', at)
    const line = body.read(at, lineEnd < 0 ? body.size : Math.min(lineEnd, at + 1100)).toString('latin1')
    let next = lineEnd < 0 ? body.size : lineEnd
    if (delimiter(line, scan) && lineEnd >= 0) {
      if (scan.parts > limits.mimeParts) return { end: at, problem: 'too-many-parts', unfolded }
      const headEnd = endOfHead(body, lineEnd + 1)
      if (headEnd - lineEnd > limits.partHeadBytes) return { end: at, problem: 'part-head-too-large', unfolded }
      const head = body.read(lineEnd, headEnd).toString('latin1')
      for (const match of head.matchAll(forgottenFold)) unfolded.push(lineEnd + match.index + match[0].length)
      const inner = /content-type[ \t]*:[ \t]*(?:\r?\n[ \t]+)?multipart\//i.test(head) ? boundaryOf(head) : null
      if (inner !== null) scan.open.push(inner)
      if (scan.open.length > limits.mimeDepth) return { end: at, problem: 'mime-depth', unfolded }
      next = Math.max(lineEnd, headEnd - 2)
    }
    at = nextDelimiter(body, next)
  }
  return { end: body.size, problem: null, unfolded }
}

/** The next line that begins with `--`, or -1. */
function nextDelimiter(body: ByteSource, from: number): number {
  const found = body.indexOf('\n--', from)
  return found < 0 ? -1 : found + 1
}

/** The line feed that ends the head of the part that begins at `from`; behind the limit where the head is longer than that. */
function endOfHead(body: ByteSource, from: number): number {
  const head = body.read(from, from + limits.partHeadBytes + 4)
  if (head[0] === 0x0a || (head[0] === 0x0d && head[1] === 0x0a)) return from
  const end = endOfEmptyLine(head)
  return from + (end === null ? head.length : end - 1)
}
