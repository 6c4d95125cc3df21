/** What a teacher changes afterwards: the date, closing and opening, a reminder, withdrawal; pupils are told what concerns them. */
import { classLabel, type PersonId } from '../school/people'
import { type Assignment, findAssignment, moveAssignment, setDue } from '../store/assignments'
import { addJob, cancelJob, moveJob } from '../store/jobs'
import { findPerson, withoutReminders } from '../store/people'
import { cancelOutgoing } from '../store/outbox'
import { findSubmission, saveSubmission } from '../store/submissions'
import { dueIn } from '../understand/when-due'
import { studentsNamed } from '../understand/which-students'
import { refusePerson } from './ask-sender'
import { answered, type Deed, held, type Outcome } from './deed'
import { standingsOf } from './overview'
import { type Reader, readersOf } from './readers'
import type { CommandDecision } from './deed'
import { calendarOf, writeAssignment } from './send-copies'
import { localeOf, writeLetter } from './write-letter'

/** ÉCHÉANCE, REPORTER, PROLONGER date [POUR Zoé]. */
export async function extendDeadline(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, reading, settings, now } = deed
  const [, dateText = decision.argument, nameText] = /^(.*?)(?:\s+(?:pour|for)\s+(\p{L}[\p{L}' -]*))?$/isu.exec(decision.argument) ?? []
  const students = await standingsOf(tx, assignment, now)
  const named = nameText === undefined ? [] : studentsNamed(nameText, students)
  const forOne = named.length > 0
  const due = dueIn(forOne ? dateText : decision.argument, {
    now: reading.date && Math.abs(reading.date.getTime() - now.getTime()) < 7 * 86_400_000 ? reading.date : now,
    timezone: settings.timezone,
    locale: settings.locale,
  })
  if (!due || due.due <= now) return refusePerson(decision.author, 'date-unclear', deed, { assignment: assignment.code, detail: decision.argument })
  if (named.length > 1) return refusePerson(decision.author, 'name-unclear', deed, { assignment: assignment.code, detail: nameText ?? '' })
  const [student] = named
  if (student) return extendForOne(assignment, student, due.due, decision, deed)
  const old = assignment.dueAt
  await setDue(tx, assignment.code, due.due)
  if (assignment.state === 'closed') await moveAssignment(tx, assignment.code, ['closed'], 'open')
  if (assignment.bundledAt === null)
    await moveJob(
      tx,
      {
        kind: 'make-bundle',
        key: `bundle:${assignment.code}`,
        data: { code: assignment.code, kind: 'first' },
        dueAt: new Date(due.due.getTime() + settings.graceMs),
      },
      now,
    )
  else
    await moveJob(
      tx,
      {
        kind: 'make-bundle',
        key: `late:${assignment.code}`,
        data: { code: assignment.code, kind: 'late' },
        dueAt: new Date(due.due.getTime() + settings.graceMs),
      },
      now,
    )
  const changed = (await findAssignment(tx, assignment.code)) ?? assignment
  await tellReaders(changed, 'new-date', old, deed)
  return confirmDone(changed, decision, deed, { done: 'extended', dueAt: due.due, oldDueAt: old })
}

async function extendForOne(
  assignment: Assignment,
  student: { id: PersonId; name: string },
  dueAt: Date,
  decision: CommandDecision,
  deed: Deed,
): Promise<Outcome> {
  const { tx } = deed
  const before = await findSubmission(tx, assignment.code, student.id)
  const empty = {
    assignment: assignment.code,
    student: student.id,
    firstAt: null,
    lastAt: null,
    postmarkAt: null,
    late: false,
    excused: false,
    absent: false,
    dueAt: null,
  }
  const at = before?.postmarkAt ?? before?.firstAt ?? null
  await saveSubmission(tx, { ...(before ?? empty), dueAt, late: at !== null && at > dueAt })
  const own = { ...assignment, dueAt, sequence: assignment.sequence + 1 }
  await tellReaders(own, 'new-date', assignment.dueAt, deed, student.id)
  return confirmDone(own, decision, deed, { done: 'extended', dueAt, oldDueAt: assignment.dueAt, names: [student.name] })
}

/** CLORE: the bundle leaves now if it has not yet; later work is kept and held until ROUVRIR (CONTRACT.md, section 10, Closing). */
export async function closeAssignment(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, now } = deed
  await moveAssignment(tx, assignment.code, ['open'], 'closed')
  await cancelJob(tx, `late:${assignment.code}`)
  if (assignment.bundledAt === null)
    await moveJob(tx, { kind: 'make-bundle', key: `bundle:${assignment.code}`, data: { code: assignment.code, kind: 'first' }, dueAt: now }, now)
  return confirmDone(assignment, decision, deed, { done: 'closed' })
}

export async function reopenAssignment(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, now } = deed
  const moved = await moveAssignment(tx, assignment.code, ['closed'], 'open')
  // What came meanwhile goes out now.
  if (moved && assignment.bundledAt !== null)
    await addJob(tx, { kind: 'make-bundle', key: `late:${assignment.code}`, data: { code: assignment.code, kind: 'late' }, dueAt: now }, now)
  return confirmDone(assignment, decision, deed, { done: 'reopened' })
}

/** RELANCER [names, TOUS]: those without work, without an open question, not excused. */
export async function remindMissing(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, mail, settings, now } = deed
  const waiting = (await standingsOf(tx, assignment, now)).filter(
    (standing) => (standing.standing === 'missing' || standing.standing === 'open') && standing.pending === 0,
  )
  const wanted = decision.argument === '' || /^(tous|toutes|all|everyone)$/iu.test(decision.argument) ? waiting : studentsNamed(decision.argument, waiting)
  if (decision.argument !== '' && wanted.length === 0)
    return refusePerson(decision.author, 'name-unclear', deed, { assignment: assignment.code, detail: decision.argument })
  const unwilling = await withoutReminders(tx)
  const readers = (await readersOf(tx, assignment)).filter((reader) => !unwilling.has(reader.person))
  const reminded = wanted.filter((standing) => readers.some((reader) => reader.student === standing.id))
  for (const reader of readers) {
    if (!reminded.some((standing) => standing.id === reader.student)) continue
    await writeAssignment(
      tx,
      {
        assignment,
        student: { person: reader.student, name: reader.studentName },
        recipient: reader,
        cause: `reminder:${mail.id}:${reader.student}:${reader.address}`,
        isFirst: false,
        template: 'reminder',
      },
      settings,
      now,
    )
  }
  return confirmDone(assignment, decision, deed, { done: 'reminded', count: reminded.length, names: reminded.map((standing) => standing.name) })
}

/** ANNULER: copies that have not left are withdrawn; who has one gets a short withdrawal. */
export async function cancelAssignment(assignment: Assignment, decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx } = deed
  if (!(await moveAssignment(tx, assignment.code, ['waiting', 'open'], 'cancelled')))
    return refusePerson(decision.author, 'assignment-closed', deed, { assignment: assignment.code })
  for (const key of [`copies:${assignment.code}`, `bundle:${assignment.code}`, `late:${assignment.code}`]) await cancelJob(tx, key)
  if (assignment.state === 'open') {
    const readers = await readersOf(tx, assignment)
    await cancelOutgoing(tx, assignment.code, ['assignment', 'reminder'])
    await tellReaders(
      { ...assignment, sequence: assignment.sequence + 1 },
      'cancelled',
      null,
      deed,
      null,
      readers.filter((reader) => reader.delivered),
    )
  }
  return confirmDone(assignment, decision, deed, { done: 'cancelled' })
}

/** M15 to whoever has a copy: the change first, the old value second, a new calendar entry. */
async function tellReaders(
  assignment: Assignment,
  change: 'new-date' | 'cancelled',
  oldDueAt: Date | null,
  { tx, mail, settings, now }: Deed,
  student: PersonId | null = null,
  readers: Reader[] | null = null,
): Promise<void> {
  const teacher = await findPerson(tx, assignment.teacher)
  for (const reader of readers ?? (await readersOf(tx, assignment))) {
    if (student !== null && reader.student !== student) continue
    await writeLetter(
      tx,
      {
        template: 'change-notice',
        cause: `change:${mail.id}:${reader.student}:${reader.address}`,
        to: { name: reader.name, address: reader.address },
        person: reader.person,
        locale: localeOf(reader.language, settings),
        fromName: `${teacher?.name ?? settings.school} (${classLabel(assignment.class)})`,
        class: assignment.class,
        assignment: assignment.code,
        student: reader.student,
        token: reader.token,
        data: {
          change,
          class: classLabel(assignment.class),
          code: assignment.code,
          title: assignment.title,
          studentName: reader.studentName,
          toGuardian: reader.isGuardian,
          dueAt: change === 'new-date' ? (assignment.dueAt?.toISOString() ?? null) : null,
          oldDueAt: oldDueAt?.toISOString() ?? null,
        },
        calendar: change === 'new-date' ? calendarOf(assignment, settings) : null,
      },
      settings,
      now,
    )
  }
}

interface Done {
  done: 'extended' | 'closed' | 'reopened' | 'reminded' | 'cancelled'
  dueAt?: Date
  oldDueAt?: Date | null
  count?: number
  names?: string[]
}

/** M16: the result, and how to undo it. */
async function confirmDone(assignment: Assignment, decision: CommandDecision, { tx, mail, reading, settings, now }: Deed, done: Done): Promise<Outcome> {
  const teacher = await findPerson(tx, decision.author)
  if (!teacher?.email) return held('no-address')
  await writeLetter(
    tx,
    {
      template: 'done',
      cause: `done:${mail.id}:${assignment.code}`,
      to: { name: teacher.name, address: teacher.email },
      person: teacher.id,
      locale: localeOf(teacher.language, settings),
      class: assignment.class,
      assignment: assignment.code,
      token: decision.reply?.purpose === 'teacher' ? decision.reply.token : null,
      inReplyTo: reading.messageId,
      answersMail: true,
      data: {
        done: done.done,
        class: classLabel(assignment.class),
        code: assignment.code,
        title: assignment.title,
        dueAt: done.dueAt?.toISOString() ?? null,
        oldDueAt: done.oldDueAt?.toISOString() ?? null,
        count: done.count ?? null,
        names: done.names ?? [],
      },
    },
    settings,
    now,
  )
  return answered
}
