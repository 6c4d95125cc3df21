/** The pause is over and the pages are made: one receipt says what was readable and what to retake (M4), or that no page was found (M5). */
import { classLabel } from '../school/people'
import { type Assignment, findAssignment } from '../store/assignments'
import type { Database, Db } from '../store/database'
import type { Job } from '../store/jobs'
import { findPerson } from '../store/people'
import { countNotices, noteOnce } from '../store/questions'
import { findReplyAddress } from '../store/reply-addresses'
import { findSubmission, pagesAndCopiesOf, pagesOf, sourcesOf } from '../store/submissions'
import type { PageVerdict } from '../text/mails'
import type { JobResult } from '../work/runner'
import type { ReceiptJob } from './accept-reply'
import type { Patience } from './patience'
import { picturesOf } from './page-pictures'
import { peopleReading } from './readers'
import { isComparing } from './set-copies-aside'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

export interface ReceiptDeps {
  database: Database
  settings: ActSettings
  /** A page that is not made by then is named as still being worked on. */
  patience: Patience
  now(): Date
}

const lookAgainMs = 1500
/** Somebody outside the roster who holds a token gets at most this many mails (CONTRACT.md, section 9). */
const mailsToStrangers = 2

export async function sendReceipt(job: Job, { database, settings, patience, now }: ReceiptDeps): Promise<JobResult> {
  const receipt = job.data as ReceiptJob
  const assignment = await findAssignment(database.db, receipt.assignment)
  if (!assignment) return { commit: async () => undefined }
  const sources = await sourcesOf(database.db, receipt.assignment, receipt.student)
  const at = now()
  if ((sources.some((source) => source.state === 'waiting') || (await isComparing(database.db, receipt))) && !patience.isOver(job.id, at))
    return { again: new Date(at.getTime() + lookAgainMs) }
  patience.end(job.id)
  const reader = receipt.author === null ? null : await findPerson(database.db, receipt.author)
  const outcome = await outcomeOf(database.db, receipt, assignment, settings.domain)
  const student = await findPerson(database.db, receipt.student)
  if (!student) return { commit: async () => undefined }
  const token = receipt.token ?? (await peopleReading(database.db, assignment, receipt.student))[0]?.token ?? null
  const isM5 = !outcome.anyWork && receipt.notes.every((note) => note.question === null && !note.absence)
  return {
    commit: async (tx) => {
      if (reader === null) {
        const strangers = `stranger:${receipt.token ?? receipt.address}:`
        if ((await countNotices(tx, strangers)) >= mailsToStrangers || !(await noteOnce(tx, `${strangers}${job.id}`, at))) return
      }
      const lastNote = receipt.notes.at(-1)
      const base = {
        cause: `receipt:${job.id}`,
        to: { name: reader?.name ?? '', address: receipt.address },
        person: reader?.id ?? null,
        locale: localeOf(reader?.language ?? null, settings),
        class: assignment.class,
        assignment: assignment.code,
        student: student.id,
        token: token !== null && (await findReplyAddress(tx, token)) ? token : null,
        inReplyTo: lastNote?.messageId ?? null,
        answersMail: true,
      }
      const about = {
        class: classLabel(assignment.class),
        code: assignment.code,
        title: assignment.title,
        studentName: student.name,
        toGuardian: reader !== null && reader.id !== student.id,
        outcomeOnly: reader === null,
      }
      const setAside = [...receipt.notes.flatMap((note) => note.setAside), ...outcome.copies]
      if (isM5)
        await writeLetter(
          tx,
          { ...base, template: 'no-page-found', data: { ...about, setAside, links: receipt.notes.reduce((sum, note) => sum + note.links, 0) } },
          settings,
          at,
        )
      else
        await writeLetter(
          tx,
          {
            ...base,
            template: 'receipt',
            // Somebody outside the roster sees no page of the pupil's.
            attachments: reader === null ? [] : outcome.pictures,
            data: {
              ...about,
              pages: outcome.pages,
              pending: sources.filter((source) => source.state === 'waiting').length,
              setAside,
              replaced: outcome.replaced,
              late: outcome.late,
              receivedAt: (outcome.firstAt ?? at).toISOString(),
              dueAt: outcome.dueAt?.toISOString() ?? null,
              question:
                receipt.notes
                  .map((note) => note.question)
                  .filter((words): words is string => words !== null)
                  .join('\n\n') || null,
              absence: receipt.notes.some((note) => note.absence),
              closed: assignment.state === 'closed',
            },
          },
          settings,
          at,
        )
    },
  }
}

async function outcomeOf(db: Db, receipt: ReceiptJob, assignment: Assignment, domain: string) {
  const sources = new Map((await sourcesOf(db, receipt.assignment, receipt.student)).map((source) => [source.id, source]))
  const submission = await findSubmission(db, receipt.assignment, receipt.student)
  const mails = new Set(receipt.notes.map((note) => note.mailId))
  const rows = await pagesOf(db, receipt.assignment, receipt.student)
  const { cids, attachments } = picturesOf(rows, domain)
  const pages = rows.map((page, index) => {
    const source = sources.get(page.source)
    return {
      number: index + 1,
      filename: source?.filename ?? null,
      verdict: page.verdict as PageVerdict,
      picture: cids[index] ?? null,
      fingerprint: source?.kind === 'picture' ? source.blob.slice(0, 16) : null,
      isTurnDoubtful: page.isTurnDoubtful,
      isNew: source !== undefined && mails.has(source.mailId),
      reason: source?.error ?? null,
    }
  })
  return {
    pages,
    pictures: attachments,
    copies: (await pagesAndCopiesOf(db, receipt.assignment, receipt.student)).flatMap((page) => {
      const source = sources.get(page.source)
      return page.copyOf !== null && source !== undefined && mails.has(source.mailId) ? [{ filename: source.filename, reason: 'duplicate' }] : []
    }),
    replaced: pages.filter((page, index) => page.isNew && (sources.get(rows[index]?.source ?? '')?.replaces ?? null) !== null).map((page) => page.number),
    anyWork:
      [...sources.values()].some((source) => mails.has(source.mailId)) ||
      receipt.notes.some((note) => note.setAside.some((file) => file.reason === 'duplicate')),
    late: submission?.late ?? false,
    firstAt: submission?.firstAt ?? null,
    dueAt: submission?.dueAt ?? assignment.dueAt,
  }
}
