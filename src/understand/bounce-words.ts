/** What delivery reports without a machine-readable part say, by the words of the mail systems that write them. */
import type { Envelope, Message } from '../message/message'
import type { Bounce } from './reading'

const subjects =
  /^\s*(?:\W*(?:re|fwd?|tr)\s?:\s*)?\W*(?:undeliver(?:ed|able)|mail delivery (?:failed|failure|problem|status|system)|delivery (?:status notification|failure|notification|has failed|reports?|error)|failure notice|failed mail|returned (?:mail|to sender)|non[ -]?(?:remis|délivré)|message non (?:remis|distribué|délivré)|échec de (?:la )?(?:remise|distribution)|mail (?:system )?(?:error|could not be delivered)|unable to deliver|could not send message|warning: (?:could not|message)|message (?:delivery has been delayed|status|could not be delivered|delayed)|mail could not be delivered|mail not delivered|delayed mail|(?:mail )?delivery (?:problem|delay|delayed)|user unknown|permanent delivery failure|bounced|nondeliverable|non-deliverable|rejected:|unzustellbar|mail failed|returning to sender|you \S{1,100} are not member|メールエラー|配信エラー|エラー通知|zurückgesendete|avis de non[ -]remise|notification (?:d['’]échec|de non)|postmaster notify|dsn[ :(]|message undeliverable|email delivery|undelivered|mailbox (?:full|unavailable)|不達)/iu

const senders =
  /^(?:mailer-?daemon|mail-?daemon|post_?master|mdaemon|postoffice|mail-?delivery|mailerdaemon|no-?reply.*bounce|bounce[s+-]?.*|mrmail|symantec_antivirus|dbmail-mailer|uucp)/i

const words =
  /(?:could ?not be delivered|cannot be delivered|couldn['’]t be delivered|wasn['’]t able to deliver|unable to deliver|not able to deliver|was not delivered|(?:un|non)[- ]?deliver(?:able|ed)|delivery (?:has )?failed|failed to deliver|user unknown|unknown user|no such user|mailbox (?:is )?full|quota exceeded|over quota|permanent(?:ly)? (?:fatal )?(?:error|failure)|fatal errors|undeliverable|returned to (?:the )?sender|rejected by|was rejected|does not exist|n['’]a pas pu être (?:remis|distribué|délivré)|échec de la remise|address(?:es)? failed|this is a (?:permanent|warning)|did not reach|has been delayed|following address|error delivering your mail|not a member of this mailing list|unknown host|no valid recipients|invalid user|送信できませんでした|配信できません|届けることができません)/iu

const delayed =
  /(?:has been delayed|delay reason|message delayed|will (?:keep|continue|be) (?:to )?(?:re)?try|not yet (?:been )?delivered|still trying|warning: could not send|will be retried|do not need to resend|delivery delay|retard de)/iu
/** It was given up for want of time or of a connection: says nothing against the address. */
const timedOut =
  /(?:timed\s+out|connection refused|envelope expired|message expired|deliver for the last \d+ seconds|multiple retries|not responding|not reachable|socket error|(?:unable|could not) to? ?connect|did not accept our requests to connect|deferred|refused to talk to me: 4\d\d|no route to host|network is unreachable)/iu
/** Time ran out, and no more is tried: failed, though nothing is said against the address. */
const gaveUp = /not going to try again/iu
const refusedForGood = /(?<!\d)5[05]\d(?:[ -]|$)|(?<![\d.])5\.[1267]\.\d|user unknown|unknown user|no such user|does not exist/imu

const address = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9._-]+\\.[A-Za-z0-9-]+"
/** In order: the clearest way to name a recipient first. */
const recipients: RegExp[] = [
  new RegExp(`not (?:a )?member of this mailing list <?(${address})`, 'i'),
  new RegExp(`^\\s*(?:final|original|x-failed)-recipients?\\s*:\\s*(?:rfc822;\\s*)?<?(${address})`, 'im'),
  new RegExp(`^\\s*<(${address})>\\s*[:(.]`, 'im'),
  new RegExp(`^\\s*(${address})\\s*$`, 'im'),
  new RegExp(`(?:delivering your mail|undeliverable) to <?(${address})`, 'i'),
  new RegExp(`^(?:>>> |did not reach the following recipient\\(s\\):\\s{1,8})<?(${address})`, 'im'),
  new RegExp(`^\\s*(${address})\\s?(?:\\.\\.\\.|:|,|Error| - |\\[)`, 'im'),
  new RegExp(`(?<![\\w])(?:rcpt to|delivered to|recipient|adresse|address|to|user|mailbox)\\s*:?\\s*<?(${address})>?`, 'i'),
  new RegExp(`<(${address})>`, 'i'),
  new RegExp(`(${address})`, 'i'),
]

const header = (message: Message, name: string): string | null => message.headers.find((field) => field.name === name)?.value ?? null

/** The report's own words, without the mail it returns. */
const ownWords = (message: Message): string => {
  const text = message.text ?? (message.html ?? '').replace(/<[^>]{0,2000}>/g, ' ')
  const copy =
    /^[\s>|*-]{0,60}(?:below this line is a copy|(?:this is )?a? ?copy of (?:the|your) message|original message\b(?! was)|included below|returned message|message headers?\b|message text follows|unsent message|message d['’]origine).*$/im.exec(
      text,
    )
  return text.slice(0, copy ? copy.index + copy[0].length : 20_000).slice(0, 20_000)
}

/** The sender's fields as they stand: daemons write `MAILER-DAEMON <>`, which is no mailbox. */
const isDaemon = (message: Message, envelope: Envelope): boolean => {
  const local = message.from?.address.split('@')[0] ?? /[\w.+-]{3,60}/.exec(header(message, 'from')?.replace(/^[^<]*<(?=[^>])/, '') ?? '')?.[0] ?? ''
  return senders.test(local) || /mailer-daemon|mail delivery (?:sub)?system/i.test(header(message, 'from') ?? '') || envelope.sender === null
}

/** The mail that came back, where the report only shows its head as text. */
const quotedRecipient = (text: string): string | undefined => new RegExp(`^[> \\t]{0,4}to:[ \\t]{0,4}[^\\n<]{0,80}?<?(${address})`, 'im').exec(text)?.[1]

/** Facts by words, or null when neither the sender nor the words are those of a mail system. */
export function reportedByText(message: Message, envelope: Envelope): Omit<Bounce, 'originalMessageId'> | null {
  const text = ownWords(message)
  const failed = header(message, 'x-failed-recipients')
  const report = message.contentType.type === 'multipart/report' && /delivery-status/i.test(message.contentType.params['report-type'] ?? '')
  const subject = subjects.test(message.subject)
  const daemon = isDaemon(message, envelope)
  // The words are looked for last: most mail is no report.
  if (!failed && !report && !(daemon && subject) && !((daemon || subject) && words.test(text))) return null
  const returned = /[^\s<>,;]+@[^\s<>,;]+/.exec(message.forwarded[0]?.headers.find((field) => field.name === 'to')?.value ?? '')?.[0]
  const named = recipients.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined)
  const recipient = failed?.split(',')[0]?.trim() ?? named ?? returned ?? quotedRecipient(message.text ?? '') ?? null
  const status = /(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)/.exec(text)?.[1] ?? null
  const soft = timedOut.test(text) && !refusedForGood.test(text)
  const late = !gaveUp.test(text) && (soft || delayed.test(`${message.subject}\n${text}`))
  return { recipient, status, action: late ? 'delayed' : 'failed', permanent: !late && !soft && !status?.startsWith('4') }
}

/** What one notification of a sending service holds, as far as we read it. */
interface ServiceNotice {
  notificationType?: unknown
  eventType?: unknown
  mail?: { messageId?: unknown; headers?: unknown; commonHeaders?: { messageId?: unknown } }
  bounce?: { bounceType?: unknown; bouncedRecipients?: { emailAddress?: unknown; status?: unknown }[] }
  delivery?: { recipients?: unknown[]; smtpResponse?: unknown }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** A sending service's notification as JSON, wrapped in another JSON (Amazon SNS); null for every other text. */
export function reportedByService(text: string): Bounce | null {
  if (!/"notificationType\\?"|"eventType\\?"/.test(text.slice(0, 4000))) return null
  try {
    const outer = JSON.parse((text.split(/\n--\s*\n/)[0] ?? '').replace(/\n (?=\S)|\r?\n(?!\s*["}])/g, '')) as { Message?: unknown }
    const notice = (typeof outer.Message === 'string' ? JSON.parse(outer.Message) : outer) as ServiceNotice
    const bounced = notice.bounce?.bouncedRecipients?.[0]
    const recipient = textOf(bounced?.emailAddress) ?? textOf(notice.delivery?.recipients?.[0])
    const status = textOf(bounced?.status) ?? /\b([245]\.\d{1,2}\.\d{1,3})\b/.exec(textOf(notice.delivery?.smtpResponse) ?? '')?.[1] ?? null
    if (recipient === null) return null
    const original = textOf(notice.mail?.commonHeaders?.messageId) ?? textOf(notice.mail?.messageId)
    return {
      recipient,
      status,
      action: notice.bounce ? 'failed' : 'delivered',
      permanent: notice.bounce?.bounceType === 'Permanent',
      originalMessageId: original === null ? null : `<${original.replace(/^<|>$/g, '')}>`,
    }
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
