/** Builds piles and reads corrections in a child process of lower priority: bounded in memory and time, one job at a time. It decides nothing. */
import { rm } from 'node:fs/promises'
import { isFault } from '../errors'
import { type ChildPool, createChildPool } from '../pages/child-pool'
import type { BuiltBundle, BundleInput, BundlePage } from './bundle-input'
import type { BundleJob, BundleJobResult } from './bundle-job'
import { draftOf } from './pile-files'
import type { PageCut, RecognisedPage, RecogniseLimits } from './recognised-page'
import type { Redrawn, RedrawnFile, WantedDrawing } from './redrawn'

export interface BundlePool {
  /** Writes the pile to `outFile` (0600, by renaming). Faults: `worker-died`, `disk-full`. */
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
  /** Resident memory of the child above which it is killed (Linux). */
  maxRssBytes?: number
  /** The child ends after this long without a job. */
  idleMs?: number
  /** Pages of a file that `cut` opens. */
  maxPages?: number
}

const defaults: Required<BundlePoolOptions> = { jobTimeoutMs: 240_000, maxRssBytes: 1_200_000_000, idleMs: 30_000, maxPages: 2000 }

const openingMs = 30_000
const openingRssBytes = 800_000_000

export function createBundlePool(options: BundlePoolOptions = {}): BundlePool {
  const { jobTimeoutMs, maxRssBytes, idleMs, maxPages } = { ...defaults, ...options }
  const pool = createChildPool<BundleJob, BundleJobResult>({ worker: 'bundle/bundle-worker', children: 1, jobTimeoutMs, maxRssBytes, idleMs })
  // Pupils' own files are opened apart from the pile: one that kills its reader costs its drawings alone.
  const apart = createChildPool<BundleJob, BundleJobResult>({
    worker: 'bundle/bundle-worker',
    children: 1,
    jobTimeoutMs: Math.min(jobTimeoutMs, openingMs),
    maxRssBytes: Math.min(maxRssBytes, openingRssBytes),
    idleMs,
  })
  /** A killed worker leaves its draft behind. */
  const writing = async (job: BundleJob & { outFile: string }): Promise<BundleJobResult> => {
    try {
      return await pool.run(job)
    } catch (error) {
      if (isFault(error, 'worker-died')) await rm(draftOf(job.outFile), { force: true })
      throw error
    }
  }
  return {
    build: async (given, outFile) => {
      const input = await withTexts(given, apart)
      const drawn = await drawings(input, outFile, apart)
      try {
        return (await writing({ kind: 'build', input, drawn, outFile })) as BuiltBundle
      } finally {
        for (const { file } of drawn) await rm(file, { force: true })
      }
    },
    recognise: async (file, markKeyHex, limits) => (await pool.run({ kind: 'recognise', file, markKeyHex, limits })) as RecognisedPage[],
    cut: async (file, pages, outFile, title = '') => {
      await writing({ kind: 'cut', file, pages, outFile, title, maxPages })
    },
    close: async () => {
      await Promise.all([pool.close(), apart.close()])
    },
  }
}

/** Pages of PDFs as drawings, a file beside the pile for each PDF. What cannot be drawn keeps its picture, whatever the reason. */
async function drawings(input: BundleInput, outFile: string, pool: ChildPool<BundleJob, BundleJobResult>): Promise<Redrawn[]> {
  const drawn: Redrawn[] = []
  let firstObject = 1
  for (const [source, wanted] of originalsIn(input)) {
    const file = `${outFile}.${drawn.length}.drawn`
    try {
      const made = (await pool.run({ kind: 'redraw', file: source, wanted, firstObject, outFile: file })) as RedrawnFile
      drawn.push({ file, ...made })
      firstObject = made.objects.reduce((next, [number]) => Math.max(next, number + 1), firstObject)
    } catch {
      await Promise.all([file, draftOf(file)].map((each) => rm(each, { force: true })))
    }
  }
  return drawn
}

/** Documents with the text they hold. One that cannot be read keeps none. */
async function withTexts(input: BundleInput, pool: ChildPool<BundleJob, BundleJobResult>): Promise<BundleInput> {
  const textOf = async (file: string): Promise<string | null> => {
    try {
      return (await pool.run({ kind: 'read-document', file })) as string | null
    } catch {
      return null
    }
  }
  const read = async (page: BundlePage): Promise<BundlePage> =>
    page.kind === 'document' && page.text === null && page.file !== undefined ? { ...page, text: await textOf(page.file) } : page
  const students = await Promise.all(input.students.map(async (student) => ({ ...student, pages: await Promise.all(student.pages.map(read)) })))
  return { ...input, students }
}

function originalsIn({ students }: BundleInput): Map<string, WantedDrawing[]> {
  const originals = new Map<string, WantedDrawing[]>()
  for (const page of students.flatMap(({ pages }) => pages)) {
    if (page.kind !== 'picture' || !page.original) continue
    const { file, index, turnDegCw } = page.original
    originals.set(file, [...(originals.get(file) ?? []), { pageId: page.id, index, turnDegCw, picture: page.file }])
  }
  return originals
}
