/** The typed form of a mail: what its bytes say, before anybody asks what it means. */
import type { ByteSource } from './byte-source'

export interface Mailbox {
  /** Display name, decoded; '' where there is none. */
  name: string
  /** addr-spec as written, domain in lower case. */
  address: string
}

/** The envelope it came in (RFC 5321 §2.3.1), not its header. */
export interface Envelope {
  /** Reverse-path; null for `<>`. */
  sender: string | null
  recipients: string[]
  /** IP of the client that handed it over; null for IMAP and files. */
  clientAddress: string | null
  /** What the client said in EHLO; null where unknown. */
  helo: string | null
  receivedAt: Date
}

/** A file that came in a mail, wherever it stood: attached, inline, in a zip, in a forwarded message, in winmail.dat. */
export interface MailFile {
  /** Decoded, without folders, controls and bidi marks; null where it has none. */
  filename: string | null
  /** By content (magic bytes), not by what the mail says. */
  mediaType: string
  /** What the mail says it is, lower case, '' where it says nothing. Never to be trusted. */
  declaredType: string
  disposition: 'inline' | 'attachment'
  contentId: string | null
  content: ByteSource
  /** Hex SHA-256 of `content`. */
  sha256: string
  /** Where it stood. */
  origin: 'part' | 'zip' | 'forwarded' | 'tnef' | 'uuencode' | 'data-url' | 'smime'
  /** Index into `Message.forwarded` of the message it stood in; null for the mail itself. */
  within: number | null
}

/** A part that speaks to machines: delivery status, returned head, complaint, read receipt. */
export interface ReportPart {
  /** Lower case, e.g. `message/delivery-status`. */
  type: string
  text: string
}

/** A message inside the message (`message/rfc822`): its files are in `Message.files`, with `within`. */
export interface ForwardedMessage {
  messageId: string | null
  from: Mailbox | null
  subject: string
  headers: { name: string; value: string }[]
  text: string | null
  html: string | null
}

export interface Message {
  /** With angle brackets, or null. */
  messageId: string | null
  inReplyTo: string[]
  /** Oldest first, as in the header. */
  references: string[]
  /** The one author; null when there is no From, several, or one that does not parse to exactly one mailbox. */
  from: Mailbox | null
  replyTo: Mailbox[]
  to: Mailbox[]
  cc: Mailbox[]
  /** Addresses of Delivered-To, X-Original-To, Envelope-To, in order. */
  deliveredTo: string[]
  subject: string
  date: Date | null
  /** Names in lower case, values unfolded and decoded, in order of the header. */
  headers: { name: string; value: string }[]
  /** Best plain text, or null. */
  text: string | null
  html: string | null
  files: MailFile[]
  /** The message's own media type, lower case, and its parameters; `text/plain` where it says nothing. */
  contentType: { type: string; params: Record<string, string> }
  reports: ReportPart[]
  /** In order of appearance, those inside others behind them. */
  forwarded: ForwardedMessage[]
  /** What could not be read, as stable codes with detail, e.g. `mime-depth`, `zip-too-large`. Never text of the mail. */
  problems: string[]
}
