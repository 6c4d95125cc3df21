/** Recognises the pages of a corrected pile. Two keys: an authentic mark, and a page that belongs to that pupil's work on this assignment; the rest is asked about. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecognisedPage } from '../bundle/recognised-page'
import { codeOf, isPermanent } from '../errors'
import { classLabel, type PersonId } from '../school/people'
import { type Assignment, findAssignment } from '../store/assignments'
import { settleCorrection } from '../store/bundles'
import type { Db, Tx } from '../store/database'
import type { Job } from '../store/jobs'
import { findPerson } from '../store/people'
import {
  addReturnedPages,
  clearRemarks,
  clearReturnedPages,
  endHold,
  holdReturns,
  isOnHold,
  nextPageNumber,
  type ReturnedPage,
  returnedPagesOf,
  wasReadBefore,
} from '../store/returns'
import { findPage } from '../store/submissions'
import type { RefusedReason } from '../text/mails'
import type { JobResult } from '../work/runner'
import { type ReleaseDeps, scheduleRelease } from './release-copies'
import { localeOf, writeLetter } from './write-letter'
import { writeReturnReport } from './write-return-report'

export interface CorrectionDeps extends ReleaseDeps {
  markKey: string
}

export interface CorrectionJob {
  code: string
  teacher: PersonId
  mailId: string
  messageId: string | null
  files: { id: string; blob: string }[]
  /** False: a copier's scan; recognised, and released by the teacher's word alone. */
  believed: boolean
  /** Whose scan it is, where the teacher did not send it. */
  scanFrom: string | null
  /** The mail also said RENDRE or ATTENDRE. */
  order: 'release' | 'hold' | null
  /** The mail also held lines about pupils. */
  unclear: { name: string; candidates: string[] }[]
  hasRemarks: boolean
}

/** What a job lacks that was written before these were known. */
const ofEarlierVersion = { believed: true, scanFrom: null, order: null, unclear: [], hasRemarks: false }

/** Pages read from one file: a class of 40 with 12 pages each, covers and blank backs. */
const maxPages = 1200
/** Doubtful pages that are asked about where not one of the mail was recognised: more is somebody's other file. */
const mostOfForeignFile = 12
/** Doubtful pages of one mail that get a number. */
const mostDoubtful = 60

interface Sorted {
  pages: ReturnedPage[]
  thumbnails: string[]
  /** Pages with a mark of ours that are of another assignment, or whose work has been erased. */
  elsewhere: number
  erased: number
  covers: number
  repeated: Set<string>
  faults: Map<string, string>
}

export async function returnCorrections(job: Job, deps: CorrectionDeps): Promise<JobResult> {
  const data: CorrectionJob = { ...ofEarlierVersion, ...(job.data as CorrectionJob) }
  const { database, settings } = deps
  const assignment = await findAssignment(database.db, data.code)
  if (!assignment) return { commit: async () => undefined }
  const sorted = await sortPages(assignment, data, deps)
  await showDoubtful(job, data, sorted, deps)
  return {
    commit: async (tx) => {
      const now = deps.now()
      for (const file of data.files) await settleCorrection(tx, file.id, sorted.faults.has(file.id) ? 'failed' : 'done')
      await numberDoubtful(tx, assignment, sorted)
      await addReturnedPages(tx, sorted.pages)
      if (sorted.pages.length + sorted.repeated.size === 0 && !data.hasRemarks && data.unclear.length === 0) {
        await refuse(tx, assignment, data, sorted, deps, now)
        return
      }
      const going = await decideRelease(tx, assignment, data, now)
      await writeReturnReport(
        tx,
        assignment,
        {
          cause: `correction:${data.mailId}`,
          teacher: data.teacher,
          messageId: data.messageId,
          going,
          unclear: data.unclear,
          elsewhere: sorted.elsewhere,
          erased: sorted.erased,
          repeatedFiles: sorted.repeated.size,
          unreadableFiles: sorted.faults.size,
          scanFrom: data.scanFrom,
        },
        settings,
        now,
      )
    },
  }
}

/** Whether everything that may go leaves now. It does by itself when all is recognised; a copier's scan never does, and what the teacher holds back neither. */
async function decideRelease(tx: Tx, assignment: Assignment, data: CorrectionJob, now: Date): Promise<boolean> {
  const { code } = assignment
  if (data.order === 'hold') await holdReturns(tx, code, now)
  if (data.order === 'release') await endHold(tx, code)
  const pages = await returnedPagesOf(tx, code)
  const isClear = !pages.some((page) => page.state === 'doubtful' || (page.state === 'given' && !page.cleared))
  const mayGo = data.order === 'release' || (data.believed && isClear && data.unclear.length === 0 && !(await isOnHold(tx, code)))
  if (!mayGo) return false
  const all = data.order === 'release'
  await clearReturnedPages(tx, code, all ? null : data.files.map((file) => file.id))
  // A word about work that is not back yet waits for it.
  await clearRemarks(tx, code, all ? null : pages.flatMap((page) => page.student ?? []))
  await scheduleRelease(tx, assignment, data.teacher, now)
  return true
}

async function sortPages(assignment: Assignment, data: CorrectionJob, { database, blobs, bundles, markKey }: CorrectionDeps): Promise<Sorted> {
  const sorted: Sorted = { pages: [], thumbnails: [], elsewhere: 0, erased: 0, covers: 0, repeated: new Set(), faults: new Map() }
  const read = new Set<string>()
  for (const file of data.files) {
    if (read.has(file.blob) || (await wasReadBefore(database.db, assignment.code, file.blob, data.mailId))) {
      sorted.repeated.add(file.id)
      continue
    }
    read.add(file.blob)
    try {
      for (const page of await bundles.recognise(blobs.path(file.blob), markKey, { maxPages })) await sortPage(database.db, assignment, file.id, page, sorted)
    } catch (error) {
      if (!isPermanent(error)) throw error
      sorted.faults.set(file.id, codeOf(error))
    }
  }
  const doubtful = sorted.pages.filter((page) => page.state === 'doubtful')
  if (doubtful.length === sorted.pages.length && sorted.covers === 0 && doubtful.length > mostOfForeignFile) sorted.pages = []
  return sorted
}

async function sortPage(db: Db, assignment: Assignment, correction: string, page: RecognisedPage, sorted: Sorted): Promise<void> {
  if (page.cover) sorted.covers++
  if (page.cover || page.blank) return
  const row: ReturnedPage = {
    correction,
    position: page.index,
    assignment: assignment.code,
    number: null,
    pageId: null,
    student: null,
    state: 'doubtful',
    rotationDegCw: page.rotationDegCw,
    thumbnail: null,
    cleared: false,
    releasedAt: null,
  }
  if (page.pageId !== null && !page.conflict) {
    // A page with a mark of ours is its pupil's or nobody's: it is never asked about.
    if (page.code !== assignment.code) return void sorted.elsewhere++
    const owner = await findPage(db, page.pageId)
    if (!owner || owner.assignment !== assignment.code) return void sorted.erased++
    sorted.pages.push({ ...row, pageId: owner.id, student: owner.student, state: 'known' })
  } else if (sorted.pages.filter((one) => one.state === 'doubtful').length < mostDoubtful) sorted.pages.push(row)
}

/** A small picture of each doubtful page. */
async function showDoubtful(job: Job, data: CorrectionJob, sorted: Sorted, { blobs, bundles, temporary }: CorrectionDeps): Promise<void> {
  for (const file of data.files) {
    const pages = sorted.pages.filter((page) => page.correction === file.id && page.state === 'doubtful')
    if (pages.length === 0) continue
    const wanted = pages.map((page) => ({ page, outFile: join(temporary, `${job.id}-${file.id}-${page.position}.jpg`) }))
    try {
      await bundles.thumbnails(
        blobs.path(file.blob),
        wanted.map(({ page, outFile }) => ({ index: page.position, rotationDegCw: page.rotationDegCw, outFile })),
      )
      for (const { page, outFile } of wanted) page.thumbnail = await blobs.putFile(outFile)
    } catch (error) {
      // A page that cannot even be drawn is asked about without a picture.
      if (!isPermanent(error)) throw error
    } finally {
      for (const { outFile } of wanted) await rm(outFile, { force: true })
    }
  }
}

async function numberDoubtful(tx: Tx, assignment: Assignment, sorted: Sorted): Promise<void> {
  let number = await nextPageNumber(tx, assignment.code)
  for (const page of sorted.pages) if (page.state === 'doubtful') page.number = number++
}

/** Nothing of it is ours, or nothing could be opened: a kind word to the teacher, and nothing to a copier. */
async function refuse(tx: Tx, assignment: Assignment, data: CorrectionJob, sorted: Sorted, { settings }: CorrectionDeps, now: Date): Promise<void> {
  const teacher = await findPerson(tx, data.teacher)
  if (!teacher?.email || !data.believed) return
  const faults = [...sorted.faults.values()]
  const reason: RefusedReason =
    sorted.elsewhere > 0
      ? 'correction-elsewhere'
      : ((['pdf-locked', 'pdf-damaged', 'too-many-pages'] as const).find((code) => faults.includes(code)) ?? 'correction-not-recognised')
  await writeLetter(
    tx,
    {
      template: 'refused',
      cause: `correction:${data.mailId}`,
      to: { name: teacher.name, address: teacher.email },
      person: teacher.id,
      locale: localeOf(teacher.language, settings),
      class: assignment.class,
      assignment: assignment.code,
      inReplyTo: data.messageId,
      answersMail: true,
      data: {
        class: classLabel(assignment.class),
        code: assignment.code,
        title: assignment.title,
        reason,
        toStudent: false,
        subject: '',
        detail: null,
        office: settings.office,
      },
    },
    settings,
    now,
  )
}
