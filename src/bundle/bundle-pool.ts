/** Builds piles and reads corrections in a child process of lower priority: bounded in memory and time, one job at a time. It decides nothing. */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../errors'
import type { BuiltBundle, BundleInput } from './bundle-input'
import type { BundleJob, BundleJobAnswer, BundleJobResult } from './bundle-job'
import { draftOf, errnoOf } from './pile-files'
import type { PageCut, RecognisedPage, RecogniseLimits } from './recognised-page'

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
const watchMs = 250

/** Sources run under test have their worker in dist/, as the built package has. */
const workerFile = join(__dirname, '..', '..', 'dist', 'bundle', 'bundle-worker.js')

interface Waiting {
  job: BundleJob
  resolve: (result: BundleJobResult) => void
  reject: (error: Error) => void
}

export function createBundlePool(options: BundlePoolOptions = {}): BundlePool {
  const settings = { ...defaults, ...options }
  const queue = new JobQueue(settings)
  return {
    build: async (input, outFile) => (await queue.run({ kind: 'build', input, outFile })) as BuiltBundle,
    recognise: async (file, markKeyHex, limits) => (await queue.run({ kind: 'recognise', file, markKeyHex, limits })) as RecognisedPage[],
    cut: async (file, pages, outFile, title = '') => {
      await queue.run({ kind: 'cut', file, pages, outFile, title, maxPages: settings.maxPages })
    },
    close: () => queue.close(),
  }
}

class JobQueue {
  private readonly waiting: Waiting[] = []
  private running: { job: Waiting; timer: NodeJS.Timeout; watch: NodeJS.Timeout } | null = null
  private child: ChildProcess | null = null
  private idle: NodeJS.Timeout | undefined
  private closed = false

  constructor(private readonly settings: Required<BundlePoolOptions>) {}

  run(job: BundleJob): Promise<BundleJobResult> {
    if (this.closed) return Promise.reject(new Fault('worker-died', 'The bundle pool is closed.'))
    return new Promise((resolve, reject) => {
      this.waiting.push({ job, resolve, reject })
      this.next()
    })
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.idle)
    for (const { reject } of this.waiting.splice(0)) reject(new Fault('worker-died', 'The bundle pool was closed.'))
    const { child } = this
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  private next(): void {
    if (this.running || this.closed) return
    const job = this.waiting.shift()
    if (!job) return
    clearTimeout(this.idle)
    const child = this.child ?? this.start()
    child.ref()
    const timer = setTimeout(() => child.kill('SIGKILL'), this.settings.jobTimeoutMs)
    const watch = setInterval(() => this.watchMemory(child), watchMs)
    this.running = { job, timer, watch }
    // A child that is just dying answers by its end, which `ended` hears.
    child.send(job.job, () => undefined)
  }

  private start(): ChildProcess {
    const stdio: ('ignore' | 'ipc')[] = ['ignore', 'ignore', 'ignore', 'ipc']
    const child = fork(workerFile, [], { stdio, env: {}, execArgv: ['--max-old-space-size=512'], serialization: 'json' })
    child.on('message', (answer) => this.answered(answer as BundleJobAnswer))
    child.on('error', (error) => this.ended(child, error))
    child.on('exit', () => this.ended(child))
    this.child = child
    return child
  }

  private answered(answer: BundleJobAnswer): void {
    const job = this.settle()
    if (answer.ok) job?.resolve(answer.result)
    else job?.reject(answer.fault ? new Fault(answer.fault) : new Error(answer.message))
    // An idle child keeps nobody alive.
    this.child?.unref()
    this.child?.channel?.unref()
    this.idle = setTimeout(() => this.child?.kill('SIGKILL'), this.settings.idleMs)
    this.idle.unref()
    this.next()
  }

  private ended(child: ChildProcess, cause?: Error): void {
    if (this.child !== child) return
    this.child = null
    const { running } = this
    if (running && 'outFile' in running.job.job) rmSync(draftOf(running.job.job.outFile, child.pid ?? 0), { force: true })
    this.settle()?.reject(new Fault('worker-died', undefined, { cause }))
    this.next()
  }

  private settle(): Waiting | undefined {
    const { running } = this
    this.running = null
    clearTimeout(running?.timer)
    clearInterval(running?.watch)
    return running?.job
  }

  /** Buffers and WebAssembly lie outside Node's heap: only the kernel knows the whole. */
  private watchMemory(child: ChildProcess): void {
    const rss = residentBytes(child.pid)
    if (rss !== null && rss > this.settings.maxRssBytes) child.kill('SIGKILL')
  }
}

/** Null where there is no /proc (not Linux) or the process is gone. */
function residentBytes(pid: number | undefined): number | null {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return Number.isFinite(pages) ? pages * 4096 : null
  } catch (error) {
    if (errnoOf(error) !== '') return null
    throw error
  }
}
