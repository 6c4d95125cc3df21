/** The child process of page-workers.ts: reads a file, makes its pages, answers with them. It keeps nothing between jobs. */
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { codeOf, type FaultCode, isFault } from '../errors'
import type { ChildAnswer } from './child-pool'
import { makePages } from './make-page'
import { shutLoaders } from './shut-loaders'
import type { MadePage, PageLimits, PageSource } from './page'
import { thumbnailOf } from './thumbnail'

/** Whoever accepts mail goes first (SPEED.md). */
const niceness = 10

async function answerTo(job: PageSource & PageLimits): Promise<ChildAnswer<MadePage[]>> {
  try {
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
  void answerTo(job as PageSource & PageLimits).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
