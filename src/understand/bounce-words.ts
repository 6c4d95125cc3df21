/** What delivery reports without a machine-readable part say, by the words of the mail systems that write them. */
import type { Envelope, Message } from '../message/message'
import type { Bounce } from './reading'

const subjects =
  /^\s*(?:\W*(?:re|fwd?|tr)\s?:\s*)?\W*(?:undeliver(?:ed|able)|mail delivery (?:failed|failure|problem|status|system)|delivery (?:status notification|failure|notification|has failed|reports?|error)|failure notice|failed mail|returned (?:mail|to sender)|non[ -]?(?:remis|délivré)|message non (?:remis|distribué|délivré)|échec de (?:la )?(?:remise|distribution)|mail (?:system )?(?:error|could not be delivered)|unable to deliver|could not send message|warning: (?:could not|message)|message (?:delivery has been delayed|status|could not be delivered|delayed)|mail could not be delivered|mail not delivered|delayed mail|(?:mail )?delivery (?:problem|delay|delayed)|user unknown|permanent delivery failure|bounced|nondeliverable|non-deliverable|rejected:|unzustellbar|zurückgesendete|avis de non[ -]remise|notification (?:d['’]échec|de non)|postmaster notify|dsn[ :(]|message undeliverable|email delivery|undelivered|mailbox (?:full|unavailable)|不達)/iu

const senders =
  /^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|postoffice|mail-?delivery|mailerdaemon|no-?reply.*bounce|bounce[s+-]?.*|mrmail|symantec_antivirus|dbmail-mailer|uucp)/i

const words =
  /(?:could ?not be delivered|cannot be delivered|couldn['’]t be delivered|wasn['’]t able to deliver|unable to deliver|not able to deliver|was not delivered|(?:un|non)[- ]?deliver(?:able|ed)|delivery (?:has )?failed|failed to deliver|user unknown|unknown user|no such user|mailbox (?:is )?full|quota exceeded|over quota|permanent(?:ly)? (?:fatal )?(?:error|failure)|fatal errors|undeliverable|returned to (?:the )?sender|rejected by|was rejected|does not exist|n['’]a pas pu être (?:remis|distribué|délivré)|échec de la remise|address(?:es)? failed|this is a (?:permanent|warning)|did not reach|has been delayed|following address)/iu

const delayed =
  /(?:delay|will (?:keep|continue|be) (?:re)?try|not yet (?:been )?delivered|still trying|retard|warning: could not send|will be retried|transient|persistent transient|do not need to resend)/iu

const address = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9._-]+\\.[A-Za-z0-9-]+"
/** In order: the clearest way to name a recipient first. */
const recipients: RegExp[] = [
  new RegExp(`^\\s*(?:final|original|x-failed)-recipients?\\s*:\\s*(?:rfc822;\\s*)?<?(${address})`, 'im'),
  new RegExp(`^\\s*<(${address})>\\s*[:(.]`, 'im'),
  new RegExp(`^\\s*(${address})\\s*$`, 'im'),
  new RegExp(`(?:rcpt to|recipient|adresse|address|to|user|mailbox)\\s*:?\\s*<?(${address})>?`, 'i'),
  new RegExp(`<(${address})>`, 'i'),
  new RegExp(`(${address})`, 'i'),
]

const header = (message: Message, name: string): string | null => message.headers.find((field) => field.name === name)?.value ?? null

/** The report's own words, without the mail it returns. */
const ownWords = (message: Message): string => {
  const text = message.text ?? (message.html ?? '').replace(/<[^>]{0,2000}>/g, ' ')
  const copy =
    /^.{0,60}(?:below this line is a copy|copy of (?:the|your) message|original message|included below|returned message|message header|------ this is a copy|message d'origine).*$/im.exec(
      text,
    )
  return text.slice(0, copy ? copy.index + copy[0].length : 20_000).slice(0, 20_000)
}

/** Facts by words, or null when neither the sender nor the words are those of a mail system. */
export function reportedByText(message: Message, envelope: Envelope): Omit<Bounce, 'originalMessageId' | 'permanent'> | null {
  const local = (message.from?.address ?? '').split('@')[0] ?? ''
  const text = ownWords(message)
  const failed = header(message, 'x-failed-recipients')
  const daemon = senders.test(local) || envelope.sender === null
  const said = words.test(text)
  const report = message.contentType.type === 'multipart/report' && /delivery-status/i.test(message.contentType.params['report-type'] ?? '')
  if (!failed && !report && !(daemon && (said || subjects.test(message.subject))) && !(subjects.test(message.subject) && said)) return null
  const recipient = failed?.split(',')[0]?.trim() ?? recipients.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined) ?? null
  const status = /(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)/.exec(text)?.[1] ?? null
  const late = delayed.test(`${message.subject}\n${text}`) && !/(?:giving up|permanent|fatal|has been returned)/i.test(text)
  return { recipient, status, action: late ? 'delayed' : 'failed' }
}
