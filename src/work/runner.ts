/** Runs due jobs: lease, attempt, back-off, drain. Knows no job by name: handlers come from outside. */
import { codeOf, isPermanent } from '../errors'
import type { Log } from '../log'
import type { Database, Tx } from '../store/database'
import { claimJobs, finishJob, holdJob, type Job, nextJobAt, recoverJobs, retryJob, returnJob } from '../store/jobs'
import { nextAttemptAt } from './back-off'
import type { Clock } from './clock'

/**
 * What a handler gives back once its slow work (files, DNS, pictures) is done: `commit` writes all effects in the transaction that also ends the job,
 * or `again`: the job was early and comes back then, untried.
 */
export type JobResult = { commit(tx: Tx): Promise<void> } | { again: Date }
export type JobHandler = (job: Job) => Promise<JobResult>

export interface Lane {
  kinds: string[]
  /** Jobs of this lane at once. */
  concurrency: number
}

export interface RunnerOptions {
  database: Database
  handlers: Record<string, JobHandler>
  lanes: Lane[]
  clock: Clock
  log: Log
  random?: () => number
  /** A job was given up and waits for a person: write what its subject needs (a held mail, say). */
  onHeld(tx: Tx, job: Job, code: string): Promise<void>
}

export interface Runner {
  /** Something may be due now. */
  wake(): void
  /** Takes no new job; resolves when running ones have ended, at the latest after `graceMs`. Jobs that still run keep their lease and come back at the next start. */
  stop(graceMs: number): Promise<void>
  /** Nothing runs and nothing is due. */
  idle(): boolean
}

/** Longer than any job may take; a job that outlives it is taken for dead. */
const leaseMs = 15 * 60_000
/** An error that is no Fault is a bug: tried this often, then held. */
const attemptsForBugs = 5
/** The clock may be set while we sleep: look again at least this often. */
const longestSleepMs = 1000

/** Gives jobs back that a dead process held; three deaths hold a job. Call once at start, while nobody else works on the store. */
export async function recover(options: Pick<RunnerOptions, 'database' | 'onHeld' | 'log'>): Promise<void> {
  const { waiting, held } = await options.database.transaction(async (tx) => {
    const outcome = await recoverJobs(tx, Number.MAX_SAFE_INTEGER)
    for (const job of outcome.held) await options.onHeld(tx, job, 'worker-died')
    return outcome
  })
  if (waiting + held.length > 0) options.log.warn('jobs-recovered', { waiting, held: held.length })
}

export function startRunner(options: RunnerOptions): Runner {
  const lanes = options.lanes.map((lane) => startLane(lane, options))
  return {
    wake: () => lanes.forEach((lane) => lane.wake()),
    idle: () => lanes.every((lane) => lane.idle()),
    stop: async (graceMs) => {
      await Promise.all(lanes.map((lane) => lane.stop(graceMs)))
    },
  }
}

function startLane(lane: Lane, options: RunnerOptions): Runner {
  const { database, clock, log } = options
  const running = new Set<Promise<void>>()
  let stopping = false
  let sleeping: { timer: NodeJS.Timeout; wake(): void } | null = null
  let woken = false
  let resting = false

  const wake = (): void => {
    woken = true
    sleeping?.wake()
  }

  function sleep(ms: number): Promise<void> {
    if (woken || stopping) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        sleeping = null
        resolve()
      }
      const timer = setTimeout(done, ms)
      sleeping = { timer, wake: done }
    })
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      woken = false
      try {
        const free = lane.concurrency - running.size
        const due = free > 0 ? await nextJobAt(database.db, lane.kinds) : null
        if (due !== null && due <= clock.now()) {
          const jobs = await database.transaction((tx) => claimJobs(tx, lane.kinds, free, clock.now(), leaseMs))
          for (const job of jobs) start(job)
          if (jobs.length > 0 && running.size < lane.concurrency) continue
        } else resting = running.size === 0
        await sleep(due === null ? longestSleepMs : Math.max(1, Math.min(longestSleepMs, due.getTime() - clock.now().getTime())))
      } catch (error) {
        log.error('jobs-claim-failed', { code: codeOf(error) })
        woken = false
        await sleep(longestSleepMs)
      }
      resting = false
    }
  }

  function start(job: Job): void {
    const work = attempt(job, options, () => stopping).finally(() => {
      running.delete(work)
      wake()
    })
    running.add(work)
  }

  const looping = loop()
  return {
    wake,
    idle: () => resting && running.size === 0,
    async stop(graceMs) {
      stopping = true
      sleeping?.wake()
      await looping
      let timer: NodeJS.Timeout | undefined
      await Promise.race([Promise.all(running), new Promise((resolve) => (timer = setTimeout(resolve, graceMs)))])
      clearTimeout(timer)
    },
  }
}

async function attempt(job: Job, options: RunnerOptions, isStopping: () => boolean): Promise<void> {
  const { database, log } = options
  try {
    const handler = options.handlers[job.kind]
    if (!handler) throw new Error('no handler for this kind')
    const result = await handler(job)
    if ('again' in result) await database.transaction((tx) => returnJob(tx, job.id, result.again))
    else
      await database.transaction(async (tx) => {
        await result.commit(tx)
        await finishJob(tx, job.id)
      })
  } catch (error) {
    // The end of the service takes children along: that is no attempt.
    const settled = isStopping() ? database.transaction((tx) => returnJob(tx, job.id)) : settleFailure(job, error, options)
    await settled.catch((second: unknown) => log.error('job-not-settled', { job: job.id, kind: job.kind, code: codeOf(second) }))
  }
}

async function settleFailure(job: Job, error: unknown, { database, clock, log, random = Math.random, onHeld }: RunnerOptions): Promise<void> {
  const now = clock.now()
  const code = codeOf(error)
  const isBug = !(error instanceof Error && error.name === 'Fault')
  const next =
    isPermanent(error) || (isBug && job.attempts + 1 >= attemptsForBugs) ? null : nextAttemptAt(job.attempts + 1, job.triedSince ?? now, now, random())
  log.warn(next === null ? 'job-held' : 'job-retried', {
    job: job.id,
    kind: job.kind,
    attempts: job.attempts + 1,
    code,
    where: isBug ? placeOf(error) : undefined,
  })
  await database.transaction(async (tx) => {
    if (next !== null) return retryJob(tx, job.id, next, code, now)
    await holdJob(tx, job.id, isBug ? `${code} ${placeOf(error)}` : code)
    await onHeld(tx, job, code)
  })
}

/** First frame of our own code: where a bug is, without the error's text, which might quote a mail. */
function placeOf(error: unknown): string {
  const frame = error instanceof Error ? /\(?([\w./-]+\/(?:src|dist)\/[\w./-]+:\d+)/.exec(error.stack ?? '')?.[1] : undefined
  return frame?.replace(/^.*\/((?:src|dist)\/)/, '$1') ?? 'unknown'
}
