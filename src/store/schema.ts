/** The rows, a table an interface. Times are milliseconds since the epoch (UTC); lists are JSON text; flags are 0 or 1, so that SQLite and PostgreSQL agree. */
import type { Generated } from 'kysely'

export interface PersonTable {
  id: string
  name: string
  email: string | null
  language: string | null
  /** 1: wants no digests. */
  digest_off: Generated<number | null>
}

export interface MembershipTable {
  class: string
  person_id: string
  role: 'teacher' | 'student'
  position: number
  /** Separated by blanks. */
  groups: string
  subject: string | null
  ended_at: number | null
}

export interface GuardianshipTable {
  guardian_id: string
  student_id: string
  /** `right` is a word of SQL. */
  access: 'full' | 'digest' | 'none'
  household: string
  position: number
  ended_at: number | null
}

export type MailState = 'spooled' | 'handled' | 'answered' | 'held' | 'dropped'

export interface MailTable {
  id: string
  source: string
  source_key: string | null
  sender: string | null
  /** JSON list of envelope recipients. */
  recipients: string
  client_address: string | null
  helo: string | null
  received_at: number
  bytes: number
  /** Blob of the raw message; null once retention has deleted it. */
  blob: string | null
  state: MailState
  /** Fault or decision code; for `held`, what `queue list` shows. */
  reason: string | null
  kind: string | null
  why: string | null
  author_id: string | null
  handled_at: number | null
}

/** What was taken from which message for which recipient: the second copy of a message changes nothing. */
export interface SeenTable {
  key: string
  mail_id: string
}

export type AssignmentState = 'waiting' | 'open' | 'closed' | 'cancelled'

export interface AssignmentTable {
  code: string
  class: string
  teacher_id: string
  mail_id: string
  title: string
  body: string
  due_at: number | null
  due_phrase: string | null
  state: AssignmentState
  created_at: number
  /** Copies leave at this time (after the pause for ANNULER). */
  leave_at: number
  /** JSON list of student ids, or null: the whole class. */
  only_students: string | null
  /** SEQUENCE of the calendar entry (RFC 5545 §3.8.7.4). */
  sequence: number
  bundled_at: number | null
}

export interface AssignmentFileTable {
  assignment: string
  position: number
  blob: string
  filename: string
  media_type: string
  bytes: number
}

export type ReplyPurpose = 'student' | 'teacher' | 'question' | 'confirm' | 'choose' | 'guardian'

/** Every address of ours that somebody may answer to. */
export interface ReplyAddressTable {
  token: string
  purpose: ReplyPurpose
  /** Whom it was given to, and where that was sent. */
  person_id: string | null
  address: string | null
  assignment: string | null
  student_id: string | null
  household: string | null
  /** Question id, held mail id … by purpose. */
  ref: string | null
  created_at: number
  used_at: number | null
}

export type CopyDelivery = 'waiting' | 'delivered' | 'failed'

/** One row a student, assignment and address: who was sent a copy, and whether it arrived. */
export interface CopyTable {
  token: string
  assignment: string
  student_id: string
  person_id: string
  household: string
  address: string
  delivery: CopyDelivery
  failure: string | null
}

export interface SubmissionTable {
  assignment: string
  student_id: string
  first_at: number | null
  last_at: number | null
  /** Signing time of a verified, aligned signature of the mail that counts; null where there is none. */
  postmark_at: number | null
  late: number
  excused: number
  absent: number
  /** A date of this student's own (PROLONGER … POUR Zoé). */
  due_at: number | null
}

export type SourceKind = 'picture' | 'typed' | 'document'
export type SourceState = 'waiting' | 'done' | 'failed'

/** One thing that came in for a submission: a picture or PDF (gives one or more pages), typed text, or an office document. */
export interface SourceTable {
  id: string
  assignment: string
  student_id: string
  mail_id: string
  kind: SourceKind
  /** Blob of the original; for typed text the hash of the text. */
  blob: string
  filename: string | null
  media_type: string
  text: string | null
  /** Order within the submission: time of the mail, then place in it. */
  received_at: number
  position: number
  state: SourceState
  error: string | null
  /** Page that this one came in place of. */
  replaces: number | null
  /** "Page 2", said beside the one photo of a mail. */
  said_page: number | null
}

export interface PageTable {
  id: Generated<number>
  source_id: string
  assignment: string
  student_id: string
  number: number
  blob: string | null
  /** Blob of a small JPEG, for mails; null: there is none. */
  thumbnail: string | null
  width: number | null
  height: number | null
  rotation: number
  /** 1: the page may lie or stand on its head. */
  turn_doubtful: number
  verdict: string
  sharpness: number | null
  exposure: number | null
  bytes: number | null
  /** Base64, see pages/near-duplicate.ts; null: there is none to compare. */
  fingerprint: string | null
  /** Page that shows the same sheet better. */
  copy_of: number | null
}

export interface QuestionTable {
  id: string
  assignment: string
  student_id: string
  /** Reply token of the pupil's side: where the answer goes. */
  student_token: string | null
  mail_id: string
  text: string
  asked_at: number
  answered_at: number | null
}

export type BundleKind = 'first' | 'again' | 'late'

export interface BundleTable {
  id: string
  assignment: string
  kind: BundleKind
  /** JSON list of {blob, filename, bytes}. */
  parts: string
  made_at: number
}

export interface BundlePageTable {
  bundle_id: string
  page_id: number
}

export interface CorrectionTable {
  id: string
  assignment: string
  mail_id: string
  blob: string
  state: 'working' | 'done' | 'failed'
  received_at: number
}

/** What of a correction went back to whom; the key of the effect is (assignment, student, blob). */
export interface ReturnedTable {
  assignment: string
  student_id: string
  blob: string
  correction_id: string
  pages: number
  returned_at: number
}

/** `known`: by its mark; `given`: the teacher said whose it is; `doubtful`: to be asked about; `dropped`: belongs to nobody. */
export type ReturnedPageState = 'known' | 'given' | 'doubtful' | 'dropped'

/** A page of a correction that is somebody's, or is asked about. Covers and blank sheets have no row. */
export interface ReturnedPageTable {
  correction_id: string
  /** In its file, from 0. */
  position: number
  assignment: string
  /** P7 in the report; null where its mark was read. */
  number: number | null
  page_id: number | null
  student_id: string | null
  state: ReturnedPageState
  rotation: number
  thumbnail: string | null
  /** 1: may go to its owner. */
  cleared: number
  released_at: number | null
}

/** What the teacher typed about a pupil's work: the newest. */
export interface RemarkTable {
  assignment: string
  student_id: string
  mark: string | null
  words: string
  mail_id: string
  written_at: number
  cleared: number
  released_at: number | null
}

/** ATTENDRE: nothing of this assignment goes back until the teacher says so. */
export interface ReturnHoldTable {
  assignment: string
  at: number
}

export type OutboxState = 'waiting' | 'sending' | 'sent' | 'failed' | 'held' | 'cancelled'

export interface OutboxTable {
  id: string
  /** Made from the effect's cause: the same effect twice is one row. */
  cause: string
  template: string
  /** The whole outgoing mail as JSON. */
  mail: string
  message_id: string
  /** The reply address it carries, if any. */
  token: string | null
  person_id: string | null
  assignment: string | null
  student_id: string | null
  state: OutboxState
  attempts: number
  next_attempt_at: number
  reply: string | null
  created_at: number
  sent_at: number | null
}

export type JobState = 'waiting' | 'running' | 'done' | 'held'

export interface JobTable {
  id: string
  kind: string
  /** At most one waiting or running job has this key. */
  key: string | null
  data: string
  state: JobState
  due_at: number
  attempts: number
  /** How often the process died while it ran. */
  kills: number
  /** When the first attempt failed; null before. */
  tried_since: number | null
  lease_until: number | null
  error: string | null
  created_at: number
}

/** At most one notice an address, kind and day. */
export interface NoticeTable {
  key: string
  at: number
}

export interface Schema {
  person: PersonTable
  membership: MembershipTable
  guardianship: GuardianshipTable
  mail: MailTable
  seen: SeenTable
  assignment: AssignmentTable
  assignment_file: AssignmentFileTable
  reply_address: ReplyAddressTable
  copy: CopyTable
  submission: SubmissionTable
  source: SourceTable
  page: PageTable
  question: QuestionTable
  bundle: BundleTable
  bundle_page: BundlePageTable
  correction: CorrectionTable
  returned: ReturnedTable
  returned_page: ReturnedPageTable
  remark: RemarkTable
  return_hold: ReturnHoldTable
  outbox: OutboxTable
  job: JobTable
  notice: NoticeTable
}
