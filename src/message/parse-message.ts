/** Bytes → Message: head, text and every file, wherever it stood. Never throws, never guesses an author, opens nothing without a limit. */
import { type ByteSource, bytesOf, sourceOfBytes } from './byte-source'
import { cleanFilename } from './file-name'
import { mediaTypeAt } from './file-type'
import { takeDataUrls, takeUuencoded } from './find-embedded'
import { contentTypeOf, dateOf, messageIdsOf, subjectOf } from './head-values'
import { limits } from './limits'
import { mailboxesOf } from './mailboxes'
import type { ForwardedMessage, MailFile, Mailbox, Message, ReportPart } from './message'
import { openSmime } from './open-smime'
import { openTnef } from './open-tnef'
import { openZip } from './open-zip'
import { guessText } from './decode-charset'
import { decodeWords } from './decode-words'
import { Shelf, type Shelved } from './shelf-files'
import { fieldsNamed, type Head, splitHead, valueOf } from './split-head'
import { type Part, walkParts } from './walk-parts'
import { whoIsFrom } from './who-is-from'

/** What one mail yields, filled while its layers are opened. */
interface Harvest {
  files: MailFile[]
  reports: ReportPart[]
  forwarded: ForwardedMessage[]
  /** The mail is a report (RFC 6522): of the message it returns only the head is read. */
  report: boolean
  problems: Set<string>
  shelf: Shelf
}

interface Layer {
  head: Head
  text: string | null
  html: string | null
}

type Found = Pick<MailFile, 'origin' | 'within' | 'disposition' | 'contentId' | 'filename'> & Shelved & { declared: string }

function addFile(harvest: Harvest, found: Found): void {
  if (harvest.files.length >= limits.files) {
    harvest.problems.add('too-many-files')
    return
  }
  const { declared, content, sha256, ...file } = found
  harvest.files.push({
    filename: cleanFilename(file.filename),
    mediaType: mediaTypeAt(content, declared),
    declaredType: declared,
    disposition: file.disposition,
    contentId: file.contentId,
    content,
    sha256,
    origin: file.origin,
    within: file.within,
  })
}

const reportTypes =
  /^(?:message\/(?:global-)?delivery-status|message\/feedback-report|message\/(?:global-)?disposition-notification|text\/rfc822-headers|message\/global-headers)$/
const messageTypes = /^message\/(?:rfc822|global|news)$/
const smimeTypes = /^application\/(?:x-)?pkcs7-mime$/

async function addPart(harvest: Harvest, part: Part, place: { origin: MailFile['origin']; within: number | null; depth: number }): Promise<Layer | null> {
  const type = part.contentType
  if (reportTypes.test(type)) {
    harvest.reports.push({ type, text: guessText(part.content.read(0, limits.bodyChars)) })
    return null
  }
  if (messageTypes.test(type) && part.content.size > 0) {
    await addForwarded(harvest, part.content, place.depth + 1)
    return null
  }
  const inner = smimeTypes.test(type) && place.depth < limits.forwardDepth ? openSmime(bytesOf(part.content)) : null
  if (inner) return openLayer(harvest, sourceOfBytes(inner), { ...place, origin: 'smime', depth: place.depth + 1 })
  const file = {
    ...place,
    disposition: part.disposition,
    contentId: part.contentId,
    filename: part.filename,
    content: part.content,
    sha256: part.sha256,
    declared: type,
  }
  const media = mediaTypeAt(part.content, type)
  if (media === 'application/ms-tnef') {
    const tnef = openTnef(bytesOf(part.content))
    for (const each of tnef.files)
      addFile(harvest, { ...file, filename: each.filename, ...harvest.shelf.put(each.content), origin: 'tnef', contentId: null, declared: '' })
    for (const problem of tnef.problems) harvest.problems.add(problem)
    // Outlook puts the words beside it as well; where it did not, they are here.
    if (tnef.text !== null || tnef.html !== null) return { head: { fields: [], bodyStart: 0, problems: [] }, text: tnef.text, html: tnef.html }
  } else if (media === 'application/zip') {
    const zip = await openZip(part.content, harvest.shelf)
    for (const each of zip.files) addFile(harvest, { ...file, ...each, origin: 'zip', disposition: 'attachment', contentId: null, declared: '' })
    for (const problem of zip.problems) harvest.problems.add(problem)
    if (zip.files.length === 0) addFile(harvest, file)
  } else addFile(harvest, file)
  return null
}

/** One layer: the mail itself, or what an opaque signature wraps. */
async function openLayer(harvest: Harvest, source: ByteSource, place: { origin: MailFile['origin']; within: number | null; depth: number }): Promise<Layer> {
  const head = splitHead(source)
  if (place.depth === 0) harvest.report = contentTypeOf(valueOf(head, 'content-type')).type === 'multipart/report'
  const body = await walkParts(head, source, harvest.shelf)
  for (const problem of [...head.problems, ...body.problems]) harvest.problems.add(problem)
  const layer: Layer = { head, text: body.text, html: body.html }
  if (layer.text !== null) {
    const plain = takeUuencoded(layer.text)
    layer.text = plain.text
    for (const each of plain.files)
      addFile(harvest, { ...place, ...each, ...harvest.shelf.put(each.content), origin: 'uuencode', disposition: 'attachment', declared: '' })
  }
  if (layer.html !== null) {
    const html = takeDataUrls(layer.html)
    layer.html = html.text
    for (const each of html.files)
      addFile(harvest, { ...place, ...each, ...harvest.shelf.put(each.content), origin: 'data-url', disposition: 'inline', declared: '' })
  }
  for (const part of body.parts) {
    const wrapped = await addPart(harvest, part, place)
    if (wrapped) {
      layer.text ??= wrapped.text
      layer.html ??= wrapped.html
    }
  }
  return layer
}

async function addForwarded(harvest: Harvest, source: ByteSource, depth: number): Promise<void> {
  if (depth > limits.forwardDepth || harvest.forwarded.length >= limits.files) {
    harvest.problems.add('forward-depth')
    return
  }
  const within = harvest.forwarded.length
  const forwarded: ForwardedMessage = { messageId: null, from: null, subject: '', headers: [], text: null, html: null }
  harvest.forwarded.push(forwarded)
  const layer = harvest.report
    ? { head: splitHead(source), text: guessText(source.read(0, limits.partHeadBytes)), html: null }
    : await openLayer(harvest, source, { origin: 'forwarded', within, depth })
  Object.assign(forwarded, {
    messageId: messageIdsOf(valueOf(layer.head, 'message-id') ?? '')[0] ?? null,
    from: whoIsFrom(layer.head).from,
    subject: subjectOf(valueOf(layer.head, 'subject')),
    headers: headersOf(layer.head),
    text: layer.text,
    html: layer.html,
  })
}

const headersOf = (head: Head): Message['headers'] => head.fields.map(({ name, value }) => ({ name, value: decodeWords(value) }))

function mailboxesIn(head: Head, names: string[], problems: Set<string>): Mailbox[] {
  const lists = head.fields.filter((field) => names.includes(field.name)).map((field) => mailboxesOf(field.value))
  const all = lists.flatMap((list) => list.mailboxes)
  if (all.length > limits.addresses || lists.some((list) => list.cut)) problems.add('too-many-addresses')
  return all.slice(0, limits.addresses)
}

const idsIn = (head: Head, name: string): string[] =>
  messageIdsOf(
    fieldsNamed(head, name)
      .map((field) => field.value)
      .join(' '),
  )

/**
 * The typed form of a mail. Never throws on any bytes: what could not be read is in `problems`, the rest is there.
 * Files are put on the shelf; without one they stay in memory. A shelf whose disk is full or gone throws the system's error: no file is left out in silence.
 * `from` is null unless exactly one From field holds exactly one mailbox (`no-from`, `several-from`, `several-authors`, `malformed-from`, `disguised-from`).
 */
export async function parseMessage(given: Uint8Array | ByteSource, shelf = new Shelf()): Promise<Message> {
  const harvest: Harvest = { files: [], reports: [], forwarded: [], report: false, problems: new Set(), shelf }
  const source = given instanceof Uint8Array ? sourceOfBytes(given) : given
  const { head, text, html } = await openLayer(harvest, source, { origin: 'part', within: null, depth: 0 })
  if (shelf.failure !== null) throw shelf.failure
  const author = whoIsFrom(head)
  if (author.problem) harvest.problems.add(author.problem)
  return {
    messageId: messageIdsOf(valueOf(head, 'message-id') ?? '')[0] ?? null,
    inReplyTo: idsIn(head, 'in-reply-to'),
    references: idsIn(head, 'references'),
    from: author.from,
    replyTo: mailboxesIn(head, ['reply-to'], harvest.problems),
    to: mailboxesIn(head, ['to'], harvest.problems),
    cc: mailboxesIn(head, ['cc'], harvest.problems),
    deliveredTo: mailboxesIn(head, ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'], harvest.problems).map((mailbox) => mailbox.address),
    subject: subjectOf(valueOf(head, 'subject')),
    date: dateOf(valueOf(head, 'date')),
    headers: headersOf(head),
    text,
    html,
    files: harvest.files,
    contentType: contentTypeOf(valueOf(head, 'content-type')),
    reports: harvest.reports,
    forwarded: harvest.forwarded,
    problems: [...harvest.problems],
  }
}
