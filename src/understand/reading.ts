/** What one message says by itself: the answer of `readMail`, and (as JSON) of `cartable inspect`. No roster, no database. */
import type { Lying } from '../message/byte-source'
import type { MailFile, Mailbox } from '../message/message'
import type { Holiday } from '../school/quiet-time'
import type { PartOfMail } from '../message/partial'
import type { Why } from './whys'

export type MailKind = 'post' | 'reply' | 'command' | 'correction' | 'bounce' | 'auto-reply' | 'unsubscribe' | 'other'
export type Intent = 'work' | 'question' | 'absence' | 'preference'
/** First column of CONVERSATION.md, section 3. */
export type CommandName =
  | 'help'
  | 'why'
  | 'status'
  | 'bundle'
  | 'extend'
  | 'close'
  | 'reopen'
  | 'remind'
  | 'cancel'
  | 'send-now'
  | 'amend'
  | 'solution'
  | 'excuse'
  | 'assign-page'
  | 'release'
  | 'hold'
  | 'to-all'
  | 'original'
  | 'rotate'
  | 'order'
  | 'remove'
  | 'keep'
  | 'done'
  | 'resend'
  | 'not-me'
  | 'absent'
  | 'digest'
  | 'language'
  | 'address'
  | 'substitute'
  | 'list'
  | 'reuse'
  | 'paper'
  | 'swap'
  | 'place'
  | 'confirm'
  | 'deny'

export interface Command {
  name: CommandName
  /** What followed the command's word, trimmed; '' where nothing did. */
  argument: string
}

export type IgnoredReason = 'signature' | 'quoted' | 'decoration' | 'duplicate' | 'unsupported' | 'dangerous'

export interface Bounce {
  recipient: string | null
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'
  status: string | null
  permanent: boolean
  originalMessageId: string | null
}

/** The settings reading needs; everything else is in the message. */
export interface ReadingSettings {
  /** Lower-case domain of class and reply addresses. */
  domain: string
  /** IANA name. */
  timezone: string
  locale: 'fr' | 'en'
  now: Date
  holidays?: readonly Holiday[]
}

/** A file of the mail, as it is handed on: what it is and where it lies. */
export type HandedFile = Omit<MailFile, 'content'> & { content: Lying }

/** All that a teacher's mail brings for its readers, pages first. */
export const filesToPassOn = (reading: Pick<Reading, 'pages' | 'documents' | 'others'>): HandedFile[] => [
  ...reading.pages,
  ...reading.documents,
  ...reading.others,
]

export interface Reading {
  messageId: string | null
  from: Mailbox | null
  subject: string
  date: Date | null
  kind: MailKind
  intent: Intent | null
  /** Every intent found: a mail may be work and question at once. */
  intents: Intent[]
  /** Stable code of the rule that decided. */
  why: Why
  /** Newly written text only. */
  text: string
  /** The rest: history, signature, boilerplate. */
  quoted: string
  language: string | null
  due: Date | null
  /** The day before, where "tomorrow" was written after midnight: it is asked which is meant. */
  otherDue: Date | null
  duePhrase: string | null
  command: Command | null
  /** Files that are homework pages, in page order (section 5 of the contract). */
  pages: HandedFile[]
  /** "Page 2" beside one photo: it comes in the place of that page of the own work. */
  replacesPage: number | null
  /** Office documents and other files that ride along with a bundle or a post. */
  documents: HandedFile[]
  /** Harmless files of other kinds (a recording, a spreadsheet of a rare program): a teacher's post passes them on, a reply sets them aside. */
  others: HandedFile[]
  ignored: { filename: string | null; mediaType: string; reason: IgnoredReason }[]
  bounce: Bounce | null
  /** The mail is one part of a mail that was split. */
  partial: PartOfMail | null
  /** Reply token of ours found in any recipient address (envelope first, then header); null when none. */
  replyToken: string | null
  /** In-Reply-To, then References from the newest, without doubles. */
  threadIds: string[]
  /** Assignment code found in the subject. */
  codeInSubject: string | null
  /** Cloud links that stand where a file should. */
  links: string[]
  problems: string[]
}
