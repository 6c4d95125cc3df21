/** Whether a mail is a delivery report, and what it reports (RFC 3464, RFC 6522; else the words of older mail systems). */
import type { Envelope, Message } from '../message/message'
import type { Bounce } from './reading'
import { reportedByService, reportedByText } from './bounce-words'
import type { Why } from './whys'

export interface BounceFound {
  bounce: Bounce
  why: Why
}

/** Fields of one block of `name: value` lines, folded lines joined (RFC 3464 §2.1). */
function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const match = /^([A-Za-z][\w-]{1,40})[ \t]*:[ \t]*(.*)$/.exec(line)
    if (match && !fields.has((match[1] ?? '').toLowerCase())) fields.set((match[1] ?? '').toLowerCase(), (match[2] ?? '').trim())
  }
  return fields
}

// RFC 3464 §2.3.2: `rfc822; address`; some systems leave the type out or add brackets and comments.
const addressIn = (value: string | undefined): string | null =>
  /[^\s<>;,:"()]+@[^\s<>;,"()]+/.exec((value ?? '').replace(/^[^;@]{1,30};/, ''))?.[0]?.replace(/[.>]+$/, '') ?? null
export const statusIn = (value: string | undefined): string | null => /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/.exec(value ?? '')?.[1] ?? null

const actions = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const
/** Some services write `expired`: the time ran out, nothing is said against the address. */
const actionIn = (value: string | undefined): Bounce['action'] | null => {
  const word = (value ?? '').toLowerCase().trim()
  return word.startsWith('expired') ? 'delayed' : (actions.find((action) => word.startsWith(action)) ?? null)
}

/** Unknown user or host, refused for good: class 5 (RFC 3463 §3.1). A delay or a success is never permanent. */
export const isPermanent = (action: Bounce['action'], status: string | null): boolean => action === 'failed' && (status === null || status.startsWith('5'))

/** The report's blocks: one for the message, then one a recipient (RFC 3464 §2.1). The first that failed speaks for all. */
function reported(text: string): Omit<Bounce, 'originalMessageId' | 'permanent'> | null {
  const blocks = text
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map(fieldsOf)
    .filter((fields) => fields.has('final-recipient') || fields.has('original-recipient') || fields.has('action') || fields.has('status'))
  const rows = blocks.map((fields) => ({
    recipient: addressIn(fields.get('final-recipient')) ?? addressIn(fields.get('original-recipient')) ?? addressIn(fields.get('x-actual-recipient')),
    action: actionIn(fields.get('action')),
    status: statusIn(fields.get('status')) ?? statusIn(fields.get('diagnostic-code')),
  }))
  const row =
    rows.find((each) => each.action === 'failed') ??
    rows.find((each) => each.action !== null) ??
    rows.find((each) => each.recipient !== null || each.status !== null)
  if (!row) return null
  return {
    recipient: row.recipient,
    status: row.status,
    action: row.action ?? (row.status?.startsWith('4') ? 'delayed' : row.status?.startsWith('2') ? 'delivered' : 'failed'),
  }
}

const idIn = (text: string): string | null => /^[> \t]*message-id[ \t]*:[ \t\r\n]*(<[^<>\s]{1,900}>|[^\s<>]+@[^\s<>]+)/im.exec(text)?.[1] ?? null

/** Message-ID of the mail that came back: the returned message, its head, or a head quoted in the text. */
function originalIdOf(message: Message): string | null {
  const returned = message.forwarded[0]
  if (returned?.messageId) return returned.messageId
  const headers = message.reports.find((report) => /headers$/.test(report.type))
  return (headers ? idIn(headers.text) : null) ?? idIn(message.text ?? '') ?? idIn(returned?.text ?? '') ?? filesId(message)
}

const filesId = (message: Message): string | null =>
  message.files
    .filter((file) => /^(?:text|message)\//.test(file.mediaType))
    .map((file) => idIn(file.content.read(0, 64 * 1024).toString('latin1')))
    .find((id) => id !== null) ?? null

/** The delivery report in this mail, or null. A report without machine-readable part counts by its sender and its words. */
export function isBounce(message: Message, envelope: Envelope): BounceFound | null {
  if (/feedback-report/i.test(message.contentType.params['report-type'] ?? '') || message.reports.some((report) => report.type === 'message/feedback-report'))
    return null
  const service = reportedByService(message.text ?? '')
  if (service) return { bounce: service, why: 'service-notice' }
  const reports = message.reports.filter((report) => /delivery-status$/.test(report.type)).map((report) => reported(report.text))
  const words = reportedByText(message, envelope)
  // Where the MIME structure is lost, the report's fields still stand in the text.
  const facts = reports.find((report) => report?.recipient) ?? reports.find((report) => report !== null) ?? (words ? reported(message.text ?? '') : null)
  if (!facts && !words) return null
  const action = facts?.action ?? words?.action ?? 'failed'
  const code = facts?.status ?? words?.status ?? null
  const recipient = facts?.recipient ?? words?.recipient ?? null
  return {
    bounce: {
      recipient,
      action,
      status: code,
      permanent: isPermanent(action, code) && !(facts === null && words?.permanent === false),
      originalMessageId: originalIdOf(message),
    },
    why: facts ? 'delivery-status' : 'bounce-words',
  }
}
