/** The child process of page-workers.ts: reads a file, makes its pages, answers with them. It keeps nothing between jobs. */
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import sharp from 'sharp'
import { codeOf, type FaultCode, isFault } from '../errors'
import type { ChildAnswer } from './child-pool'
import { makePages } from './make-page'
import type { MadePage, PageLimits, PageSource } from './page'

sharp.cache(false)
sharp.concurrency(1)
// Only the loaders of the contract's formats (THREATS.md, D11): whatever else libvips could read stays shut.
sharp.block({
  operation: [
    'VipsForeignLoadSvg',
    'VipsForeignLoadPdf',
    'VipsForeignLoadMagick',
    'VipsForeignLoadRad',
    'VipsForeignLoadOpenexr',
    'VipsForeignLoadFits',
    'VipsForeignLoadMat',
    'VipsForeignLoadAnalyze',
    'VipsForeignLoadCsv',
    'VipsForeignLoadVips',
  ],
})

/** Whoever accepts mail goes first (SPEED.md). */
const niceness = 10

async function answerTo(job: PageSource & PageLimits): Promise<ChildAnswer<MadePage[]>> {
  try {
    return { ok: true, result: await makePages(readFileSync(job.file), job.maxPages, { maxPixels: job.maxPixels }) }
  } catch (error) {
    return { ok: false, fault: isFault(error) ? (codeOf(error) as FaultCode) : null, message: codeOf(error) }
  }
}

setPriority(niceness)
process.on('message', (job) => {
  void answerTo(job as PageSource & PageLimits).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
