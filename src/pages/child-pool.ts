/** Runs jobs in child processes of lower priority, bounded in time and memory: what kills a child costs its job only. Knows no job by name. */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, type FaultCode } from '../errors'

/** In MiB. Young objects get room at once: a child makes few pages, and collecting them again and again would be a good part of its work. */
const execArgv = ['--max-old-space-size=512', '--min-semi-space-size=16']

/** Nothing of the parent's. glibc keeps apart what each thread frees (mallopt(3)): with one arena a child needs a quarter less. */
const env = { MALLOC_ARENA_MAX: '1' }

export interface ChildPoolOptions {
  /** Worker's file under dist/, without extension: `pages/page-worker`. */
  worker: string
  /** Children at once. */
  children: number
  /** A job that takes longer is killed: `worker-died`. */
  jobTimeoutMs: number
  /** Resident memory of a child above which it is killed. */
  maxRssBytes: number
  /** A child ends after this long without a job. */
  idleMs: number
}

/** What a child answers: the result, a fault code, or a bug's text. */
export type ChildAnswer<R> = { ok: true; result: R } | { ok: false; fault: FaultCode | null; message: string }

export interface ChildPool<J, R> {
  /** Faults: those of the job, and `worker-died`. */
  run(job: J): Promise<R>
  /** Ends the children; jobs that wait or run reject with `worker-died`. */
  close(): Promise<void>
}

const watchMs = 250

interface Waiting<J, R> {
  job: J
  resolve(result: R): void
  reject(error: Error): void
}

interface Child<J, R> {
  process: ChildProcess
  running: Waiting<J, R> | null
  timer: NodeJS.Timeout | undefined
  watch: NodeJS.Timeout | undefined
  idle: NodeJS.Timeout | undefined
}

export function createChildPool<J extends object, R>(options: ChildPoolOptions): ChildPool<J, R> {
  return new Pool<J, R>(options)
}

class Pool<J extends object, R> implements ChildPool<J, R> {
  readonly #waiting: Waiting<J, R>[] = []
  readonly #children = new Set<Child<J, R>>()
  #closed = false

  constructor(private readonly options: ChildPoolOptions) {}

  run(job: J): Promise<R> {
    if (this.#closed) return Promise.reject(new Fault('worker-died', 'The pool is closed.'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { reject } of this.#waiting.splice(0)) reject(new Fault('worker-died', 'The pool was closed.'))
    await Promise.all([...this.#children].map((child) => this.#end(child)))
  }

  #next(): void {
    if (this.#closed || this.#waiting.length === 0) return
    const free = [...this.#children].find((child) => child.running === null)
    if (!free && this.#children.size >= this.options.children) return
    const job = this.#waiting.shift()
    if (!job) return
    const child = free ?? this.#start()
    clearTimeout(child.idle)
    child.process.ref()
    child.process.channel?.ref()
    child.running = job
    child.timer = setTimeout(() => child.process.kill('SIGKILL'), this.options.jobTimeoutMs)
    child.watch = setInterval(() => this.#watchMemory(child), watchMs)
    // A child that is just dying answers by its end, which `#ended` hears.
    child.process.send(job.job, () => undefined)
    this.#next()
  }

  #start(): Child<J, R> {
    // Sources run under test have their worker in dist/, as the built package has.
    const file = join(__dirname, '..', '..', 'dist', `${this.options.worker}.js`)
    const process = fork(file, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env, execArgv, serialization: 'advanced' })
    const child: Child<J, R> = { process, running: null, timer: undefined, watch: undefined, idle: undefined }
    this.#children.add(child)
    process.on('message', (answer) => this.#answered(child, answer as ChildAnswer<R>))
    process.on('error', (error) => this.#ended(child, error))
    process.on('exit', () => this.#ended(child))
    return child
  }

  #answered(child: Child<J, R>, answer: ChildAnswer<R>): void {
    const job = this.#settle(child)
    if (answer.ok) job?.resolve(answer.result)
    else job?.reject(answer.fault === null ? new Error(answer.message) : new Fault(answer.fault))
    // An idle child keeps nobody alive.
    child.process.unref()
    child.process.channel?.unref()
    child.idle = setTimeout(() => child.process.kill('SIGKILL'), this.options.idleMs)
    child.idle.unref()
    this.#next()
  }

  #ended(child: Child<J, R>, cause?: Error): void {
    if (!this.#children.delete(child)) return
    clearTimeout(child.idle)
    this.#settle(child)?.reject(new Fault('worker-died', undefined, { cause }))
    this.#next()
  }

  #settle(child: Child<J, R>): Waiting<J, R> | null {
    const { running } = child
    child.running = null
    clearTimeout(child.timer)
    clearInterval(child.watch)
    return running
  }

  /** Buffers and WebAssembly lie outside Node's heap: only the kernel knows the whole. */
  #watchMemory(child: Child<J, R>): void {
    const rss = residentBytes(child.process.pid)
    if (rss !== null && rss > this.options.maxRssBytes) child.process.kill('SIGKILL')
  }

  async #end(child: Child<J, R>): Promise<void> {
    if (child.process.exitCode !== null || child.process.signalCode !== null) return
    const gone = new Promise((resolve) => child.process.once('exit', resolve))
    // Whoever waits for the end must not be ended by it.
    child.process.ref()
    child.process.kill('SIGKILL')
    await gone
  }
}

/** Null where there is no /proc (not Linux) or the process is gone. */
function residentBytes(pid: number | undefined): number | null {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return Number.isFinite(pages) ? pages * 4096 : null
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
