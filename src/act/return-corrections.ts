/** Recognises the pages of a corrected pile and gives each pupil the own ones. Two keys: an authentic mark, and a page that belongs to that pupil's work on this assignment. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleFileName } from '../bundle/bundle-name'
import type { BundlePool } from '../bundle/bundle-pool'
import type { RecognisedPage } from '../bundle/recognised-page'
import { codeOf, isPermanent } from '../errors'
import { classLabel, type PersonId } from '../school/people'
import { type Assignment, findAssignment } from '../store/assignments'
import type { Blobs } from '../store/blobs'
import { addReturned, settleCorrection } from '../store/bundles'
import type { Database, Tx } from '../store/database'
import type { Job } from '../store/jobs'
import { findPerson } from '../store/people'
import { findPage, pagesOf } from '../store/submissions'
import type { JobResult } from '../work/runner'
import { peopleReading } from './readers'
import { giveReplyAddress } from './reply-route'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

export interface CorrectionDeps {
  database: Database
  blobs: Blobs
  bundles: BundlePool
  markKey: string
  temporary: string
  settings: ActSettings
  now(): Date
}

interface CorrectionJob {
  code: string
  teacher: PersonId
  mailId: string
  messageId: string | null
  files: { id: string; blob: string; mediaType: string }[]
}

/** Pages read from one file: a class of 40 with 12 pages each, covers and blank backs. */
const maxPages = 1200

interface Sorted {
  /** Pages of each student, by file, in the order of the student's pages. */
  students: Map<PersonId, { file: string; pages: { index: number; rotationDegCw: number; order: number }[] }[]>
  unrecognised: { index: number }[]
  faults: { code: string }[]
}

export async function returnCorrections(job: Job, deps: CorrectionDeps): Promise<JobResult> {
  const data = job.data as CorrectionJob
  const { database, blobs, bundles, now } = deps
  const assignment = await findAssignment(database.db, data.code)
  if (!assignment) return { commit: async () => undefined }
  const sorted = await sortPages(assignment, data, deps)
  const copies: { student: PersonId; blob: string; pages: number }[] = []
  for (const [student, files] of sorted.students) {
    for (const [index, { file, pages }] of files.entries()) {
      const out = join(deps.temporary, `${job.id}-${student.replace(/[^\w-]/gu, '_')}-${index}.pdf`)
      try {
        await bundles.cut(
          blobs.path(file),
          pages.sort((a, b) => a.order - b.order).map(({ index: page, rotationDegCw }) => ({ index: page, rotationDegCw })),
          out,
          assignment.title,
        )
        copies.push({ student, blob: await blobs.putFile(out), pages: pages.length })
      } finally {
        await rm(out, { force: true })
      }
    }
  }
  return {
    commit: async (tx) => {
      for (const file of data.files) await settleCorrection(tx, file.id, sorted.faults.length === data.files.length ? 'failed' : 'done')
      const returned: { name: string; pages: number }[] = []
      const unreachable: string[] = []
      for (const copy of copies) {
        const student = await findPerson(tx, copy.student)
        if (!student) continue
        const reached = await returnCopy(tx, assignment, copy, data, deps.settings, now())
        if (reached) returned.push({ name: student.name, pages: copy.pages })
        else unreachable.push(student.name)
      }
      await report(tx, assignment, { data, returned, unreachable, sorted }, deps.settings, now())
    },
  }
}

async function sortPages(assignment: Assignment, data: CorrectionJob, { database, blobs, bundles, markKey }: CorrectionDeps): Promise<Sorted> {
  const sorted: Sorted = { students: new Map(), unrecognised: [], faults: [] }
  // Pages go back in the order of the submission, whatever the pile was shuffled to.
  const order = new Map((await pagesOf(database.db, assignment.code)).map((page, index) => [page.id, index]))
  let counted = 0
  for (const file of data.files) {
    let pages: RecognisedPage[]
    try {
      pages = await bundles.recognise(blobs.path(file.blob), markKey, { maxPages })
    } catch (error) {
      if (!isPermanent(error)) throw error
      sorted.faults.push({ code: codeOf(error) })
      continue
    }
    for (const page of pages) {
      const place = { index: counted + page.index, file: file.blob }
      if (page.cover || page.blank) continue
      const owner = page.pageId === null || page.conflict || page.code !== assignment.code ? null : await findPage(database.db, page.pageId)
      if (!owner || owner.assignment !== assignment.code) sorted.unrecognised.push({ index: place.index })
      else addTo(sorted, owner.student, file.blob, { index: page.index, rotationDegCw: page.rotationDegCw, order: order.get(owner.id) ?? owner.id })
    }
    counted += pages.length
  }
  return sorted
}

function addTo(sorted: Sorted, student: PersonId, file: string, page: { index: number; rotationDegCw: number; order: number }): void {
  const files = sorted.students.get(student) ?? []
  const entry = files.find((one) => one.file === file)
  if (entry) entry.pages.push(page)
  else files.push({ file, pages: [page] })
  sorted.students.set(student, files)
}

/** M11 to whoever reads this pupil's mail; false when nobody does. The same copy twice is sent once. */
async function returnCopy(
  tx: Tx,
  assignment: Assignment,
  copy: { student: PersonId; blob: string; pages: number },
  data: CorrectionJob,
  settings: ActSettings,
  now: Date,
): Promise<boolean> {
  const readers = await peopleReading(tx, assignment, copy.student)
  if (readers.length === 0) return false
  const correction = data.files[0]?.id ?? ''
  if (!(await addReturned(tx, { assignment: assignment.code, student: copy.student, blob: copy.blob, correction, pages: copy.pages, returnedAt: now })))
    return true
  const teacher = await findPerson(tx, data.teacher)
  for (const reader of readers) {
    await writeLetter(
      tx,
      {
        template: 'returned-copy',
        cause: `returned:${data.mailId}:${copy.student}:${copy.blob}:${reader.address}`,
        to: { name: reader.name, address: reader.address },
        person: reader.person,
        locale: localeOf(reader.language, settings),
        fromName: `${teacher?.name ?? settings.school} (${classLabel(assignment.class)})`,
        class: assignment.class,
        assignment: assignment.code,
        student: copy.student,
        token: reader.token,
        data: {
          class: classLabel(assignment.class),
          code: assignment.code,
          title: assignment.title,
          studentName: reader.studentName,
          toGuardian: reader.isGuardian,
          teacherName: teacher?.name ?? '',
          pages: copy.pages,
          remark: null,
        },
        attachments: [
          {
            blob: copy.blob,
            filename: bundleFileName({ className: assignment.class, code: assignment.code, title: reader.studentName }),
            mediaType: 'application/pdf',
            disposition: 'attachment',
            cid: null,
          },
        ],
      },
      settings,
      now,
    )
  }
  return true
}

async function report(
  tx: Tx,
  assignment: Assignment,
  { data, returned, unreachable, sorted }: { data: CorrectionJob; returned: { name: string; pages: number }[]; unreachable: string[]; sorted: Sorted },
  settings: ActSettings,
  now: Date,
): Promise<void> {
  const teacher = await findPerson(tx, data.teacher)
  if (!teacher?.email) return
  const base = {
    to: { name: teacher.name, address: teacher.email },
    person: teacher.id,
    locale: localeOf(teacher.language, settings),
    class: assignment.class,
    assignment: assignment.code,
    inReplyTo: data.messageId,
    answersMail: true,
  }
  const about = { class: classLabel(assignment.class), code: assignment.code, title: assignment.title }
  if (returned.length + unreachable.length + sorted.unrecognised.length === 0) {
    const reason =
      (['pdf-locked', 'pdf-damaged', 'too-many-pages'] as const).find((code) => sorted.faults.some((fault) => fault.code === code)) ??
      'correction-not-recognised'
    await writeLetter(
      tx,
      {
        ...base,
        template: 'refused',
        cause: `correction:${data.mailId}`,
        data: { ...about, reason, toStudent: false, subject: '', detail: null, office: settings.office },
      },
      settings,
      now,
    )
    return
  }
  const token = await giveReplyAddress(tx, { purpose: 'teacher', person: teacher.id, address: teacher.email, assignment: assignment.code }, now)
  await writeLetter(
    tx,
    {
      ...base,
      template: 'return-report',
      cause: `correction:${data.mailId}`,
      token,
      data: { ...about, returned, unreachable, unrecognisedPages: sorted.unrecognised.map((page) => page.index + 1), unreadableFiles: sorted.faults.length },
    },
    settings,
    now,
  )
}
