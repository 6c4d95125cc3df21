/** The child process of page-workers.ts: makes the pages of a file, or looks whether two pages show one sheet. It keeps nothing between jobs. */
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { codeOf, type FaultCode, isFault } from '../errors'
import type { ChildAnswer } from './child-pool'
import { makePages } from './make-page'
import type { PageAnswer, PageJob } from './page-workers'
import { isSameSheet } from './same-sheet'
import { shutLoaders } from './shut-loaders'
import { thumbnailOf } from './thumbnail'

/** Whoever accepts mail goes first (SPEED.md). */
const niceness = 10

async function answerTo(job: PageJob): Promise<ChildAnswer<PageAnswer>> {
  try {
    if ('placed' in job) return { ok: true, result: await isSameSheet(Buffer.from(job.one), Buffer.from(job.other), job.placed) }
    const pages = await makePages(readFileSync(job.file), job.maxPages, { maxPixels: job.maxPixels })
    if (job.thumbnails === true) for (const page of pages) page.thumbnail = await thumbnailOf(page.jpeg)
    return { ok: true, result: pages }
  } catch (error) {
    return { ok: false, fault: isFault(error) ? (codeOf(error) as FaultCode) : null, message: codeOf(error) }
  }
}

setPriority(niceness)
shutLoaders()
process.on('message', (job) => {
  void answerTo(job as PageJob).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
