/** Asks or refuses, kindly, and only people of the roster at their roster address: never an address that a sender could have forged. */
import { addressOf, classLabel, className, type PersonId } from '../school/people'
import { dayIn } from '../school/calendar'
import { findAssignment } from '../store/assignments'
import { findPerson } from '../store/people'
import { countNotices, noteOnce } from '../store/questions'
import type { Decision, RefusalReason } from '../understand/decide'
import { answered, type Deed, handled, held, type Outcome } from './deed'
import { giveReplyAddress } from './reply-route'
import { scheduleReceipt } from './accept-reply'
import { localeOf, writeLetter } from './write-letter'

/** At most this many "is it you?" a teacher and day, then held (CONTRACT.md, section 9). */
const confirmationsADay = 3

export const refuseMail = (decision: Extract<Decision, { deed: 'refuse' }>, deed: Deed): Promise<Outcome> =>
  refusePerson(decision.person, decision.reason, deed, { assignment: decision.assignment })

type Reason = RefusalReason | 'unknown-group-name' | 'bundle-nothing' | 'date-unclear' | 'name-unclear' | 'nothing-to-return'

/** M14, at most once an address, kind and day; later ones are held, so that a person sees them. */
export async function refusePerson(
  person: PersonId,
  reason: Reason,
  deed: Deed,
  about: { class?: string; assignment?: string | null; detail?: string } = {},
): Promise<Outcome> {
  const { tx, mail, reading, target, settings, now } = deed
  const reader = await findPerson(tx, person)
  if (!reader?.email) return held(reason)
  const assignment = about.assignment ? await findAssignment(tx, about.assignment) : null
  const name = about.class ?? assignment?.class ?? (target.kind === 'class' ? target.class : null)
  // Faults of use may come several times a day from one teacher who is trying: count them by mail's content, not by day alone.
  const isFirst = await noteOnce(
    tx,
    `refused:${reader.email}:${reason}:${dayIn(now, settings.timezone)}${deed.authors.some((author) => author.teaches.length > 0) ? `:${mail.id}` : ''}`,
    now,
  )
  if (!isFirst) return held(reason)
  await writeLetter(
    tx,
    {
      template: 'refused',
      cause: `refused:${mail.id}:${reason}:${name ?? ''}`,
      to: { name: reader.name, address: reader.email },
      person,
      locale: localeOf(reader.language, settings),
      class: name,
      assignment: assignment?.code ?? null,
      inReplyTo: reading.messageId,
      answersMail: true,
      data: {
        reason,
        toStudent: deed.authors.some((author) => author.person === person && author.studies.length > 0),
        class: name === null ? null : classLabel(className(name)),
        code: assignment?.code ?? null,
        title: assignment?.title ?? null,
        subject: reading.subject,
        detail: about.detail ?? null,
        office: settings.office,
      },
    },
    settings,
    now,
  )
  return answered
}

/** M3: the mail is held; the teacher's own mailbox is asked, three times a day at most. */
export async function askTeacher(decision: Extract<Decision, { deed: 'ask-teacher' }>, { tx, mail, reading, settings, now }: Deed): Promise<Outcome> {
  const teacher = await findPerson(tx, decision.teacher)
  if (!teacher?.email) return held('teacher-not-proven')
  const day = `confirm:${teacher.id}:${dayIn(now, settings.timezone)}:`
  if ((await countNotices(tx, day)) >= confirmationsADay) return held('too-many-confirmations')
  await noteOnce(tx, `${day}${mail.id}`, now)
  const token = await giveReplyAddress(tx, { purpose: 'confirm', person: teacher.id, address: teacher.email, ref: mail.id }, now)
  await writeLetter(
    tx,
    {
      template: 'is-it-you',
      cause: `confirm:${mail.id}`,
      to: { name: teacher.name, address: teacher.email },
      person: teacher.id,
      locale: localeOf(teacher.language, settings),
      class: null,
      token,
      data: {
        class: decision.class === null ? null : classLabel(decision.class),
        senderSeen: reading.from?.address ?? '',
        provider: mail.helo ?? mail.client_address ?? null,
        receivedAt: new Date(mail.received_at).toISOString(),
        subject: reading.subject,
        firstLines: reading.text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .slice(0, 3),
      },
    },
    settings,
    now,
  )
  return held('confirmation-asked')
}

/** M5 comes as a receipt without pages: the same pause, so that "voilà" and the photo in the next mail give one receipt. */
export async function askPhoto(decision: Extract<Decision, { deed: 'ask-photo' }>, { tx, mail, reading, settings, now }: Deed): Promise<Outcome> {
  const address = addressOf(reading.from?.address)
  if (address === null) return handled
  const note = {
    mailId: mail.id,
    setAside: reading.ignored
      .filter((file) => file.reason === 'unsupported' || file.reason === 'dangerous')
      .map((file) => ({ filename: file.filename, reason: file.reason })),
    question: null,
    absence: false,
    links: reading.links.length,
    messageId: reading.messageId,
  }
  await scheduleReceipt(
    tx,
    { assignment: decision.assignment, student: decision.student, token: decision.reply?.token ?? null, address, author: decision.author, notes: [note] },
    new Date(now.getTime() + settings.receiptWaitMs),
    now,
  )
  return answered
}

/** M13: numbered choices, answered by a digit; the mail waits for it. */
export async function askWhich(decision: Extract<Decision, { deed: 'ask-which' }>, { tx, mail, reading, settings, now }: Deed): Promise<Outcome> {
  const person = await findPerson(tx, decision.author)
  if (!person?.email) return held('several-open-tasks')
  if (!(await noteOnce(tx, `which:${mail.id}`, now))) return held('choice-asked')
  const choices = []
  for (const task of decision.tasks.slice(0, 20)) {
    const assignment = await findAssignment(tx, task.assignment)
    const student = await findPerson(tx, task.student)
    if (assignment && student)
      choices.push({
        task,
        shown: {
          number: choices.length + 1,
          studentName: student.name,
          class: classLabel(assignment.class),
          title: assignment.title,
          code: assignment.code,
          dueAt: assignment.dueAt?.toISOString() ?? null,
        },
      })
  }
  const ref = JSON.stringify({ mailId: mail.id, choices: choices.map((choice) => choice.task) })
  const token = await giveReplyAddress(tx, { purpose: 'choose', person: person.id, address: person.email, ref }, now)
  await writeLetter(
    tx,
    {
      template: 'which-assignment',
      cause: `which:${mail.id}`,
      to: { name: person.name, address: person.email },
      person: person.id,
      locale: localeOf(person.language, settings),
      class: null,
      token,
      inReplyTo: reading.messageId,
      answersMail: true,
      data: {
        toStudent: decision.tasks.every((task) => task.student === decision.author),
        receivedAt: new Date(mail.received_at).toISOString(),
        subject: reading.subject,
        pages: reading.pages.length,
        choices: choices.map((choice) => choice.shown),
      },
    },
    settings,
    now,
  )
  return held('choice-asked')
}
