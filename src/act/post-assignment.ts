/** A teacher's mail becomes an assignment: title, deadline, audience, files; copies leave after the pause; the teacher is told what was understood. */
import { randomBytes } from 'node:crypto'
import { codeFrom } from '../school/codes'
import { leavesAt } from '../school/quiet-time'
import { type AssignmentCode, classLabel, type PersonId } from '../school/people'
import { addAssignment, type Assignment, assignmentOfMail, findAssignment } from '../store/assignments'
import type { Tx } from '../store/database'
import { addJob } from '../store/jobs'
import { findPerson, guardiansOf, membersOf } from '../store/people'
import type { Decision } from '../understand/decide'
import { filesToPassOn } from '../understand/reading'
import { titleOf } from '../understand/what-title'
import { audienceOf } from '../understand/which-students'
import { refusePerson } from './ask-sender'
import { answered, type Deed, handled, type Outcome } from './deed'
import { recipientsOf } from './recipients'
import { giveReplyAddress } from './reply-route'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

export async function postAssignment(decision: Extract<Decision, { deed: 'post' }>, deed: Deed): Promise<Outcome> {
  const { tx, mail, reading, settings, now } = deed
  if (await assignmentOfMail(tx, mail.id, decision.class)) return handled
  const students = (await membersOf(tx, decision.class)).filter((member) => member.role === 'student')
  const audience = audienceOf(decision.group, reading.text, students)
  if ('unknown' in audience) return refusePerson(decision.teacher, 'unknown-group-name', deed, { class: decision.class, detail: audience.unknown })
  const title = titleOf(reading.subject, audience.text) ?? filesToPassOn(reading)[0]?.filename?.replace(/\.[^.]+$/u, '') ?? null
  if (title === null) return refusePerson(decision.teacher, 'empty-mail', deed, { class: decision.class })
  const isPast = reading.due !== null && reading.due <= now
  const assignment = {
    code: await freeCode(tx),
    class: decision.class,
    teacher: decision.teacher,
    mailId: mail.id,
    title,
    body: audience.text,
    dueAt: isPast ? null : reading.due,
    duePhrase: isPast ? null : reading.duePhrase,
    state: 'waiting' as const,
    createdAt: now,
    leaveAt: leavesAt(new Date(now.getTime() + settings.undoMs), settings.quiet, settings.timezone),
    onlyStudents: audience.students,
  }
  const files = filesToPassOn(reading).map((file, index) => ({
    blob: file.sha256,
    filename: file.filename ?? `fichier-${index + 1}`,
    mediaType: file.mediaType,
    bytes: file.content.size,
  }))
  await addAssignment(tx, assignment, files)
  await addJob(tx, { kind: 'send-copies', key: `copies:${assignment.code}`, data: { code: assignment.code }, dueAt: assignment.leaveAt }, now)
  if (assignment.dueAt) await scheduleBundle(tx, assignment.code, assignment.dueAt, settings, now)
  await confirmPost(tx, { ...assignment, sequence: 0, bundledAt: null }, files, isPast, deed)
  return answered
}

/** The bundle leaves at deadline + grace. */
export const scheduleBundle = (tx: Tx, code: AssignmentCode, dueAt: Date, settings: Pick<ActSettings, 'graceMs'>, now: Date): Promise<void> =>
  addJob(tx, { kind: 'make-bundle', key: `bundle:${code}`, data: { code, kind: 'first' }, dueAt: new Date(dueAt.getTime() + settings.graceMs) }, now)

async function freeCode(tx: Tx): Promise<AssignmentCode> {
  for (;;) {
    const code = codeFrom(randomBytes(4))
    if (!(await findAssignment(tx, code))) return code
  }
}

async function confirmPost(
  tx: Tx,
  assignment: Assignment,
  files: { filename: string; bytes: number }[],
  dateWasPast: boolean,
  { reading, settings, now }: Deed,
): Promise<void> {
  const teacher = await findPerson(tx, assignment.teacher)
  if (!teacher?.email) return
  const reach = await reachOf(tx, assignment)
  const token = await giveReplyAddress(tx, { purpose: 'teacher', person: teacher.id, address: teacher.email, assignment: assignment.code }, now)
  await writeLetter(
    tx,
    {
      template: 'confirmation',
      cause: `confirmation:${assignment.code}`,
      to: { name: teacher.name, address: teacher.email },
      person: teacher.id,
      locale: localeOf(teacher.language, settings),
      class: assignment.class,
      assignment: assignment.code,
      token,
      isRoot: true,
      inReplyTo: reading.messageId,
      answersMail: true,
      data: {
        class: classLabel(assignment.class),
        code: assignment.code,
        title: assignment.title,
        ...reach,
        dueAt: assignment.dueAt?.toISOString() ?? null,
        duePhrase: assignment.duePhrase,
        otherDueAt: assignment.dueAt === null || reading.otherDue === null || reading.otherDue <= now ? null : reading.otherDue.toISOString(),
        dateWasPast,
        leaveAt: assignment.leaveAt > now ? assignment.leaveAt.toISOString() : null,
        files: files.map((file) => ({ filename: file.filename, bytes: file.bytes })),
        firstLines: assignment.body
          .split('\n')
          .filter((line) => line.trim() !== '')
          .slice(0, 3),
      },
    },
    settings,
    now,
  )
}

interface Reach {
  students: number
  ownMailbox: number
  throughGuardians: number
  unreachable: string[]
}

async function reachOf(tx: Tx, assignment: Pick<Assignment, 'class' | 'onlyStudents'>): Promise<Reach> {
  const reach: Reach = { students: 0, ownMailbox: 0, throughGuardians: 0, unreachable: [] }
  const isFor = (person: PersonId): boolean => assignment.onlyStudents === null || assignment.onlyStudents.includes(person)
  for (const student of await membersOf(tx, assignment.class)) {
    if (student.role !== 'student' || !isFor(student.person)) continue
    reach.students++
    const recipients = recipientsOf(student, await guardiansOf(tx, [student.person]))
    if (recipients.length === 0) reach.unreachable.push(student.name)
    else if (recipients[0]?.isGuardian) reach.throughGuardians++
    else reach.ownMailbox++
  }
  return reach
}
