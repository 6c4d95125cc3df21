/** Builds piles and reads corrections in a child process of lower priority: bounded in memory and time, one job at a time. It decides nothing. */
import { rm } from 'node:fs/promises'
import { isFault } from '../errors'
import { createChildPool } from '../pages/child-pool'
import type { BuiltBundle, BundleInput } from './bundle-input'
import type { BundleJob, BundleJobResult } from './bundle-job'
import { draftOf } from './pile-files'
import type { CopyToCut, RecognisedPage, RecogniseLimits } from './recognised-page'

export interface BundlePool {
  /** Writes the pile to `outFile` (0600, by renaming). Faults: `worker-died`, `disk-full`. */
  build(input: BundleInput, outFile: string): Promise<BuiltBundle>
  /** `file`: a PDF, a TIFF of any number of pages, or a JPEG, PNG, WebP, HEIC … of one. Faults: `pdf-locked`, `pdf-damaged`, `too-many-pages`, `not-a-picture`, `empty-file`, `worker-died`. */
  recognise(file: string, markKeyHex: string, limits: RecogniseLimits): Promise<RecognisedPage[]>
  /** Writes each copy's pages of `files`, in this order, as one clean PDF with the ink visible. `title`: document title, '' for none. Faults as above. */
  cut(files: string[], copies: CopyToCut[], title?: string): Promise<void>
  /** Writes a small JPEG of each of these pages. Faults as above. */
  thumbnails(file: string, pages: { index: number; rotationDegCw: number; outFile: string }[]): Promise<void>
  /** Ends the child; jobs that wait or run reject with `worker-died`. May be called twice. */
  close(): Promise<void>
}

export interface BundlePoolOptions {
  /** A job that takes longer is killed: `worker-died`. */
  jobTimeoutMs?: number
  /** Resident memory of the child above which it is killed (Linux). */
  maxRssBytes?: number
  /** The child ends after this long without a job. */
  idleMs?: number
  /** Pages of a file that `cut` opens. */
  maxPages?: number
}

const defaults: Required<BundlePoolOptions> = { jobTimeoutMs: 240_000, maxRssBytes: 1_200_000_000, idleMs: 30_000, maxPages: 2000 }

export function createBundlePool(options: BundlePoolOptions = {}): BundlePool {
  const { jobTimeoutMs, maxRssBytes, idleMs, maxPages } = { ...defaults, ...options }
  const pool = createChildPool<BundleJob, BundleJobResult>({ worker: 'bundle/bundle-worker', children: 1, jobTimeoutMs, maxRssBytes, idleMs })
  /** A killed worker leaves its draft behind. */
  const writing = async (job: BundleJob, outFiles: string[]): Promise<BundleJobResult> => {
    try {
      return await pool.run(job)
    } catch (error) {
      if (isFault(error, 'worker-died')) for (const file of outFiles) await rm(draftOf(file), { force: true })
      throw error
    }
  }
  const outFilesOf = (list: { outFile: string }[]): string[] => list.map(({ outFile }) => outFile)
  return {
    build: async (input, outFile) => (await writing({ kind: 'build', input, outFile }, [outFile])) as BuiltBundle,
    recognise: async (file, markKeyHex, limits) => (await pool.run({ kind: 'recognise', file, markKeyHex, limits })) as RecognisedPage[],
    cut: async (files, copies, title = '') => {
      await writing({ kind: 'cut', files, copies, title, maxPages }, outFilesOf(copies))
    },
    thumbnails: async (file, pages) => {
      await writing({ kind: 'thumbnails', file, pages, maxPages }, outFilesOf(pages))
    },
    close: () => pool.close(),
  }
}
