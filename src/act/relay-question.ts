/** A pupil's question (or word of absence) goes to the teacher, whose plain answer returns to that pupil alone. */
import { bundleFileName } from '../bundle/bundle-name'
import type { PersonId } from '../school/people'
import { classLabel } from '../school/people'
import { type Assignment, findAssignment } from '../store/assignments'
import { lastReturned } from '../store/bundles'
import { newId } from '../store/ids'
import { findPerson } from '../store/people'
import { addQuestion, answerQuestion as markAnswered, findQuestion } from '../store/questions'
import { pagesOf } from '../store/submissions'
import type { Decision } from '../understand/decide'
import { filesToPassOn } from '../understand/reading'
import { answered, type Deed, held, type Outcome } from './deed'
import { picturesOf } from './page-pictures'
import { peopleReading } from './readers'
import { giveReplyAddress } from './reply-route'
import { localeOf, writeLetter } from './write-letter'

interface Asked {
  assignment: Assignment
  student: PersonId
  studentToken: string | null
  /** Not a question but word that the pupil is away. */
  absence: boolean
  /** It answers a returned copy: the teacher sees which. */
  aboutReturned: boolean
}

export async function relayQuestion(
  { assignment, student, studentToken, absence, aboutReturned }: Asked,
  { tx, mail, reading, authors, settings, now }: Deed,
): Promise<void> {
  const teacher = await findPerson(tx, assignment.teacher)
  const pupil = await findPerson(tx, student)
  if (!teacher?.email || !pupil) return
  const question = newId(now)
  if (!absence) await addQuestion(tx, { id: question, assignment: assignment.code, student, studentToken, mailId: mail.id, text: reading.text, askedAt: now })
  else
    await addQuestion(tx, { id: question, assignment: assignment.code, student, studentToken, mailId: mail.id, text: reading.text, askedAt: now }).then(() =>
      markAnswered(tx, question, now),
    )
  const token = await giveReplyAddress(
    tx,
    { purpose: 'question', person: teacher.id, address: teacher.email, assignment: assignment.code, student, ref: question },
    now,
  )
  const pages = await pagesOf(tx, assignment.code, student)
  const { cids, attachments } = picturesOf(pages, settings.domain)
  const copy = aboutReturned ? await lastReturned(tx, assignment.code, student) : null
  if (copy !== null) {
    const filename = bundleFileName({ className: assignment.class, code: assignment.code, title: pupil.name })
    attachments.push({ blob: copy, filename, mediaType: 'application/pdf', disposition: 'attachment', cid: null })
  }
  await writeLetter(
    tx,
    {
      template: 'question',
      attachments,
      cause: `question:${mail.id}:${assignment.code}:${student}`,
      to: { name: teacher.name, address: teacher.email },
      person: teacher.id,
      locale: localeOf(teacher.language, settings),
      class: assignment.class,
      assignment: assignment.code,
      student,
      token,
      data: {
        class: classLabel(assignment.class),
        code: assignment.code,
        title: assignment.title,
        studentName: pupil.name,
        words: reading.text,
        absence,
        aboutReturned: copy !== null,
        pagesSoFar: pages.length,
        pictures: cids.flatMap((picture, index) => (picture === null ? [] : [{ number: index + 1, picture }])),
        fromUnknownAddress: !authors.some((author) => author.person === student || author.wards.includes(student)),
      },
    },
    settings,
    now,
  )
}

/** The teacher's answer, with the files that came with it, to whoever reads that pupil's mail. */
export async function answerQuestion(decision: Extract<Decision, { deed: 'answer-question' }>, deed: Deed): Promise<Outcome> {
  const { tx, mail, reading, settings, now } = deed
  const question = await findQuestion(tx, decision.question)
  const assignment = question && (await findAssignment(tx, question.assignment))
  const teacher = await findPerson(tx, decision.teacher)
  if (!question || !assignment || !teacher) return held('question-unknown')
  const readers = await peopleReading(tx, assignment, question.student)
  if (readers.length === 0) return held('student-unreachable')
  for (const reader of readers) {
    await writeLetter(
      tx,
      {
        template: 'answer',
        cause: `answer:${mail.id}:${question.id}:${reader.address}`,
        to: { name: reader.name, address: reader.address },
        person: reader.person,
        locale: localeOf(reader.language, settings),
        fromName: `${teacher.name} (${classLabel(assignment.class)})`,
        class: assignment.class,
        assignment: assignment.code,
        student: question.student,
        token: reader.token,
        data: {
          class: classLabel(assignment.class),
          code: assignment.code,
          title: assignment.title,
          studentName: reader.studentName,
          toGuardian: reader.isGuardian,
          teacherName: teacher.name,
          question: question.text,
          answer: reading.text,
          files: filesToPassOn(reading).map((file) => file.filename ?? ''),
        },
        attachments: filesToPassOn(reading).map((file) => ({
          blob: file.sha256,
          filename: file.filename ?? 'fichier',
          mediaType: file.mediaType,
          disposition: 'attachment' as const,
          cid: null,
        })),
      },
      settings,
      now,
    )
  }
  await markAnswered(tx, question.id, now)
  return answered
}
