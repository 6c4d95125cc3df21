/** M10 to the teacher: whose pages and remarks were read, the doubtful ones as pictures, and what happens if nothing is done. */
import { classLabel, type PersonId } from '../school/people'
import type { Assignment } from '../store/assignments'
import type { Tx } from '../store/database'
import { findPerson } from '../store/people'
import { isOnHold, remarksOf, returnedPagesOf } from '../store/returns'
import type { ReturnReportData } from '../text/mails'
import { picturesOf } from './page-pictures'
import { mayLeaveAt } from './quiet-hours'
import { peopleReading } from './readers'
import { giveReplyAddress } from './reply-route'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

/** What this report tells beside how things stand. */
export interface ReturnNews
  extends Partial<
    Pick<
      ReturnReportData,
      'placed' | 'dropped' | 'alreadyGone' | 'unclear' | 'elsewhere' | 'erased' | 'repeatedFiles' | 'unreadableFiles' | 'scanFrom' | 'stopped'
    >
  > {
  /** Makes it one mail. */
  cause: string
  teacher: PersonId
  messageId: string | null
  /** Everything that may go leaves now. */
  going: boolean
}

export async function writeReturnReport(tx: Tx, assignment: Assignment, news: ReturnNews, settings: ActSettings, now: Date): Promise<void> {
  const teacher = await findPerson(tx, news.teacher)
  if (!teacher?.email) return
  const pages = await returnedPagesOf(tx, assignment.code)
  const doubtful = pages.filter((page) => page.state === 'doubtful')
  const { cids, attachments } = picturesOf(doubtful, settings.domain)
  const { students, unreachable } = await pendingStudents(tx, assignment)
  const onHold = await isOnHold(tx, assignment.code)
  const soonest = new Date(now.getTime() + settings.undoMs)
  const leaveAt = await mayLeaveAt(tx, { template: 'returned-copy', person: null }, soonest, settings)
  const { cause, messageId, going, ...told } = news
  const data: ReturnReportData = {
    class: classLabel(assignment.class),
    code: assignment.code,
    title: assignment.title,
    outcome: students.length + (told.stopped ?? 0) === 0 ? 'nothing' : onHold ? 'held' : going ? 'going' : 'waiting',
    leaveAt: leaveAt > now ? leaveAt.toISOString() : null,
    students,
    unreachable,
    doubtful: doubtful.map((page, index) => ({ number: page.number ?? 0, picture: cids[index] ?? null })),
    placed: told.placed ?? [],
    dropped: told.dropped ?? [],
    alreadyGone: told.alreadyGone ?? [],
    unclear: told.unclear ?? [],
    elsewhere: told.elsewhere ?? 0,
    erased: told.erased ?? 0,
    repeatedFiles: told.repeatedFiles ?? 0,
    unreadableFiles: told.unreadableFiles ?? 0,
    scanFrom: told.scanFrom ?? null,
    stopped: told.stopped ?? 0,
  }
  const token = await giveReplyAddress(tx, { purpose: 'teacher', person: teacher.id, address: teacher.email, assignment: assignment.code }, now)
  await writeLetter(
    tx,
    {
      template: 'return-report',
      cause,
      to: { name: teacher.name, address: teacher.email },
      person: teacher.id,
      locale: localeOf(teacher.language, settings),
      class: assignment.class,
      assignment: assignment.code,
      token,
      inReplyTo: messageId,
      answersMail: true,
      attachments,
      data,
    },
    settings,
    now,
  )
}

/** Pupils with pages or a word that have not left. */
async function pendingStudents(tx: Tx, assignment: Assignment): Promise<Pick<ReturnReportData, 'students' | 'unreachable'>> {
  const pages = (await returnedPagesOf(tx, assignment.code)).filter((page) => page.student !== null && page.releasedAt === null)
  const remarks = (await remarksOf(tx, assignment.code)).filter((remark) => remark.releasedAt === null)
  const students: ReturnReportData['students'] = []
  const unreachable: string[] = []
  for (const student of new Set([...pages.map((page) => page.student), ...remarks.map((remark) => remark.student)])) {
    const person = student === null ? null : await findPerson(tx, student)
    if (!person) continue
    const remark = remarks.find((one) => one.student === student)
    const said = remark ? [remark.mark, remark.words.replace(/\s*\n\s*/gu, ' ; ')].filter((part) => part !== null && part !== '').join(', ') : null
    students.push({ name: person.name, pages: pages.filter((page) => page.student === student).length, remark: said })
    if ((await peopleReading(tx, assignment, person.id)).length === 0) unreachable.push(person.name)
  }
  return { students, unreachable }
}
