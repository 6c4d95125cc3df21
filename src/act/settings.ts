/** The few settings that deeds need; each deed takes these, the clock's time and its transaction, nothing else. */
import type { LinkSigning } from './unsubscribe-link'
import type { Locale } from '../school/people'
import type { QuietTime } from '../school/quiet-time'

export interface ActSettings {
  domain: string
  school: string
  locale: Locale
  timezone: string
  office: string | null
  operator: string | null
  /** Pause before copies leave, for ANNULER. */
  undoMs: number
  /** Nothing leaves for families inside. */
  quiet: QuietTime
  graceMs: number
  late: 'each' | 'daily' | 'never'
  lateBy: 'postmark' | 'arrival'
  receiptWaitMs: number
  mailsPerSenderHour: number
  pagesPerSubmission: number
  photosPerMessage: number
  maxOutboundBytes: number
  digestAt: string
  digestDays: string[]
  retentionMailMs: number
  retentionPagesMs: number
  authPolicy: 'dmarc' | 'confirm' | 'off'
  /** Relays of the school: a copier among them is believed at a teacher's own reply address. */
  trustedNetworks: string[]
  /** Null: mails hold no links. */
  links: LinkSigning | null
}
