/** Makes pages in child processes, as many at once as is set: a decoder that dies costs its picture alone. */
import { createChildPool } from './child-pool'
import type { MadePage, PageLimits, PageSource } from './page'

export interface PageWorkers {
  /** Faults: those of make-page.ts, and `worker-died`. */
  make(source: PageSource): Promise<MadePage[]>
  close(): Promise<void>
}

export interface PageWorkersOptions extends PageLimits {
  workers: number
  jobTimeoutMs?: number
  maxRssBytes?: number
}

export function createPageWorkers({ workers, maxPixels, jobTimeoutMs = 120_000, maxRssBytes = 900_000_000 }: PageWorkersOptions): PageWorkers {
  const pool = createChildPool<PageSource & PageLimits, MadePage[]>({
    worker: 'pages/page-worker',
    children: workers,
    jobTimeoutMs,
    maxRssBytes,
    idleMs: 30_000,
  })
  return {
    make: async (source) =>
      (await pool.run({ ...source, maxPixels })).map((page) => ({
        ...page,
        jpeg: Buffer.from(page.jpeg),
        thumbnail: page.thumbnail && Buffer.from(page.thumbnail),
      })),
    close: () => pool.close(),
  }
}
