/** The child process of bundle-pool.ts: reads and writes the files, one job after the other. It keeps nothing between jobs but fonts and readers. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { setPriority } from 'node:os'
import { codeOf, type FaultCode, isFault } from '../errors'
import { buildBundle } from './build-bundle'
import { loadBundleFonts } from './bundle-fonts-files'
import type { BundleJob, BundleJobAnswer, BundleJobResult } from './bundle-job'
import type { ByteSink } from './pdf-file'

/** Whoever accepts mail goes first (SPEED.md). */
const niceness = 10
const bufferBytes = 256 * 1024

/** Writes beside the place and renames: a killed worker leaves no half pile under the right name. */
async function intoFile<T>(file: string, write: (sink: ByteSink) => Promise<T>): Promise<T> {
  const draft = `${file}.${process.pid}.part`
  const descriptor = openSync(draft, 'w', 0o600)
  let open = true
  const buffer = Buffer.allocUnsafe(bufferBytes)
  let used = 0
  const flush = (): void => {
    for (let at = 0; at < used; ) at += writeSync(descriptor, buffer, at, used - at)
    used = 0
  }
  try {
    const result = await write((chunk) => {
      if (used + chunk.length > bufferBytes) flush()
      if (chunk.length > bufferBytes) for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at, chunk.length - at)
      else {
        buffer.set(chunk, used)
        used += chunk.length
      }
    })
    flush()
    closeSync(descriptor)
    open = false
    renameSync(draft, file)
    return result
  } catch (error) {
    if (open) closeSync(descriptor)
    rmSync(draft, { force: true })
    throw error
  }
}

/** A missing picture is one sheet that says so; a disk that fails is a failed job. */
function readPicture(file: string): Uint8Array | null {
  try {
    return readFileSync(file)
  } catch (error) {
    if (codeOf(error) === 'Error' && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return null
    throw error
  }
}

async function carryOut(job: BundleJob): Promise<BundleJobResult> {
  switch (job.kind) {
    case 'build':
      return intoFile(job.outFile, (sink) => buildBundle(job.input, { ...loadBundleFonts(), readPicture }, sink))
    case 'recognise': {
      // Loaded where needed: building a pile needs none of them.
      const [{ openReturned }, { recognise }, { loadCodeReader }] = await Promise.all([
        import('./returned-pages.js'),
        import('./recognise.js'),
        import('./mark-reader-files.js'),
      ])
      const pages = await openReturned(readFileSync(job.file), job.limits.maxPages)
      try {
        return await recognise(pages, job.markKeyHex, loadCodeReader())
      } finally {
        await pages.close()
      }
    }
    case 'cut': {
      const { cutPages } = await import('./cut-correction.js')
      const { regularFont } = loadBundleFonts()
      const bytes = await cutPages(readFileSync(job.file), job.pages, { regularFont, title: job.title, maxPages: job.maxPages })
      return intoFile(job.outFile, (sink) => Promise.resolve(sink(bytes)).then(() => null))
    }
  }
}

async function answer(job: BundleJob): Promise<BundleJobAnswer> {
  try {
    return { ok: true, result: await carryOut(job) }
  } catch (error) {
    const fault: FaultCode | null = isFault(error) ? error.code : null
    const errno = error instanceof Error && 'code' in error ? String(error.code) : ''
    // Messages of the file system hold paths, and ours go to logs.
    return { ok: false, fault: errno === 'ENOSPC' ? 'disk-full' : fault, message: errno || (error instanceof Error ? error.message : 'unknown') }
  }
}

setPriority(niceness)
process.on('message', (job: BundleJob) => {
  void answer(job).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit(0))
