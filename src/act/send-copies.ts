/** The pause is over: each pupil gets an own copy with an own reply address, once. */
import { type ClassName, classLabel, type PersonId } from '../school/people'
import { type Assignment, type AssignmentFile, filesOf, findAssignment, moveAssignment } from '../store/assignments'
import type { Tx } from '../store/database'
import type { Job } from '../store/jobs'
import { findPerson, guardiansOf, membersOf } from '../store/people'
import { addCopy } from '../store/reply-addresses'
import type { JobResult } from '../work/runner'
import { type Recipient, recipientsOf } from './recipients'
import { giveReplyAddress } from './reply-route'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

export const sendCopies = (job: Job, deps: { settings: ActSettings; now(): Date }): Promise<JobResult> =>
  Promise.resolve({
    commit: async (tx) => {
      const { code } = job.data as { code: string }
      const assignment = await findAssignment(tx, code)
      if (!assignment || !(await moveAssignment(tx, code, ['waiting'], 'open'))) return
      const now = deps.now()
      for (const student of await studentsOf(tx, assignment)) {
        const guardians = await guardiansOf(tx, [student.person])
        for (const recipient of recipientsOf(student, guardians)) await sendCopy(tx, assignment, student, recipient, deps.settings, now)
      }
    },
  })

export const studentsOf = async (tx: Tx, assignment: { class: ClassName; onlyStudents: PersonId[] | null }) =>
  (await membersOf(tx, assignment.class)).filter(
    (member) => member.role === 'student' && (assignment.onlyStudents === null || assignment.onlyStudents.includes(member.person)),
  )

/** False when this address had its copy before. */
export async function sendCopy(
  tx: Tx,
  assignment: Assignment,
  student: { person: PersonId; name: string },
  recipient: Recipient,
  settings: ActSettings,
  now: Date,
): Promise<boolean> {
  const { code } = assignment
  const reply = {
    purpose: 'student' as const,
    person: recipient.person,
    address: recipient.address,
    assignment: code,
    student: student.person,
    household: recipient.household,
  }
  const token = await giveReplyAddress(tx, reply, now)
  const copy = {
    token,
    assignment: code,
    student: student.person,
    person: recipient.person,
    household: recipient.household,
    address: recipient.address,
    delivery: 'waiting' as const,
    failure: null,
  }
  if (!(await addCopy(tx, copy))) return false
  return writeAssignment(
    tx,
    { assignment, student, recipient: { ...recipient, token }, cause: `copy:${code}:${student.person}:${recipient.address}`, isFirst: true },
    settings,
    now,
  )
}

export interface AssignmentLetter {
  assignment: Assignment
  student: { person: PersonId; name: string }
  recipient: { person: PersonId; name: string; address: string; language: string | null; isGuardian: boolean; token: string }
  cause: string
  /** The copy itself, not its repetition on demand. */
  isFirst: boolean
  template?: 'assignment' | 'reminder'
}

/** M1 (or M6): the teacher's words, the date, how to hand in, the files. */
export async function writeAssignment(tx: Tx, letter: AssignmentLetter, settings: ActSettings, now: Date): Promise<boolean> {
  const { assignment, student, recipient } = letter
  const teacher = await findPerson(tx, assignment.teacher)
  const files = await filesOf(tx, assignment.code)
  const subject = (await membersOf(tx, assignment.class)).find((member) => member.person === assignment.teacher)?.subject ?? null
  return writeLetter(
    tx,
    {
      template: letter.template ?? 'assignment',
      cause: letter.cause,
      to: { name: recipient.name, address: recipient.address },
      person: recipient.person,
      locale: localeOf(recipient.language, settings),
      fromName: `${teacher?.name ?? settings.school} (${classLabel(assignment.class)})`,
      class: assignment.class,
      assignment: assignment.code,
      student: student.person,
      token: recipient.token,
      isRoot: letter.isFirst,
      verp: true,
      // A reminder comes unasked (CONTRACT.md, section 5); the task itself cannot be unsubscribed from.
      unsubscribe: letter.template === 'reminder' ? 'reminder' : null,
      data: {
        class: classLabel(assignment.class),
        code: assignment.code,
        title: assignment.title,
        subjectName: subject,
        teacherName: teacher?.name ?? settings.school,
        studentName: student.name,
        toGuardian: recipient.isGuardian,
        words: assignment.body,
        dueAt: assignment.dueAt?.toISOString() ?? null,
        files: files.map((file) => ({ filename: file.filename, bytes: file.bytes })),
      },
      attachments: files.map((file) => attachmentOf(file)),
      calendar: calendarOf(assignment, settings),
    },
    settings,
    now,
  )
}

export const attachmentOf = (file: AssignmentFile) => ({
  blob: file.blob,
  filename: file.filename,
  mediaType: file.mediaType,
  disposition: 'attachment' as const,
  cid: null,
})

/** The same UID with a higher SEQUENCE moves the entry (RFC 5545 §3.8.7.4). */
export const calendarOf = (assignment: Assignment, settings: Pick<ActSettings, 'domain'>) =>
  assignment.dueAt === null
    ? null
    : {
        uid: `${assignment.code.toLowerCase()}@${settings.domain}`,
        sequence: assignment.sequence,
        dueAt: assignment.dueAt.toISOString(),
        title: `[${classLabel(assignment.class)}] ${assignment.title}`,
        method: 'PUBLISH' as const,
      }
