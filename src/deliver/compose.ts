/** An outgoing mail and its rendered words → a mail ready for the wire. Attachments stay files; nothing is sent here and no sentence is written here. */
import { randomBytes } from 'node:crypto'
import MimeNode from 'nodemailer/lib/mime-node'
import type { OutgoingAttachment, OutgoingMail } from '../text/outgoing-mail'
import { calendarPart } from './calendar-part'
import { type ComposedMail, type Piece, sizeOf } from './composed-mail'
import { headerFilename, headerText, isAscii, messageIds, wellFormed, wireAddress } from './header-text'
import { wireFormOf } from './wire-form'

export interface Rendered {
  subject: string
  text: string
  html: string
}

export interface ComposeDeps {
  blobs: { path(hash: string): string }
  /** Folder of attachments in wire form. */
  wireFolder: string
  now: Date
}

/** A node of the MIME tree: its head, and what stands below it. */
type Part = { node: MimeNode; parts: Part[] } | { node: MimeNode; file: string; size: number } | { node: MimeNode; text: string }

/**
 * Composes one recipient's copy: own head and words, and the shared bytes of its attachments.
 * Every line is at most 998 octets and ends in CRLF; bodies are 7bit, quoted-printable or base64; nothing in a name can begin a header of its own.
 * @throws Fault recipient-rejected where an address cannot be written in an envelope
 */
export async function composeMail(mail: OutgoingMail, rendered: Rendered, deps: ComposeDeps): Promise<ComposedMail> {
  const addresses = { from: wireAddress(mail.from.address), to: wireAddress(mail.to.address), replyTo: mail.replyTo && wireAddress(mail.replyTo.address) }
  const tree = await treeOf(mail, rendered, addresses.from, deps)
  setHeaders(tree.node, mail, rendered.subject, addresses, deps.now)
  const head = `${tree.node.buildHeaders()}\r\n`
  const body = await bodyOf(tree)
  return {
    envelope: { from: mail.envelopeSender === '' ? '' : wireAddress(mail.envelopeSender), to: addresses.to },
    head,
    body,
    bytes: Buffer.byteLength(head) + 2 + sizeOf(body),
    needsUtf8: !Object.values(addresses).every((address) => address === null || isAscii(address)),
  }
}

/** mixed( related( alternative( text, html ), pictures ), calendar, files ), without the levels that have one child. */
async function treeOf(mail: OutgoingMail, rendered: Rendered, organizer: string, deps: ComposeDeps): Promise<Part> {
  const baseBoundary = randomBytes(12).toString('hex')
  const options = { baseBoundary, boundaryPrefix: '--_C' }
  const root = new MimeNode('multipart/mixed', options)
  const child = (type: string, more: object = {}): MimeNode => root.createChild(type, { ...options, rootNode: root, ...more })
  const text = (type: string, words: string): Part => ({ node: child(type, { textEncoding: 'Q' }), text: words })
  const file = async (attachment: OutgoingAttachment): Promise<Part> => ({
    node: attachmentHead(child(mediaTypeOf(attachment.mediaType), { filename: headerFilename(attachment.filename) }), attachment),
    ...(await wireFormOf(attachment.blob, deps.blobs.path(attachment.blob), deps.wireFolder)),
  })
  const words: Part[] = [text('text/plain; charset=utf-8', rendered.text), text('text/html; charset=utf-8', rendered.html)]
  const pictures = await inOrder(
    mail.attachments.filter((one) => one.disposition === 'inline' && one.cid !== null),
    file,
  )
  const files = await inOrder(
    mail.attachments.filter((one) => one.disposition !== 'inline' || one.cid === null),
    file,
  )
  if (mail.calendar !== null) files.unshift(calendarNode(text, mail.calendar, organizer, deps.now))
  // The outermost level is the root node: it alone carries the header of the mail.
  const levels: { type: string; beside: Part[] }[] = [
    { type: 'multipart/related', beside: pictures },
    { type: 'multipart/mixed', beside: files },
  ]
  const used = levels.filter(({ beside }) => beside.length > 0)
  const alternativeNode = used.length === 0 ? root.setHeader('Content-Type', 'multipart/alternative') : child('multipart/alternative')
  let inner: Part = { node: alternativeNode, parts: words }
  for (const [index, { type, beside }] of used.entries()) {
    const node = index === used.length - 1 ? root.setHeader('Content-Type', type) : child(type)
    inner = { node, parts: [inner, ...beside] }
  }
  return inner
}

/** An attachment rather than an alternative: some clients show only the entry where it is one of the alternatives. */
function calendarNode(text: (type: string, words: string) => Part, entry: NonNullable<OutgoingMail['calendar']>, organizer: string, now: Date): Part {
  const part = text(`text/calendar; charset=utf-8; method=${entry.method}`, calendarPart(entry, organizer, now))
  part.node.setHeader('Content-Disposition', 'attachment; filename=calendar.ics')
  return part
}

function attachmentHead(node: MimeNode, attachment: OutgoingAttachment): MimeNode {
  node.setHeader('Content-Transfer-Encoding', 'base64')
  node.setHeader('Content-Disposition', attachment.disposition)
  // Without content the node would drop the encoding it was told.
  node.setContent(' ')
  const cid = attachment.cid?.replace(/[^\x21-\x3b\x3d\x3f-\x7e]/g, '')
  if (cid) node.setHeader('Content-ID', `<${cid}>`)
  return node
}

/** Parts that may not be base64 (RFC 2046 §5.2.1), and types that are none, travel as plain bytes. */
const mediaTypeOf = (type: string): string => (/^(?!multipart\/|message\/)[a-z0-9.+-]+\/[a-z0-9.+-]+$/i.test(type) ? type : 'application/octet-stream')

async function inOrder<T, R>(items: T[], make: (item: T) => Promise<R>): Promise<R[]> {
  const made: R[] = []
  for (const item of items) made.push(await make(item))
  return made
}

function setHeaders(node: MimeNode, mail: OutgoingMail, subject: string, to: { from: string; to: string; replyTo: string | null }, now: Date): void {
  const person = (name: string, address: string) => [{ name: headerText(name, 120), address }]
  node.setHeader('From', person(mail.from.name, to.from))
  node.setHeader('To', person(mail.to.name, to.to))
  if (mail.replyTo && to.replyTo) node.setHeader('Reply-To', person(mail.replyTo.name, to.replyTo))
  node.setHeader('Subject', headerText(subject))
  node.setHeader('Date', now)
  node.setHeader('Message-ID', messageIds([mail.messageId])[0] ?? '')
  const answered = messageIds([mail.inReplyTo ?? ''])[0]
  if (answered !== undefined) node.setHeader('In-Reply-To', answered)
  const thread = messageIds(mail.references)
  if (thread.length > 0) node.setHeader('References', shortened(thread))
  node.setHeader('Content-Language', mail.locale)
  // RFC 3834 §5, and what Exchange reads instead.
  node.setHeader('Auto-Submitted', mail.autoSubmitted)
  node.setHeader('X-Auto-Response-Suppress', 'All')
  if (mail.listId !== null) node.setHeader('List-Id', `<${mail.listId.replace(/[^\x21-\x3b\x3d\x3f-\x7e]/g, '')}>`)
  setUnsubscribe(node, mail.listUnsubscribe)
  node.setHeader('MIME-Version', '1.0')
}

/** RFC 2369 §3.2 and, where there is an https link, RFC 8058 §3.1. */
function setUnsubscribe(node: MimeNode, how: OutgoingMail['listUnsubscribe']): void {
  if (how === null) return
  const uri = (text: string): string => wellFormed(text).replace(/[^\x21-\x3b\x3d\x3f-\x7e]/gu, encodeURIComponent)
  const mailto = how.mailto.startsWith('mailto:') ? how.mailto : `mailto:${how.mailto}`
  node.setHeader('List-Unsubscribe', [how.https, mailto].flatMap((link) => (link === null ? [] : [`<${uri(link)}>`])).join(', '))
  if (how.https !== null) node.setHeader('List-Unsubscribe-Post', 'List-Unsubscribe=One-Click')
}

/** The first and the last twenty: a thread of years must not make a header of kilobytes. */
const shortened = (ids: string[]): string => (ids.length > 21 ? [ids[0], ...ids.slice(-20)] : ids).join(' ')

/** The body below a part's head. Delimiters as RFC 2046 §5.1.1 wants them; each piece ends at a line's end, where the signer can cut. */
async function bodyOf(part: Part): Promise<Piece[]> {
  if ('file' in part) return [{ file: part.file, size: part.size }]
  if ('text' in part) return [{ bytes: await textBody(part) }]
  const pieces: Piece[] = []
  const say = (line: string): void => void pieces.push({ bytes: Buffer.from(line, 'utf8') })
  for (const one of part.parts) {
    // Building the head of a multipart node is what makes its boundary: first the head, then what is below.
    const head = 'text' in one ? '' : `${one.node.buildHeaders()}\r\n\r\n`
    const below = await bodyOf(one)
    say(`--${String(part.node.boundary)}\r\n${head}`)
    pieces.push(...below)
    // The CRLF that ends a part is the delimiter's (RFC 2046 §5.1.1); an empty file has none.
    if (sizeOf(below) === 0) say('\r\n')
  }
  say(`--${String(part.node.boundary)}--\r\n`)
  return pieces
}

/** Head and body of a text part, without the controls that no reader needs (RFC 5321 §4.5.2 forbids NUL). */
async function textBody(part: { node: MimeNode; text: string }): Promise<Buffer> {
  part.node.setContent(
    wellFormed(part.text)
      .replace(/\r\n|\r|\n/g, '\n')
      .replace(/[^\P{Cc}\n\t\f]/gu, '')
      .replace(/\n/g, '\r\n'),
  )
  return part.node.build()
}
