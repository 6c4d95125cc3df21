/** What is known beside the message: the roster's and the store's answers to its clues, gathered before anything is decided. */
import type { AssignmentCode, ClassName, PersonId } from '../school/people'

export type ReplyPurpose = 'student' | 'teacher' | 'question' | 'confirm' | 'choose' | 'guardian'

/** Somebody in the roster whose address is the message's From. Several people may share one address. */
export interface Author {
  person: PersonId
  teaches: ClassName[]
  /** Classes this person is a student of. */
  studies: ClassName[]
  /** Students this person is a guardian of, with any right. */
  wards: PersonId[]
}

/** A reply address of ours, as it was given out. */
export interface ReplyContext {
  token: string
  purpose: ReplyPurpose
  person: PersonId | null
  assignment: AssignmentCode | null
  student: PersonId | null
  ref: string | null
  used: boolean
}

/** One of the message's recipient addresses that is ours. */
export type Target =
  | { kind: 'class'; class: ClassName; group: string | null }
  | { kind: 'reply'; reply: ReplyContext }
  /** Where delivery failures of a copy come back. */
  | { kind: 'bounce'; token: string }
  /** postmaster, abuse. */
  | { kind: 'postmaster' }

export interface KnownAssignment {
  code: AssignmentCode
  class: ClassName
  teacher: PersonId
  state: 'waiting' | 'open' | 'closed' | 'cancelled'
}

/** An open assignment of one student. */
export interface Task {
  assignment: AssignmentCode
  student: PersonId
}

export interface Facts {
  target: Target
  authors: Author[]
  /** Whether From may be believed for a teacher's act: `undecided` means DNS gave no answer. */
  believed: 'yes' | 'no' | 'undecided'
  /** Our mail that this one answers, by In-Reply-To and References. */
  thread: ReplyContext | null
  /** Every assignment that the clues name: by token, thread, code in the subject or in a file's name; and those of an addressed class. */
  assignments: KnownAssignment[]
  /** Open assignments of the authors as students, and of their wards. */
  tasks: Task[]
  /** Same content came before for this target. */
  seenBefore: boolean
}
