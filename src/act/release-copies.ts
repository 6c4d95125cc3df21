/** Gives back what may go: each pupil's corrected pages as one PDF with mark and remark (M11), to whoever reads that pupil's mail. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleFileName } from '../bundle/bundle-name'
import type { BundlePool } from '../bundle/bundle-pool'
import { classLabel, type PersonId } from '../school/people'
import { type Assignment, findAssignment } from '../store/assignments'
import type { Blobs } from '../store/blobs'
import { addReturned } from '../store/bundles'
import type { Database, Tx } from '../store/database'
import { addJob, type Job } from '../store/jobs'
import { dropHeldOutgoing, resumeOutgoing } from '../store/outbox'
import { findPerson } from '../store/people'
import { isOnHold, type ReturnedPageInFile, releaseRemark, releaseReturnedPages, remarksOf, returnedPagesOf, type StoredRemark } from '../store/returns'
import { pagesOf } from '../store/submissions'
import { answersReturnedCopy } from '../understand/decide'
import type { JobResult } from '../work/runner'
import { pagesOfCopy } from './pages-of-copy'
import { mayLeaveAt } from './quiet-hours'
import { peopleReading, type Reader } from './readers'
import { giveReplyAddress, threadRoot } from './reply-route'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

export interface ReleaseDeps {
  database: Database
  blobs: Blobs
  bundles: BundlePool
  temporary: string
  settings: ActSettings
  now(): Date
}

interface ReleaseJob {
  code: string
  teacher: PersonId
}

/** What is sent: pages are cut in a job of its own, a few pupils at a time. */
export const scheduleRelease = (tx: Tx, assignment: Assignment, teacher: PersonId, now: Date): Promise<void> =>
  addJob(tx, { kind: 'release-copies', key: `release:${assignment.code}`, data: { code: assignment.code, teacher } satisfies ReleaseJob, dueAt: now }, now)

/** Copies that one child process job cuts: bounded in time. */
const copiesAtOnce = 12

interface Copy {
  student: PersonId
  pages: ReturnedPageInFile[]
  /** Null: words alone. */
  blob: string | null
  remark: StoredRemark | null
}

export async function releaseCopies(job: Job, deps: ReleaseDeps): Promise<JobResult> {
  const { code, teacher } = job.data as ReleaseJob
  const { db } = deps.database
  const assignment = await findAssignment(db, code)
  if (!assignment || (await isOnHold(db, code))) return { commit: async () => undefined }
  const copies = await dueCopies(assignment, deps)
  await cutAll(job, assignment, copies, deps)
  return {
    commit: async (tx) => {
      // ATTENDRE may have come while the pages were cut.
      if (await isOnHold(tx, code)) return
      const now = deps.now()
      for (const copy of copies) {
        await sendCopy(tx, job, assignment, teacher, copy, deps.settings, now)
        await releaseReturnedPages(tx, code, copy.student, now)
        await releaseRemark(tx, code, copy.student, now)
      }
      // What ATTENDRE stopped and nothing newer replaced goes on.
      await resumeOutgoing(tx, code, 'returned-copy', await mayLeaveAt(tx, { template: 'returned-copy', person: null }, now, deps.settings))
    },
  }
}

/** Pupils with a page or a remark that may go and has not gone; each with all that ever came back of theirs. */
async function dueCopies(assignment: Assignment, { database: { db } }: ReleaseDeps): Promise<Copy[]> {
  const rows = (await returnedPagesOf(db, assignment.code)).filter((row) => row.student !== null && row.cleared)
  const remarks = (await remarksOf(db, assignment.code)).filter((remark) => remark.cleared)
  const order = new Map((await pagesOf(db, assignment.code)).map((page, index) => [page.id, index]))
  const students = [...new Set([...rows.map((row) => row.student), ...remarks.map((remark) => remark.student)])].filter((student) => student !== null)
  return students.flatMap((student): Copy[] => {
    const own = rows.filter((row) => row.student === student)
    const remark = remarks.find((one) => one.student === student) ?? null
    const isDue = own.some((row) => row.releasedAt === null) || (remark !== null && remark.releasedAt === null)
    return isDue ? [{ student, pages: pagesOfCopy(own, order), blob: null, remark }] : []
  })
}

async function cutAll(job: Job, assignment: Assignment, copies: Copy[], { blobs, bundles, temporary }: ReleaseDeps): Promise<void> {
  const withPages = copies.filter((copy) => copy.pages.length > 0)
  for (let start = 0; start < withPages.length; start += copiesAtOnce) {
    const some = withPages.slice(start, start + copiesAtOnce)
    const files = [...new Set(some.flatMap((copy) => copy.pages.map((page) => page.blob)))]
    const jobs = some.map((copy, index) => ({
      pages: copy.pages.map((page) => ({ file: files.indexOf(page.blob), index: page.position, rotationDegCw: page.rotationDegCw })),
      outFile: join(temporary, `${job.id}-${start + index}.pdf`),
    }))
    try {
      await bundles.cut(
        files.map((blob) => blobs.path(blob)),
        jobs,
        assignment.title,
      )
      for (const [index, copy] of some.entries()) copy.blob = await blobs.putFile(jobs[index]?.outFile ?? '')
    } finally {
      for (const { outFile } of jobs) await rm(outFile, { force: true })
    }
  }
}

/** The same copy twice is sent once, unless there is a new word about it. */
async function sendCopy(tx: Tx, job: Job, assignment: Assignment, teacherId: PersonId, copy: Copy, settings: ActSettings, now: Date): Promise<void> {
  const { student, blob, pages, remark } = copy
  const readers = await peopleReading(tx, assignment, student)
  if (readers.length === 0) return
  const correction = pages.at(-1)?.correction ?? ''
  const isNew = blob !== null && (await addReturned(tx, { assignment: assignment.code, student, blob, correction, pages: pages.length, returnedAt: now }))
  if (!isNew && (remark === null || remark.releasedAt !== null)) return
  // A copy that the teacher held back is in this one.
  await dropHeldOutgoing(tx, assignment.code, 'returned-copy', student)
  const teacher = await findPerson(tx, teacherId)
  for (const reader of readers) await writeCopy(tx, { job, assignment, reader, copy, teacherName: teacher?.name ?? null }, settings, now)
}

interface CopyLetter {
  job: Job
  assignment: Assignment
  reader: Reader
  copy: Copy
  teacherName: string | null
}

async function writeCopy(tx: Tx, { job, assignment, reader, copy, teacherName }: CopyLetter, settings: ActSettings, now: Date): Promise<void> {
  const { person, address, student, isGuardian, studentName } = reader
  // An address of its own: the answer to a returned copy is a question about it.
  const token = await giveReplyAddress(tx, { purpose: 'student', person, address, assignment: assignment.code, student, ref: answersReturnedCopy }, now)
  const filename = bundleFileName({ className: assignment.class, code: assignment.code, title: studentName })
  await writeLetter(
    tx,
    {
      template: 'returned-copy',
      cause: `returned:${job.id}:${student}:${address}`,
      to: { name: reader.name, address },
      person,
      locale: localeOf(reader.language, settings),
      fromName: `${teacherName ?? settings.school} (${classLabel(assignment.class)})`,
      class: assignment.class,
      assignment: assignment.code,
      student,
      token,
      inReplyTo: threadRoot(assignment.code, reader.token, settings.domain),
      sendAt: new Date(now.getTime() + settings.undoMs),
      data: {
        class: classLabel(assignment.class),
        code: assignment.code,
        title: assignment.title,
        studentName,
        toGuardian: isGuardian,
        teacherName: teacherName ?? '',
        pages: copy.pages.length,
        mark: copy.remark?.mark ?? null,
        remark: copy.remark?.words || null,
      },
      attachments: copy.blob === null ? [] : [{ blob: copy.blob, filename, mediaType: 'application/pdf', disposition: 'attachment', cid: null }],
    },
    settings,
    now,
  )
}
