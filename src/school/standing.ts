/** Where each student stands with an assignment: one rule for cover, status, digest and command line (CONVERSATION.md, section 1.4). Pure. */
import type { PersonId } from './people'

export type Standing = 'submitted' | 'late' | 'missing' | 'open' | 'question' | 'unreachable' | 'excused' | 'absent'
export type Delivery = 'waiting' | 'delivered' | 'failed' | 'unreachable'

export interface StandingClues {
  /** Things handed in: pages, typed text, documents, also those still being worked on. */
  sources: number
  late: boolean
  excused: boolean
  absent: boolean
  openQuestion: boolean
  delivery: Delivery
  /** Deadline of this student; null where there is none. */
  dueAt: Date | null
}

/** The one word for the list; the cover may show more beside it. Work beats everything: who handed in is never missing. */
export function standingOf(clues: StandingClues, now: Date): Standing {
  if (clues.sources > 0) return clues.late ? 'late' : 'submitted'
  if (clues.excused) return 'excused'
  if (clues.absent) return 'absent'
  if (clues.openQuestion) return 'question'
  if (clues.delivery === 'unreachable' || clues.delivery === 'failed') return 'unreachable'
  return clues.dueAt !== null && clues.dueAt <= now ? 'missing' : 'open'
}

/** Delivered as soon as one household has its copy; failed when every one failed. */
export function deliveryOf(copies: readonly { delivery: 'waiting' | 'delivered' | 'failed' }[]): Delivery {
  if (copies.length === 0) return 'unreachable'
  if (copies.some((copy) => copy.delivery === 'delivered')) return 'delivered'
  return copies.some((copy) => copy.delivery === 'waiting') ? 'waiting' : 'failed'
}

export interface StudentStanding {
  id: PersonId
  name: string
  standing: Standing
  pages: number
  submittedAt: Date | null
  postmarkAt: Date | null
  late: boolean
  openQuestion: boolean
  extendedUntil: Date | null
  delivery: Delivery
  /** Still being worked on. */
  pending: number
}
