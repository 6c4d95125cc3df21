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
      return intoFile(job.outFile, (sink) => buildBundle(job.input, { ...loadBundleFonts(), readPicture }, sink))
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
        return await recognise(pages, job.markKeyHex, loadCodeReader(), job.limits.first)
      } finally {
        await pages.close()
      }
    }
    case 'cut': {
      const [{ CorrectionCutter }, { shutLoaders }] = await Promise.all([import('./cut-correction.js'), import('../pages/shut-loaders.js')])
      shutLoaders()
      const { regularFont } = loadBundleFonts()
      const cutter = new CorrectionCutter((file) => readFileSync(job.files[file] ?? ''), { regularFont, title: job.title, maxPages: job.maxPages })
      try {
        for (const { pages, outFile } of job.copies) await bytesInto(outFile, await cutter.cut(pages))
      } finally {
        await cutter.close()
      }
      return null
    }
    case 'thumbnails': {
      const [{ openReturnedSource }, { pixelsToJpeg }, { thumbnailOf }, { shutLoaders }] = await Promise.all([
        import('./returned-source.js'),
        import('../pages/pdf-to-picture.js'),
        import('../pages/thumbnail.js'),
        import('../pages/shut-loaders.js'),
      ])
      shutLoaders()
      const source = await openReturnedSource(readFileSync(job.file), job.maxPages)
      try {
        for (const { index, rotationDegCw, outFile } of job.pages) {
          const { pixels, turnedDegCw } = await source.picture(index)
          const { jpeg } = await pixelsToJpeg(pixels, (rotationDegCw - turnedDegCw + 720) % 360)
          await bytesInto(outFile, await thumbnailOf(jpeg))
        }
      } finally {
        await source.close()
      }
      return null
    }
  }
}

const bytesInto = (file: string, bytes: Uint8Array): Promise<null> =>
  intoFile(file, (sink) => {
    sink(bytes)
    return Promise.resolve(null)
  })

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
