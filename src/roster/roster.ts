/** The roster as read from files: people, memberships, guardianships; or faults with file and line. */
import type { Address, GuardianRight } from '../school/people'

export interface RosterPerson {
  id: string
  name: string
  email: Address | null
  language: string | null
}

export interface RosterMembership {
  class: string
  person: string
  role: 'teacher' | 'student'
  groups: string[]
  subject: string | null
}

export interface RosterGuardianship {
  guardian: string
  student: string
  right: GuardianRight
  /** Guardian's own id where the file names none. */
  household: string
}

/** In the order of the files, which is the roster's order. */
export interface Roster {
  people: RosterPerson[]
  memberships: RosterMembership[]
  guardianships: RosterGuardianship[]
}

export interface RosterFault {
  file: string
  line: number
  /** What is wrong, and the mend. */
  message: string
}

/** One line of a roster, whatever format it came from. */
export interface RosterLine {
  file: string
  line: number
  class: string
  role: string
  id: string
  name: string
  email: string
  subject: string
  of: string
  language: string
  groups: string
  right: string
  household: string
}

export type RosterOutcome = { ok: true; roster: Roster } | { ok: false; faults: RosterFault[] }
