/** What a teacher says about copies that wait to go back: RENDRE, ATTENDRE, "P7 = Zoé", and marks typed in the mail. */
import type { PersonId } from '../school/people'
import { type Assignment, findAssignment } from '../store/assignments'
import type { Tx } from '../store/database'
import { holdOutgoing } from '../store/outbox'
import { findPerson, membersOf } from '../store/people'
import { clearRemarks, clearReturnedPages, endHold, holdReturns, isOnHold, placeReturnedPage, remarksOf, returnedPagesOf, saveRemark } from '../store/returns'
import type { Decision } from '../understand/decide'
import { placementsIn } from '../understand/page-placements'
import { pupilsMeant } from '../understand/pupils-meant'
import { remarksIn, type UnclearName } from '../understand/which-remarks'
import { refusePerson } from './ask-sender'
import { answered, type CommandDecision, type Deed, held, type Outcome } from './deed'
import { scheduleRelease } from './release-copies'
import { type ReturnNews, writeReturnReport } from './write-return-report'

/** RENDRE, OK: whatever has an owner goes; doubtful pages stay to be placed. */
export async function releaseReturns(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, reading } = deed
  const typed = await keepRemarks(assignment, textBelowCommand(reading.text), deed)
  if (!(await hasSomethingWaiting(tx, assignment))) return refusePerson(decision.author, 'nothing-to-return', deed, { assignment: assignment.code })
  await release(assignment, decision.author, deed)
  return report(assignment, decision.author, deed, { going: true, unclear: typed.unclear })
}

/** ATTENDRE: also what has been written and has not left. */
export async function holdReturned(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, now } = deed
  await holdReturns(tx, assignment.code, now)
  const stopped = await holdOutgoing(tx, assignment.code, 'returned-copy')
  return report(assignment, decision.author, deed, { going: false, stopped })
}

/** P7 = Zoé; P8 = JETER. A name that is not clear is asked about; a page that has left stays where it is. */
export async function assignPages(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, reading } = deed
  const news = await placePages(assignment, decision.argument, deed)
  // "OK" on a line of its own releases at once.
  const releases = /^\s*(?:ok|rendre|return)\s*[.!]?\s*$/imu.test(reading.text)
  if (releases) await release(assignment, decision.author, deed)
  return report(assignment, decision.author, deed, { ...news, going: releases && (await hasSomethingWaiting(tx, assignment)) })
}

/** Marks and remarks without a pile: kept for the return, or sent with it if it has gone. */
export async function takeRemarks(decision: Extract<Decision, { deed: 'take-remarks' }>, deed: Deed): Promise<Outcome> {
  const assignment = await findAssignment(deed.tx, decision.assignment)
  if (!assignment) return held('assignment-unknown')
  const typed = await keepRemarks(assignment, deed.reading.text, deed)
  // Words that name nobody of the class are no remarks: asked, not sent.
  if (typed.kept + typed.unclear.length === 0) return refusePerson(decision.teacher, 'text-is-no-command', deed, { assignment: assignment.code })
  const { tx } = deed
  const returned = new Set((await returnedPagesOf(tx, assignment.code)).filter((page) => page.releasedAt !== null).map((page) => page.student))
  // Whoever has the copy already gets the word about it now.
  const going = typed.unclear.length === 0 && !(await isOnHold(tx, assignment.code)) && typed.students.every((student) => returned.has(student))
  if (going) {
    await clearRemarks(tx, assignment.code, typed.students)
    await scheduleRelease(tx, assignment, decision.teacher, deed.now)
  }
  return report(assignment, decision.teacher, deed, { going, unclear: typed.unclear })
}

/** Reads the lines about pupils and keeps them. */
export async function keepRemarks(
  assignment: Assignment,
  text: string,
  { tx, mail, now }: Pick<Deed, 'tx' | 'mail' | 'now'>,
): Promise<{ kept: number; students: PersonId[]; unclear: UnclearName[] }> {
  const { remarks, unclear } = remarksIn(text, await studentsOf(tx, assignment))
  for (const remark of remarks) await saveRemark(tx, { ...remark, assignment: assignment.code, mailId: mail.id }, now)
  return { kept: remarks.length, students: remarks.map((remark) => remark.student), unclear }
}

export async function placePages(
  assignment: Assignment,
  argument: string,
  { tx }: Pick<Deed, 'tx'>,
): Promise<Required<Pick<ReturnNews, 'placed' | 'dropped' | 'alreadyGone' | 'unclear'>>> {
  const students = await studentsOf(tx, assignment)
  const pages = await returnedPagesOf(tx, assignment.code)
  const news: Required<Pick<ReturnNews, 'placed' | 'dropped' | 'alreadyGone' | 'unclear'>> = { placed: [], dropped: [], alreadyGone: [], unclear: [] }
  for (const { number, name } of placementsIn(argument)) {
    const page = pages.find((one) => one.number === number)
    const meant = name === null ? [] : pupilsMeant(name, students)
    const [one] = meant
    if (!page) news.unclear.push({ name: `P${number}`, candidates: [] })
    else if (page.releasedAt !== null) news.alreadyGone.push({ number, name: (await findPerson(tx, page.student ?? ''))?.name ?? '' })
    else if (name === null) {
      await placeReturnedPage(tx, assignment.code, number, null)
      news.dropped.push(number)
    } else if (one && meant.length === 1) {
      await placeReturnedPage(tx, assignment.code, number, one.person)
      news.placed.push({ number, name: one.name })
    } else news.unclear.push({ name, candidates: meant.map((each) => each.name) })
  }
  return news
}

const studentsOf = async (tx: Tx, assignment: Assignment) => (await membersOf(tx, assignment.class)).filter((member) => member.role === 'student')

async function hasSomethingWaiting(tx: Tx, assignment: Assignment): Promise<boolean> {
  const pages = await returnedPagesOf(tx, assignment.code)
  if (pages.some((page) => page.student !== null && page.releasedAt === null)) return true
  return (await isOnHold(tx, assignment.code)) || (await remarksOf(tx, assignment.code)).some((remark) => remark.releasedAt === null)
}

async function release(assignment: Assignment, teacher: PersonId, { tx, now }: Deed): Promise<void> {
  await endHold(tx, assignment.code)
  await clearReturnedPages(tx, assignment.code, null)
  await clearRemarks(tx, assignment.code, null)
  await scheduleRelease(tx, assignment, teacher, now)
}

async function report(
  assignment: Assignment,
  teacher: PersonId,
  { tx, mail, reading, settings, now }: Deed,
  news: Partial<ReturnNews> & { going: boolean },
): Promise<Outcome> {
  await writeReturnReport(tx, assignment, { cause: `returns:${mail.id}:${assignment.code}`, teacher, messageId: reading.messageId, ...news }, settings, now)
  return answered
}

const textBelowCommand = (text: string): string => text.trim().split('\n').slice(1).join('\n')
