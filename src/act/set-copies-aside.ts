/** Of two photos of one sheet the better one counts; the other is set aside, kept, and named in the receipt. Slow work: not while mail is handled. */
import { findCopies } from '../pages/find-copies'
import type { Placed } from '../pages/near-duplicate'
import type { PageWorkers } from '../pages/page-workers'
import type { Verdict } from '../pages/page'
import type { Blobs } from '../store/blobs'
import type { Database, Db, Tx } from '../store/database'
import { addJob, isJobComing, type Job } from '../store/jobs'
import { pagesAndCopiesOf, setCopyOf, type Page } from '../store/submissions'
import type { JobResult } from '../work/runner'

export interface CopiesJob {
  assignment: string
  student: string
  /** Whose pages were not compared yet. */
  sources: string[]
}

export interface CopiesDeps {
  database: Database
  blobs: Blobs
  pages: Pick<PageWorkers, 'areSame'>
}

const keyOf = ({ assignment, student }: Pick<CopiesJob, 'assignment' | 'student'>): string => `find-copies:${assignment}:${student}`
export const scheduleCopies = (tx: Tx, job: CopiesJob, now: Date): Promise<void> =>
  addJob(tx, { kind: 'find-copies', key: keyOf(job), data: job, dueAt: now }, now, {
    due: 'earliest',
    merge: (before) => ({ ...job, sources: [...(before as CopiesJob).sources, ...job.sources] }),
  })

/** A receipt waits for it. */
export const isComparing = (db: Db, { assignment, student }: Pick<CopiesJob, 'assignment' | 'student'>): Promise<boolean> =>
  isJobComing(db, keyOf({ assignment, student }))

export async function setCopiesAside(job: Job, { database, blobs, pages }: CopiesDeps): Promise<JobResult> {
  const { assignment, student, sources } = job.data as CopiesJob
  const rows = (await pagesAndCopiesOf(database.db, assignment, student)).filter(isComparable)
  const jpegOf = (index: number): Promise<Buffer> => blobs.get(rows[index]?.blob ?? '')
  const compared = rows.map(({ fingerprint, verdict, sharpness, exposure }) => ({
    fingerprint: Buffer.from(fingerprint, 'base64'),
    quality: { verdict: verdict as Verdict, sharpness: sharpness ?? 0, exposure: exposure ?? 0 },
  }))
  const areSame = async (one: number, other: number, placed: Placed): Promise<boolean> =>
    // What came in one file was meant so.
    rows[one]?.source !== rows[other]?.source && pages.areSame(await jpegOf(one), await jpegOf(other), placed)
  const copyOf = await findCopies(compared, areSame, (index) => sources.includes(rows[index]?.source ?? ''))
  return {
    commit: async (tx) => {
      for (const [index, better] of copyOf.entries()) {
        const [copy, kept] = [rows[index], better === null ? undefined : rows[better]]
        if (copy && kept) await setCopyOf(tx, copy.id, kept.id)
      }
    },
  }
}

type Comparable = Page & { fingerprint: string; blob: string }
const isComparable = (page: Page): page is Comparable => page.fingerprint !== null && page.blob !== null && page.copyOf === null
