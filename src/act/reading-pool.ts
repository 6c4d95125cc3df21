/** Reads mails in a child process: what hangs or eats memory while it is read costs that mail alone, and whoever accepts mail is never waited for. */
import { createChildPool } from '../pages/child-pool'
import type { Envelope } from '../message/message'
import type { Reading, ReadingSettings } from '../understand/reading'

export interface MailToRead {
  /** The message as it came. */
  file: string
  envelope: Envelope
}

export interface ReadingJob {
  mails: MailToRead[]
  settings: ReadingSettings
  /** Where files of the mail are put. */
  folder: string
  /** They are wanted. Else what is small stays in memory, and the rest is gone when the mail is read. */
  keep: boolean
}

export interface ReadingPool {
  /** With `keep`, every file of the reading lies in the folder and belongs to the caller. Faults: `worker-died`; whatever the bytes are, reading them has no other. */
  read(job: MailToRead & Omit<ReadingJob, 'mails'>): Promise<Reading>
  /** The same of small mails, one after the other, within the time of one: asking for each costs as much as reading it. One fault is the fault of all. */
  readAll(job: ReadingJob): Promise<Reading[]>
  /** Ends the children; jobs that wait or run reject with `worker-died`. */
  close(): Promise<void>
}

export interface ReadingPoolOptions {
  children?: number
  /** A mail that takes longer is hostile. */
  jobTimeoutMs?: number
  maxRssBytes?: number
}

export function createReadingPool({ children = 1, jobTimeoutMs = 20_000, maxRssBytes = 700_000_000 }: ReadingPoolOptions = {}): ReadingPool {
  const pool = createChildPool<ReadingJob, Reading[]>({ worker: 'act/reading-worker', children, jobTimeoutMs, maxRssBytes, idleMs: 60_000 })
  return {
    read: async ({ file, envelope, ...job }) => {
      const [reading] = await pool.run({ ...job, mails: [{ file, envelope }] })
      if (!reading) throw new TypeError('one mail was asked for')
      return reading
    },
    readAll: (job) => pool.run(job),
    close: () => pool.close(),
  }
}
