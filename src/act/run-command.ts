/** Commands by mail: a table of deeds, each answered with its result. What belongs to a later version says so honestly. */
import { classLabel, type PersonId } from '../school/people'
import type { StudentStanding } from '../school/standing'
import { type Assignment, findAssignment } from '../store/assignments'
import { addJob } from '../store/jobs'
import { findPerson } from '../store/people'
import { bundleVariant } from '../understand/bundle-variant'
import type { CommandName } from '../understand/reading'
import { scheduleReceipt } from './accept-reply'
import { answerCommand } from './answer-command'
import { refusePerson } from './ask-sender'
import { answered, type CommandDecision, type Deed, held, type Outcome } from './deed'
import { assignPages, holdReturned, releaseReturns } from './command-returns'
import { cancelAssignment, closeAssignment, extendDeadline, remindMissing, reopenAssignment } from './change-assignment'
import type { BundleJob } from './make-bundle'
import { standingsOf } from './overview'
import { peopleReading } from './readers'
import { writeAssignment } from './send-copies'
import { tellWhy } from './tell-why'
import { endUnasked, type Unasked } from './unsubscribe-link'

export type TeachersDeed = (assignment: Assignment, decision: CommandDecision, deed: Deed) => Promise<Outcome>

const teachers: Partial<Record<CommandName, TeachersDeed>> = {
  bundle: bundleNow,
  status: (assignment, decision, deed) => teacherStatus(assignment, decision, deed),
  extend: extendDeadline,
  close: closeAssignment,
  reopen: reopenAssignment,
  remind: remindMissing,
  cancel: cancelAssignment,
  release: releaseReturns,
  confirm: releaseReturns,
  hold: holdReturned,
  'assign-page': assignPages,
}

export async function runCommand(decision: CommandDecision, deed: Deed): Promise<Outcome> {
  if (decision.name === 'help') return help(decision, deed)
  if (decision.name === 'why') return tellWhy(decision, deed)
  const assignment = decision.assignment === null ? null : await findAssignment(deed.tx, decision.assignment)
  if (decision.role === 'teacher') {
    const run = teachers[decision.name]
    if (!run) return refusePerson(decision.author, 'command-not-available', deed, { assignment: decision.assignment, detail: decision.name })
    if (!assignment) return held('assignment-unknown')
    return run(assignment, decision, deed)
  }
  return familyCommand(assignment, decision, deed)
}

async function familyCommand(assignment: Assignment | null, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, now } = deed
  if (decision.name === 'digest') return digestChoice(decision, deed)
  if (assignment && decision.student !== null) {
    if (decision.name === 'status') return ownStatus(assignment, decision.student, decision, deed)
    if (decision.name === 'resend') return sendAgain(assignment, decision.student, decision, deed)
    if (decision.name === 'done') {
      const person = await findPerson(tx, decision.author)
      if (!person?.email) return held('no-address')
      await scheduleReceipt(
        tx,
        {
          assignment: assignment.code,
          student: decision.student,
          token: decision.reply?.token ?? null,
          address: person.email,
          author: decision.author,
          notes: [],
        },
        now,
        now,
        'earliest',
      )
      return answered
    }
  }
  return refusePerson(decision.author, 'command-not-available', deed, { assignment: decision.assignment, detail: decision.name })
}

/** The bundle itself is the answer. */
async function bundleNow(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, mail, reading, now } = deed
  const variant = bundleVariant(decision.argument)
  // Which exercise is on which page is not known.
  if (variant === null || variant.exercise !== null)
    return refusePerson(decision.author, 'command-not-available', deed, { assignment: assignment.code, detail: `${decision.name} ${decision.argument}` })
  const data: BundleJob = { code: assignment.code, kind: 'again', variant, to: decision.author, inReplyTo: reading.messageId }
  await addJob(tx, { kind: 'make-bundle', key: `again:${assignment.code}:${mail.id}`, data, dueAt: now }, now)
  return answered
}

const teacherStatus: TeachersDeed = async (assignment, decision, deed) =>
  writeStatus(assignment, decision, deed, await standingsOf(deed.tx, assignment, deed.now), null)

async function ownStatus(assignment: Assignment, student: PersonId, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const own = (await standingsOf(deed.tx, assignment, deed.now)).filter((standing) => standing.id === student)
  return own.length === 0 ? held('not-in-class') : writeStatus(assignment, decision, deed, own, student)
}

/** A table of the class for the teacher; one line for a pupil or parent. */
function writeStatus(assignment: Assignment, decision: CommandDecision, deed: Deed, standings: StudentStanding[], student: PersonId | null): Promise<Outcome> {
  return answerCommand(decision, deed, {
    template: 'status',
    assignment,
    student,
    data: {
      class: classLabel(assignment.class),
      code: assignment.code,
      title: assignment.title,
      dueAt: assignment.dueAt?.toISOString() ?? null,
      forTeacher: student === null,
      toStudent: decision.role === 'student',
      students: standings.map((standing) => ({
        name: standing.name,
        state: standing.standing,
        pages: standing.pages,
        submittedAt: standing.submittedAt?.toISOString() ?? null,
      })),
    },
  })
}

/** M1 once more, to whoever of this student's readers asked. */
async function sendAgain(assignment: Assignment, student: PersonId, decision: CommandDecision, { tx, mail, settings, now }: Deed): Promise<Outcome> {
  const readers = (await peopleReading(tx, assignment, student)).filter((reader) => reader.person === decision.author)
  for (const reader of readers)
    await writeAssignment(
      tx,
      { assignment, student: { person: student, name: reader.studentName }, recipient: reader, cause: `resend:${mail.id}:${reader.address}`, isFirst: false },
      settings,
      now,
    )
  return readers.length > 0 ? answered : held('no-copy')
}

async function help(decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const assignment = decision.assignment === null ? null : await findAssignment(deed.tx, decision.assignment)
  return answerCommand(decision, deed, {
    template: 'help',
    assignment,
    data: { role: decision.role, class: assignment ? classLabel(assignment.class) : null, code: assignment?.code ?? null, title: assignment?.title ?? null },
  })
}

/**
 * STOP and REPRENDRE; how often they come is for a later version. In answer to homework, where there are no digests or the mail program's own button says it, they are about reminders. What was
 * sent by hand cannot be ended, and is explained.
 */
async function digestChoice(decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, reading } = deed
  const word = reading.command?.argument ?? ''
  const stops = reading.kind === 'unsubscribe' || /stop|arr[êe]t|d[ée]sabonn|unsubscribe/iu.test(`${word} ${reading.subject} ${reading.text}`)
  const resumes = /reprendre|resume/iu.test(`${word} ${reading.text}`)
  const isGuardian = deed.authors.some((author) => author.person === decision.author && author.wards.length > 0)
  const what: Unasked = decision.assignment !== null && (!isGuardian || reading.kind === 'unsubscribe') ? 'reminder' : 'digest'
  if (!(stops || resumes) || (what === 'digest' && !isGuardian)) return refusePerson(decision.author, 'command-not-available', deed, { detail: decision.name })
  await endUnasked(tx, decision.author, what, stops)
  const done = what === 'digest' ? (stops ? 'digest-stopped' : 'digest-resumed') : stops ? 'reminders-stopped' : 'reminders-resumed'
  return answerCommand(decision, deed, {
    template: 'done',
    assignment: null,
    data: { done, toStudent: decision.role === 'student', class: null, code: null, title: null, dueAt: null, oldDueAt: null, count: null, names: [] },
  })
}
