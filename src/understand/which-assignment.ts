/** Which assignment a message means, by reply address, thread, code in the subject or name of the pile; and whether it is the corrected pile. Pure; guesses nothing. */
import type { Facts, KnownAssignment, ReplyContext, Task } from './facts'
import type { Reading } from './reading'

export const tokenOf = (facts: Facts): ReplyContext | null => (facts.target.kind === 'reply' ? facts.target.reply : null)
export const replyOf = (facts: Facts): ReplyContext | null => tokenOf(facts) ?? facts.thread

/** The assignment a teacher means: by reply address or thread, by code in the subject, by the bundle's file name. */
export function namedAssignment(reading: Reading, facts: Facts, reply: ReplyContext | null): KnownAssignment | null {
  const byFile = reading.pages.map((file) => bundleName.exec(file.filename ?? '')?.[1]).find((code) => code !== undefined)
  const code = reply?.assignment ?? reading.codeInSubject ?? byFile ?? null
  return facts.assignments.find((assignment) => assignment.code === code) ?? null
}

/** The corrected pile: answered in the bundle's thread, or sent to the class under the bundle's own file name. */
export function isCorrection(reading: Reading, isTeacherThread: boolean): boolean {
  if (isTeacherThread) return reading.pages.length > 0
  return reading.kind === 'correction' || reading.pages.some((file) => file.mediaType === 'application/pdf' && bundleName.test(file.filename ?? ''))
}

/** Name of a pile of ours; the code is the first group. */
export const bundleName = /^[\p{L}\p{N}.-]+_([2-9A-HJ-KM-NP-Z]{4})_.*\.pdf$/u

/** The code of an assignment that is no longer open, of the author's own class. */
export function overTaskNamed(reading: Reading, facts: Facts): Task | null {
  const named = facts.assignments.find((assignment) => assignment.code === reading.codeInSubject)
  const [student, ...others] = facts.authors.filter((author) => named !== undefined && author.studies.includes(named.class))
  if (!named || !student || others.length > 0 || named.state === 'open' || named.state === 'waiting') return null
  return { assignment: named.code, student: student.person }
}
