/** Builds piles and reads corrections in a child process of lower priority: bounded in memory and time, one job at a time. It decides nothing. */
import type { BuiltBundle, BundleInput } from './bundle-input'
import type { PageCut, RecognisedPage, RecogniseLimits } from './recognised-page'

export interface BundlePool {
  /** Writes the pile to `outFile` (0600). Faults: `worker-died`. */
  build(input: BundleInput, outFile: string): Promise<BuiltBundle>
  /** `file`: a PDF, or a JPEG, PNG, WebP or TIFF (first page) of a scan. Faults: `pdf-locked`, `pdf-damaged`, `too-many-pages`, `not-a-picture`, `empty-file`, `worker-died`. */
  recognise(file: string, markKeyHex: string, limits: RecogniseLimits): Promise<RecognisedPage[]>
  /** Writes these pages of `file`, in this order, as one clean PDF with the ink visible. `title`: document title, '' for none. Faults as above. */
  cut(file: string, pages: PageCut[], outFile: string, title?: string): Promise<void>
  /** Ends the child; jobs that wait or run reject with `worker-died`. May be called twice. */
  close(): Promise<void>
}

export interface BundlePoolOptions {
  /** A job that takes longer is killed: `worker-died`. */
  jobTimeoutMs?: number
  /** Resident memory of the child above which it is killed. */
  maxRssBytes?: number
  /** The child ends after this long without a job. */
  idleMs?: number
}

export function createBundlePool(_options: BundlePoolOptions = {}): BundlePool {
  throw new Error('not built yet')
}
