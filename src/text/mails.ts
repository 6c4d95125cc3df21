/** Every mail Cartable writes: its name, and the data its template is filled with. Data only: times are ISO 8601 strings, rendered in the reader's language and the school's time zone. */

/** What a mail about an assignment begins with. `class` as people write it: "3B". */
export interface AboutAssignment {
  class: string
  code: string
  title: string
}

/** Whose child it is about; a guardian's subject begins with the child's first name. */
export interface AboutStudent {
  studentName: string
  /** The reader is a guardian and reads it for the student. */
  toGuardian: boolean
  /** Several students read this mailbox: the subject begins with the first name, as a guardian's does. Absent: no. */
  sharedBox?: boolean
}

export interface ShownFile {
  filename: string
  bytes: number
}

/** A file that became no page, and why: keys of the words file. */
export interface SetAside {
  filename: string | null
  /** `duplicate`, `unsupported`, `dangerous`, `too-many` … */
  reason: string
}

/** M1, and M6 for the reminder. */
export interface AssignmentData extends AboutAssignment, AboutStudent {
  /** "Mathématiques", where the roster says so. */
  subjectName: string | null
  teacherName: string
  /** The teacher's words, untouched. */
  words: string
  dueAt: string | null
  files: ShownFile[]
}

/** M2. */
export interface ConfirmationData extends AboutAssignment {
  students: number
  ownMailbox: number
  throughGuardians: number
  /** Names of students no mail reaches. */
  unreachable: string[]
  dueAt: string | null
  /** The teacher's words the date was read from. */
  duePhrase: string | null
  /** The day before, where "tomorrow" was written after midnight: the teacher is asked. */
  otherDueAt: string | null
  /** A date was found, but it has passed, so there is none. */
  dateWasPast: boolean
  /** When copies leave; null: now. */
  leaveAt: string | null
  files: ShownFile[]
  /** As pupils see them, three at most. */
  firstLines: string[]
}

/** M3. */
export interface IsItYouData {
  class: string | null
  senderSeen: string
  /** Name or address of the machine that handed the mail over. */
  provider: string | null
  receivedAt: string
  subject: string
  firstLines: string[]
}

/** `typed`: text taken as work; `document`: an office file that rides along; `unreadable`: could not be opened, see `reason`. */
export type PageVerdict = 'good' | 'blurry' | 'dark' | 'overexposed' | 'small' | 'cut-off' | 'not-a-page' | 'typed' | 'document' | 'unreadable'

export interface ReceiptPage {
  /** From 1, in the order of the submission. */
  number: number
  filename: string | null
  verdict: PageVerdict
  /** It may lie or stand on its head. */
  isTurnDoubtful: boolean
  /** Content-ID of its small picture; null: none is shown. */
  picture: string | null
  /** First digits of the SHA-256 of the file as it came. */
  fingerprint: string | null
  /** Came with the mails this receipt answers. */
  isNew: boolean
  /** Fault code where unreadable: `pdf-locked`, `picture-too-large` … */
  reason: string | null
}

/** M4. */
export interface ReceiptData extends AboutAssignment, AboutStudent {
  /** The reader is not in the roster: one outcome line, no names, no file names. */
  outcomeOnly: boolean
  pages: ReceiptPage[]
  /** Still being worked on. */
  pending: number
  setAside: SetAside[]
  /** Numbers of pages that came in the place of older ones. */
  replaced: number[]
  late: boolean
  receivedAt: string
  dueAt: string | null
  /** The question that went to the teacher. */
  question: string | null
  absence: boolean
  /** The teacher has closed the assignment: kept, and shown to the teacher when it is opened again. */
  closed: boolean
}

/** M5. */
export interface NoPageFoundData extends AboutAssignment, AboutStudent {
  outcomeOnly: boolean
  setAside: SetAside[]
  /** Cloud links that stood where a photo should. */
  links: number
}

/** M7, to the teacher. */
export interface QuestionData extends AboutAssignment {
  studentName: string
  words: string
  /** Word that the pupil is away, no question. */
  absence: boolean
  /** It answers a returned copy, which is attached. */
  aboutReturned: boolean
  pagesSoFar: number
  /** Of those pages that have a picture. */
  pictures: { number: number; picture: string }[]
  fromUnknownAddress: boolean
}

/** The teacher's answer, to the pupil. */
export interface AnswerData extends AboutAssignment, AboutStudent {
  teacherName: string
  question: string
  answer: string
  files: string[]
}

interface PileData extends AboutAssignment {
  submitted: number
  expected: number
  part: { index: number; count: number } | null
  /** Names whose pages are still being worked on. */
  pending: string[]
}

/** M8. Lists are names in roster order. */
export interface BundleData extends PileData {
  dueAt: string | null
  missing: string[]
  late: string[]
  unreachable: string[]
  question: string[]
  absent: string[]
  /** PDFs in this mail. */
  files: number
  /** What the teacher asked for (COPIES RECTO …). */
  variant: { frontSides: boolean; separate: boolean; anonymous: boolean; onlyNew: boolean }
}

/** Whose number is whose in an anonymous pile; goes apart, to be opened after correcting. */
export interface AnonymousKeyData extends AboutAssignment {
  copies: { number: number; name: string }[]
}

/** M9. `students`: who stands in this addendum. */
export interface LateWorkData extends PileData {
  students: string[]
}

/** M10. */
export interface ReturnReportData extends AboutAssignment {
  /** Of `students`: on their way; waiting for OK; held back by ATTENDRE. `nothing`: there are none. */
  outcome: 'going' | 'waiting' | 'held' | 'nothing'
  /** When they leave, where that is not now. */
  leaveAt: string | null
  /** What has an owner and has not left. `remark`: mark and words typed in the mail. */
  students: { name: string; pages: number; remark: string | null }[]
  /** Of them, whom no mail reaches. */
  unreachable: string[]
  /** To be placed: P1, P2 …; `picture`: Content-ID. */
  doubtful: { number: number; picture: string | null }[]
  placed: { number: number; name: string }[]
  dropped: number[]
  /** Placed too late: whose they went as. */
  alreadyGone: { number: number; name: string }[]
  /** Names, or numbers of pages, that fit nobody or several. */
  unclear: { name: string; candidates: string[] }[]
  /** Pages with a mark of another assignment. */
  elsewhere: number
  /** Pages of work that has been erased. */
  erased: number
  repeatedFiles: number
  unreadableFiles: number
  /** Address of a scan that the teacher did not send. */
  scanFrom: string | null
  /** Mails that ATTENDRE stopped. */
  stopped: number
}

/** M11. `pages` 0: mark and remark alone. */
export interface ReturnedCopyData extends AboutAssignment, AboutStudent {
  teacherName: string
  pages: number
  mark: string | null
  remark: string | null
}

export interface DigestItem extends AboutAssignment {
  dueAt: string | null
  /** When handed in, or given back. */
  at: string | null
  pages: number | null
  late: boolean
}

export interface DigestChild {
  name: string
  due: DigestItem[]
  submitted: DigestItem[]
  missing: DigestItem[]
  returned: DigestItem[]
}

/** M12. */
export interface DigestData {
  guardianName: string
  children: DigestChild[]
}

/** M13. */
export interface WhichAssignmentData {
  /** The reader is the pupil (tu), not a parent (vous). */
  toStudent: boolean
  receivedAt: string
  subject: string
  pages: number
  choices: ({ number: number; studentName: string; dueAt: string | null } & AboutAssignment)[]
}

export type RefusedReason =
  | 'not-your-class'
  | 'class-only-for-teachers'
  | 'assignment-closed'
  | 'assignment-cancelled'
  | 'assignment-unknown'
  | 'empty-mail'
  | 'command-unclear'
  | 'command-not-available'
  /** Words of a teacher in a thread of ours: asked, not sent. */
  | 'text-is-no-command'
  /** `detail`: the name nobody (or several) has. */
  | 'unknown-group-name'
  | 'bundle-nothing'
  | 'bundle-nothing-new'
  /** `detail`: the words no date was found in. */
  | 'date-unclear'
  | 'name-unclear'
  | 'correction-not-recognised'
  /** Every page of it bears the mark of another assignment. */
  | 'correction-elsewhere'
  | 'nothing-to-return'
  | 'pdf-locked'
  | 'pdf-damaged'
  | 'too-many-pages'
  | 'roster-refused'

/** M14. */
export interface RefusedData {
  reason: RefusedReason
  toStudent: boolean
  class: string | null
  code: string | null
  title: string | null
  /** Of the mail that is refused. */
  subject: string
  detail: string | null
  /** Address of the school's office, who can help. */
  office: string | null
}

/** M15. */
export interface ChangeNoticeData extends AboutAssignment, AboutStudent {
  change: 'new-date' | 'cancelled'
  dueAt: string | null
  oldDueAt: string | null
}

/** M16. */
export interface DoneData {
  done: 'extended' | 'closed' | 'reopened' | 'cancelled' | 'reminded' | 'digest-stopped' | 'digest-resumed'
  class: string | null
  code: string | null
  title: string | null
  dueAt: string | null
  oldDueAt: string | null
  count: number | null
  names: string[]
}

export interface StatusData extends AboutAssignment {
  dueAt: string | null
  /** A table of the class; else the reader's own (or own child's) line. */
  forTeacher: boolean
  /** The reader is the pupil (tu); not given: worded for an adult. */
  toStudent?: boolean
  /** `state`: a Standing of school/standing.ts, worded in the words file. */
  students: { name: string; state: string; pages: number; submittedAt: string | null }[]
}

/** Of the reader's own last mails, newest first: how each was understood. */
export interface WhyData {
  toStudent: boolean
  class: string | null
  code: string | null
  title: string | null
  mails: { receivedAt: string; kind: string; why: string; state: string }[]
}

export interface HelpData {
  role: 'teacher' | 'student' | 'guardian'
  class: string | null
  code: string | null
  title: string | null
}

/** To the teacher: class copies that did not arrive. */
export interface DeliveryFailedData extends AboutAssignment {
  students: { name: string; status: string | null; otherReached: boolean }[]
  office: string | null
}

/** M17, short form: to the office. */
export interface OfficeUnreachableData {
  students: { name: string; class: string }[]
  held: number
}

/** M18. `incident`: key of the words file: `relay-unreachable`, `relay-refuses-all`, `disk-full`, `forgery-denied` … */
export interface IncidentData {
  incident: string
  since: string
}

/** Mail to postmaster or an answer to a digest, passed on to the operator. */
export interface ForwardedToOfficeData {
  from: string
  subject: string
  words: string
  receivedAt: string
  mailId: string
}

export interface MailData {
  assignment: AssignmentData
  confirmation: ConfirmationData
  'is-it-you': IsItYouData
  receipt: ReceiptData
  'no-page-found': NoPageFoundData
  reminder: AssignmentData
  question: QuestionData
  answer: AnswerData
  bundle: BundleData
  'anonymous-key': AnonymousKeyData
  'late-work': LateWorkData
  'return-report': ReturnReportData
  'returned-copy': ReturnedCopyData
  digest: DigestData
  'which-assignment': WhichAssignmentData
  refused: RefusedData
  'change-notice': ChangeNoticeData
  done: DoneData
  status: StatusData
  help: HelpData
  why: WhyData
  'delivery-failed': DeliveryFailedData
  'office-unreachable': OfficeUnreachableData
  incident: IncidentData
  'forwarded-to-office': ForwardedToOfficeData
}

export type TemplateName = keyof MailData
