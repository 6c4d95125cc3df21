/** Makes pages in child processes, as many at once as is set: a decoder that dies costs its picture alone. */
import { createChildPool } from './child-pool'
import type { Placed } from './near-duplicate'
import type { MadePage, PageLimits, PageSource } from './page'

export type PageJob = (PageSource & PageLimits) | { one: Uint8Array; other: Uint8Array; placed: Placed }
export type PageAnswer = MadePage[] | boolean

export interface PageWorkers {
  /** Faults: those of make-page.ts, and `worker-died`. */
  make(source: PageSource): Promise<MadePage[]>
  /** Of two JPEGs of made pages that look alike (near-duplicate.ts): do they show one sheet? Faults: `worker-died`. */
  areSame(one: Uint8Array, other: Uint8Array, placed: Placed): Promise<boolean>
  close(): Promise<void>
}

export interface PageWorkersOptions extends PageLimits {
  workers: number
  jobTimeoutMs?: number
  maxRssBytes?: number
}

export function createPageWorkers({ workers, maxPixels, jobTimeoutMs = 120_000, maxRssBytes = 900_000_000 }: PageWorkersOptions): PageWorkers {
  const pool = createChildPool<PageJob, PageAnswer>({
    worker: 'pages/page-worker',
    children: workers,
    jobTimeoutMs,
    maxRssBytes,
    idleMs: 30_000,
  })
  return {
    make: async (source) => {
      const pages = await pool.run({ ...source, maxPixels })
      if (!Array.isArray(pages)) throw new TypeError('pages were asked for')
      return pages.map((page) => ({
        ...page,
        jpeg: Buffer.from(page.jpeg),
        thumbnail: page.thumbnail && Buffer.from(page.thumbnail),
        fingerprint: Buffer.from(page.fingerprint),
      }))
    },
    areSame: async (one, other, placed) => (await pool.run({ one, other, placed })) === true,
    close: () => pool.close(),
  }
}
