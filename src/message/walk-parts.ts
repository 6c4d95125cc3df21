/** The body of one message → its text, its HTML and its other parts, by mailparser. Addresses and threading fields never reach it. */
import { MailParser, type AttachmentStream, type MessageText } from 'mailparser'
import { cutStructure } from './cut-structure'
import { mendC1, utf8Of } from './decode-charset'
import { limits } from './limits'
import { fieldsNamed, type Head, valueOf } from './split-head'

export interface Part {
  /** As declared: lower case, without parameters. */
  contentType: string
  filename: string | null
  disposition: 'inline' | 'attachment'
  contentId: string | null
  content: Buffer
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

/** Only what describes the body, each field once; the first wins, as in readers. */
function bodyHead(head: Head, body: Buffer): { text: string; problems: string[] } {
  const problems = fieldsNamed(head, 'content-type').length > 1 ? ['two-content-types'] : []
  const lines = contentFields.flatMap((name) =>
    fieldsNamed(head, name)
      .slice(0, 1)
      .map((field) => field.raw),
  )
  const type = valueOf(head, 'content-type')
  // Without a character set, 8-bit text that is no UTF-8 came from an old client.
  const bare = type === null || (/^text\/\w+\s*;?\s*$/i.test(type) && !/charset/i.test(type))
  if (bare && body.some((byte) => byte > 0x7f) && utf8Of(body) === null) {
    lines.splice(0, type === null ? 0 : 1, `Content-Type: ${type === null ? 'text/plain' : type.replace(/[;\s]+$/, '')}; charset=windows-1252`)
  }
  return { text: `MIME-Version: 1.0\r\n${lines.join('\r\n')}${lines.length > 0 ? '\r\n' : ''}\r\n`, problems }
}

async function contentOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const partOf = (attachment: AttachmentStream, content: Buffer): Part => ({
  contentType: attachment.contentType.toLowerCase(),
  filename: attachment.filename ?? null,
  disposition:
    attachment.contentDisposition === 'inline' || (attachment.related === true && attachment.contentDisposition !== 'attachment') ? 'inline' : 'attachment',
  contentId: attachment.contentId?.replace(/^<|>$/g, '').trim() ?? null,
  content,
})

/** Never throws: what the parser refuses is a problem, what it gave before stays. */
export async function walkParts(head: Head, body: Buffer): Promise<Body> {
  const result: Body = { text: null, html: null, parts: [], problems: [] }
  const cut = cutStructure(body, valueOf(head, 'content-type') ?? '')
  if (cut.problem) result.problems.push(cut.problem)
  const reduced = bodyHead(head, body)
  result.problems.push(...reduced.problems)
  // ignoreEmbedded is an option of the splitter inside: forwarded messages stay parts, we open them with our own depth limit.
  const options = { skipHtmlToText: true, skipImageLinks: true, skipTextLinks: true, checksumAlgo: false, keepDeliveryStatus: true, ignoreEmbedded: true }
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
        contentOf(data.content).then(
          (content) => {
            if (result.parts.length < limits.files) result.parts.push(partOf(data, content))
            else if (!result.problems.includes('too-many-files')) result.problems.push('too-many-files')
            data.release?.()
          },
          () => {
            result.problems.push('part-unreadable')
            data.release?.()
          },
        ),
      )
    })
    parser.on('end', finish)
    parser.on('error', () => {
      result.problems.push('mime-unreadable')
      finish()
    })
    parser.write(Buffer.from(reduced.text, 'latin1'))
    parser.end(cut.end === body.length ? body : body.subarray(0, cut.end))
  })
  result.text = clean(result.text)
  result.html = clean(result.html)
  return result
}

const clean = (text: string | null): string | null => (text === null ? null : mendC1(text.slice(0, limits.bodyChars)))
