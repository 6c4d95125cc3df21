/** The child process of bundle-pool.ts: reads and writes the files, one job after the other. It keeps nothing between jobs but fonts and readers. */
import './optimise-later'
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { type FaultCode, isFault, errnoOf } from '../errors'
import { buildBundle } from './build-bundle'
import { loadBundleFonts } from './bundle-fonts-files'
import type { BundleJob, BundleJobAnswer, BundleJobResult } from './bundle-job'
import { intoFile, readPicture } from './pile-files'

/** Whoever accepts mail goes first (SPEED.md). */
const niceness = 10

async function carryOut(job: BundleJob): Promise<BundleJobResult> {
  switch (job.kind) {
    case 'build':
      return intoFile(job.outFile, (sink) => buildBundle(job.input, { ...loadBundleFonts(), readPicture, drawn: job.drawn }, sink))
    case 'read-document': {
      const { documentText } = await import('../message/document-text.js')
      return documentText(readFileSync(job.file))
    }
    case 'redraw': {
      const [{ redraw }, { shutLoaders }] = await Promise.all([import('./redraw.js'), import('../pages/shut-loaders.js')])
      shutLoaders()
      const { bytes, ...redrawn } = await redraw(readFileSync(job.file), job.wanted, job.firstObject, readPicture)
      return intoFile(job.outFile, (sink) => {
        sink(bytes)
        return Promise.resolve(redrawn)
      })
    }
    case 'recognise': {
      // Loaded where needed: building a pile needs none of them.
      const [{ openReturned }, { recognise }, { loadCodeReader }, { shutLoaders }] = await Promise.all([
        import('./returned-pages.js'),
        import('./recognise.js'),
        import('./mark-reader-files.js'),
        import('../pages/shut-loaders.js'),
      ])
      shutLoaders()
      const pages = await openReturned(readFileSync(job.file), job.limits.maxPages)
      try {
        return await recognise(pages, job.markKeyHex, loadCodeReader())
      } finally {
        await pages.close()
      }
    }
    case 'cut': {
      const [{ cutPages }, { shutLoaders }] = await Promise.all([import('./cut-correction.js'), import('../pages/shut-loaders.js')])
      shutLoaders()
      const { regularFont } = loadBundleFonts()
      const bytes = await cutPages(readFileSync(job.file), job.pages, { regularFont, title: job.title, maxPages: job.maxPages })
      return intoFile(job.outFile, (sink) => {
        sink(bytes)
        return Promise.resolve(null)
      })
    }
  }
}

async function answer(job: BundleJob): Promise<BundleJobAnswer> {
  try {
    return { ok: true, result: await carryOut(job) }
  } catch (error) {
    const fault: FaultCode | null = isFault(error) ? error.code : null
    const errno = isFault(error) ? '' : errnoOf(error)
    // Messages of the file system hold paths, and ours go to logs.
    return { ok: false, fault: errno === 'ENOSPC' ? 'disk-full' : fault, message: errno || (error instanceof Error ? error.message : 'unknown') }
  }
}

setPriority(niceness)
process.on('message', (job: BundleJob) => {
  void answer(job).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit(0))
