/** A picture or PDF that came in becomes pages, off the event loop; a broken one costs only itself and says so. */
import { codeOf, isPermanent } from '../errors'
import type { PageWorkers } from '../pages/page-workers'
import type { Blobs } from '../store/blobs'
import type { Database, Tx } from '../store/database'
import type { Job } from '../store/jobs'
import { addPage, findSource, type Page, pagesOf, settleSource, sourcesOf, type Source } from '../store/submissions'
import { scheduleCopies } from './set-copies-aside'
import type { JobResult } from '../work/runner'

export interface MakePagesDeps {
  database: Database
  blobs: Blobs
  pages: PageWorkers
  pagesPerSubmission: number
  now(): Date
}

export async function makePages(job: Job, { database, blobs, pages, pagesPerSubmission, now }: MakePagesDeps): Promise<JobResult> {
  const { sourceId } = job.data as { sourceId: string }
  const source = await findSource(database.db, sourceId)
  if (!source || source.state !== 'waiting') return { commit: async () => undefined }
  try {
    const already = (await pagesOf(database.db, source.assignment, source.student)).length
    const made = await pages.make({ file: blobs.path(source.blob), maxPages: Math.max(1, pagesPerSubmission - already), thumbnails: true })
    const rows: Omit<Page, 'id'>[] = []
    for (const one of made)
      rows.push({
        ...unreadablePage(source, one.number),
        blob: await blobs.put(one.jpeg),
        thumbnail: one.thumbnail === null ? null : await blobs.put(one.thumbnail),
        widthPx: one.widthPx,
        heightPx: one.heightPx,
        rotationDegCw: one.rotationDegCw,
        isTurnDoubtful: one.isTurnDoubtful,
        verdict: one.quality.verdict,
        sharpness: one.quality.sharpness,
        exposure: one.quality.exposure,
        bytes: one.jpeg.length,
        fingerprint: one.fingerprint.toString('base64'),
      })
    return {
      commit: async (tx) => {
        if (!(await settleSource(tx, source.id, 'done', null))) return
        for (const row of rows) await addPage(tx, row)
        if (already > 0 || (await sourcesOf(tx, source.assignment, source.student)).length > 1)
          await scheduleCopies(tx, { assignment: source.assignment, student: source.student, sources: [source.id] }, now())
      },
    }
  } catch (error) {
    // A worker that died may have had too little memory: once more; then the picture is to blame.
    if (!isPermanent(error) && job.attempts < 1) throw error
    return {
      commit: async (tx) => {
        if (await settleSource(tx, source.id, 'failed', codeOf(error))) await addPage(tx, unreadablePage(source, 1))
      },
    }
  }
}

/** A job that was given up (its service died over it again and again) leaves a page that says so: bundle and receipt wait for it no more. */
export async function givePagesUp(tx: Tx, job: Job, code: string): Promise<void> {
  if (job.kind !== 'make-pages') return
  const source = await findSource(tx, (job.data as { sourceId: string }).sourceId)
  if (source && (await settleSource(tx, source.id, 'failed', code))) await addPage(tx, unreadablePage(source, 1))
}

const unreadablePage = (source: Pick<Source, 'id' | 'assignment' | 'student'>, number: number): Omit<Page, 'id'> => ({
  source: source.id,
  assignment: source.assignment,
  student: source.student,
  number,
  blob: null,
  thumbnail: null,
  widthPx: null,
  heightPx: null,
  rotationDegCw: 0,
  isTurnDoubtful: false,
  verdict: 'unreadable',
  sharpness: null,
  exposure: null,
  bytes: null,
  fingerprint: null,
  copyOf: null,
})
