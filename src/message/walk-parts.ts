/** The body of one message → its text, its HTML and its other parts, by mailparser. Addresses and threading fields never reach it. */
import { MailParser, type AttachmentStream, type MessageText } from 'mailparser'
import { once } from 'node:events'
import { type ByteSource, sourceFrom } from './byte-source'
import { boundaryOf, cutStructure, type StructureCut } from './cut-structure'
import { mendC1, utf8Of } from './decode-charset'
import { limits } from './limits'
import type { Shelf, Shelved } from './shelf-files'
import { fieldsNamed, type Head, valueOf } from './split-head'

export interface Part extends Shelved {
  /** As declared: lower case, without parameters. */
  contentType: string
  filename: string | null
  disposition: 'inline' | 'attachment'
  contentId: string | null
}

export interface Body {
  text: string | null
  html: string | null
  parts: Part[]
  problems: string[]
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** mailparser with its text-to-HTML made linear and marked, so that plain parts between HTML parts keep their lines. */
class PlainMailParser extends MailParser {
  override textToHtml(text: string): string {
    return `<pre>${text.replace(/[&<>]/g, (sign) => escapes[sign] ?? sign)}</pre>`
  }
}

const contentFields = ['content-type', 'content-transfer-encoding', 'content-disposition', 'content-id'] as const

interface BodyHead {
  text: string
  problems: string[]
}

/**
 * The Content-Type line that the body bears out, or null to keep the message's own. A boundary that never occurs is replaced by one that does; without
 * any, the body is text. 8-bit text without a character set that is no UTF-8 came from an old client.
 */
function mendedType(type: string | null, body: ByteSource): string | null {
  const boundary = /^multipart\//i.test(type ?? '') ? boundaryOf(type ?? '') : null
  if (/^multipart\//i.test(type ?? '') && (boundary === null || body.indexOf(`--${boundary}`, 0) < 0)) {
    const found = /(?:^|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?:content-[a-z-]+|mime-version)[ \t]*:/i.exec(body.read(0, 1 << 20).toString('latin1'))?.[1]
    if (found !== undefined && !found.includes('"')) return `multipart/mixed; boundary="${found}"`
    return `text/plain; charset=${isUtf8Text(body) ? 'utf-8' : 'windows-1252'}`
  }
  const bare = type === null || (/^text\/\w+\s*;?\s*$/i.test(type) && !/charset/i.test(type))
  if (bare && !isUtf8Text(body)) return `${(type ?? 'text/plain').replace(/[;\s]+$/, '')}; charset=windows-1252`
  return null
}

/** Of as much as is looked at of a text; plain ASCII is UTF-8 too. */
function isUtf8Text(body: ByteSource): boolean {
  const head = body.read(0, 4 * limits.bodyChars)
  // A piece may end within a character.
  return utf8Of(head) !== null || (head.length < body.size && [1, 2, 3].some((less) => utf8Of(head.subarray(0, -less)) !== null))
}

/** Only what describes the body, each field once; the first wins, as in readers. */
function bodyHead(head: Head, body: ByteSource): BodyHead {
  const problems = fieldsNamed(head, 'content-type').length > 1 ? ['two-content-types'] : []
  const type = valueOf(head, 'content-type')
  const mended = mendedType(type, body)
  if (mended !== null && /^multipart\//i.test(type ?? '')) problems.push('boundary-missing')
  const lines = contentFields.flatMap((name) =>
    fieldsNamed(head, name)
      .slice(0, 1)
      .map((field) => (name === 'content-type' && mended !== null ? `Content-Type: ${mended}` : field.raw)),
  )
  if (type === null && mended !== null) lines.unshift(`Content-Type: ${mended}`)
  return { text: `MIME-Version: 1.0\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`, problems }
}

async function contentOf(stream: AsyncIterable<Buffer>, shelf: Shelf): Promise<Shelved> {
  const writer = shelf.begin()
  try {
    for await (const chunk of stream) writer.write(chunk)
    return writer.end()
  } catch (error) {
    writer.drop()
    throw error
  }
}

/** The parser's types promise a string; for a broken field it gives `false`. */
const lower = (type: unknown): string => (typeof type === 'string' ? type.toLowerCase() : '')

const partOf = (attachment: AttachmentStream, shelved: Shelved): Part => ({
  contentType: lower(attachment.contentType),
  filename: typeof attachment.filename === 'string' ? attachment.filename : null,
  disposition:
    attachment.contentDisposition === 'inline' || (attachment.related === true && attachment.contentDisposition !== 'attachment') ? 'inline' : 'attachment',
  contentId: typeof attachment.contentId === 'string' ? attachment.contentId.replace(/^<|>$/g, '').trim() : null,
  ...shelved,
})

/** Never throws: what the parser refuses is a problem, what it gave before stays. */
export async function walkParts(head: Head, message: ByteSource, shelf: Shelf): Promise<Body> {
  const body = sourceFrom(message, head.bodyStart)
  const result: Body = { text: null, html: null, parts: [], problems: [] }
  const cut = cutStructure(body, valueOf(head, 'content-type') ?? '')
  if (cut.problem) result.problems.push(cut.problem)
  const reduced = bodyHead(head, body)
  result.problems.push(...reduced.problems)
  // ignoreEmbedded and maxChildNodes are options of the splitter inside: forwarded messages stay parts, and our own limit cuts before its error.
  const options = {
    skipHtmlToText: true,
    skipImageLinks: true,
    skipTextLinks: true,
    checksumAlgo: false,
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    maxChildNodes: limits.mimeParts + 10,
  }
  const parser = new PlainMailParser(options as ConstructorParameters<typeof MailParser>[0])
  await new Promise<void>((resolve) => {
    const reading: Promise<void>[] = []
    const finish = (): void => void Promise.allSettled(reading).then(() => resolve())
    parser.on('data', (data: AttachmentStream | MessageText) => {
      if (data.type === 'text') {
        result.text = data.text ?? null
        result.html = data.html ?? null
        return
      }
      reading.push(
        contentOf(data.content, shelf)
          .then((shelved) => {
            if (result.parts.length < limits.files) result.parts.push(partOf(data, shelved))
            else if (!result.problems.includes('too-many-files')) result.problems.push('too-many-files')
          })
          // One broken part never loses the others.
          .catch(() => void result.problems.push('part-unreadable'))
          .finally(() => data.release?.()),
      )
    })
    parser.on('end', finish)
    parser.on('error', () => {
      result.problems.push('mime-unreadable')
      // A stream that the error left open would never settle.
      setImmediate(resolve)
    })
    parser.write(Buffer.from(reduced.text, 'latin1'))
    void feed(parser, body, cut)
  })
  result.text = clean(result.text)
  result.html = clean(result.html)
  return result
}

/** In pieces, as fast as the parser and the files take them. An error of the parser ends it, and is heard elsewhere. */
async function feed(parser: MailParser, body: ByteSource, { end, unfolded }: StructureCut): Promise<void> {
  const folds = [...unfolded, end]
  for (let at = 0; at < end; ) {
    while ((folds[0] ?? end) < at) folds.shift()
    if (folds[0] === at) parser.write(' ')
    const next = Math.min(end, at + pieceBytes, folds.find((fold) => fold > at) ?? end)
    const isTaken = parser.write(body.read(at, next))
    if (!isTaken && !(await once(parser, 'drain').then(yes, no))) return
    at = next
  }
  parser.end()
}
const pieceBytes = 64 * 1024
const yes = (): boolean => true
const no = (): boolean => false

const clean = (text: string | null): string | null => (text === null ? null : mendC1(text.slice(0, limits.bodyChars)))
