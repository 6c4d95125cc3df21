/** A picture or PDF that came in becomes pages, off the event loop; a broken one costs only itself and says so. */
import { codeOf, isPermanent } from '../errors'
import type { PageWorkers } from '../pages/page-workers'
import type { Blobs } from '../store/blobs'
import type { Database } from '../store/database'
import type { Job } from '../store/jobs'
import { addPage, findSource, type Page, pagesOf, settleSource } from '../store/submissions'
import type { JobResult } from '../work/runner'

export interface MakePagesDeps {
  database: Database
  blobs: Blobs
  pages: PageWorkers
  pagesPerSubmission: number
}

export async function makePages(job: Job, { database, blobs, pages, pagesPerSubmission }: MakePagesDeps): Promise<JobResult> {
  const { sourceId } = job.data as { sourceId: string }
  const source = await findSource(database.db, sourceId)
  if (!source || source.state !== 'waiting') return { commit: async () => undefined }
  const page = (number: number): Omit<Page, 'id'> => ({
    source: source.id,
    assignment: source.assignment,
    student: source.student,
    number,
    blob: null,
    widthPx: null,
    heightPx: null,
    rotationDegCw: 0,
    verdict: 'unreadable',
    sharpness: null,
    exposure: null,
    bytes: null,
  })
  try {
    const already = (await pagesOf(database.db, source.assignment, source.student)).length
    const made = await pages.make({ file: blobs.path(source.blob), maxPages: Math.max(1, pagesPerSubmission - already) })
    const rows: Omit<Page, 'id'>[] = []
    for (const one of made)
      rows.push({
        ...page(one.number),
        blob: await blobs.put(one.jpeg),
        widthPx: one.widthPx,
        heightPx: one.heightPx,
        rotationDegCw: one.rotationDegCw,
        verdict: one.quality.verdict,
        sharpness: one.quality.sharpness,
        exposure: one.quality.exposure,
        bytes: one.jpeg.length,
      })
    return {
      commit: async (tx) => {
        if (!(await settleSource(tx, source.id, 'done', null))) return
        for (const row of rows) await addPage(tx, row)
      },
    }
  } catch (error) {
    // A worker that died may have had too little memory: once more; then the picture is to blame.
    if (!isPermanent(error) && job.attempts < 1) throw error
    return {
      commit: async (tx) => {
        if (await settleSource(tx, source.id, 'failed', codeOf(error))) await addPage(tx, page(1))
      },
    }
  }
}
