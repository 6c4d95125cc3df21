/** A mail that is to leave, as data: what an outbox row holds. It is rendered only when it goes. */
import type { Locale } from '../school/people'
import type { MailData, TemplateName } from './mails'

export interface OutgoingAttachment {
  /** SHA-256 of the blob. */
  blob: string
  filename: string
  mediaType: string
  disposition: 'attachment' | 'inline'
  /** Content-ID without brackets, for pictures the HTML part shows. */
  cid: string | null
}

export interface CalendarEntry {
  uid: string
  sequence: number
  dueAt: string
  title: string
  method: 'PUBLISH'
}

export interface OutgoingMail {
  template: TemplateName
  locale: Locale
  data: MailData[TemplateName]
  to: { name: string; address: string }
  from: { name: string; address: string }
  replyTo: { name: string; address: string } | null
  /** '' is the null reverse-path. */
  envelopeSender: string
  /** With angle brackets. */
  messageId: string
  inReplyTo: string | null
  references: string[]
  autoSubmitted: 'auto-generated' | 'auto-replied'
  /** `3b.devoirs.college.example`, without brackets. */
  listId: string | null
  listUnsubscribe: { mailto: string; https: string | null } | null
  attachments: OutgoingAttachment[]
  calendar: CalendarEntry | null
}
