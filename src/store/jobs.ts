/** Jobs: durable work with a due time. waiting → running → done; running → waiting (attempt + 1); after the last attempt, or after the service died over it `maxKills` times: held. */
import type { Db, Tx } from './database'
import { newId } from './ids'
import type { JobTable } from './schema'

export interface Job {
  id: string
  kind: string
  key: string | null
  data: unknown
  attempts: number
  dueAt: Date
  createdAt: Date
  /** When its first attempt failed; null before. */
  triedSince: Date | null
}

export interface NewJob {
  kind: string
  data: unknown
  dueAt: Date
  /** At most one waiting job has this key: a second one with it only moves the due time (see `addJob`). */
  key?: string
}

/**
 * A job during which the service died this often is set aside for a person. What it runs in is a child of its own: a service that dies takes many
 * jobs along that are not to blame.
 */
export const maxKills = 10

export interface OnSameKey {
  /** `latest`: a pause begins anew. */
  due: 'earliest' | 'latest'
  /** What the job knows afterwards; without it, what it knew before. */
  merge?(before: unknown): unknown
}

/** Adds a job. A waiting job with the same key stays and gets the earlier or the later due time. */
export async function addJob(tx: Tx, job: NewJob, now: Date, onSameKey: OnSameKey = { due: 'earliest' }): Promise<void> {
  const dueAt = job.dueAt.getTime()
  if (job.key !== undefined) {
    const same = await tx.selectFrom('job').select(['id', 'due_at', 'data']).where('key', '=', job.key).where('state', '=', 'waiting').executeTakeFirst()
    if (same) {
      const chosen = onSameKey.due === 'latest' ? Math.max(same.due_at, dueAt) : Math.min(same.due_at, dueAt)
      const data = onSameKey.merge ? JSON.stringify(onSameKey.merge(JSON.parse(same.data))) : same.data
      await tx.updateTable('job').set({ due_at: chosen, data }).where('id', '=', same.id).execute()
      return
    }
  }
  await tx
    .insertInto('job')
    .values({
      id: newId(now),
      kind: job.kind,
      key: job.key ?? null,
      data: JSON.stringify(job.data),
      state: 'waiting',
      due_at: dueAt,
      attempts: 0,
      kills: 0,
      tried_since: null,
      lease_until: null,
      error: null,
      created_at: now.getTime(),
    })
    .execute()
}

/** Whether a job with this key waits or runs. */
export const isJobComing = async (db: Db, key: string): Promise<boolean> =>
  (await db.selectFrom('job').select('id').where('key', '=', key).where('state', 'in', ['waiting', 'running']).executeTakeFirst()) !== undefined

export async function cancelJob(tx: Tx, key: string): Promise<void> {
  await tx.deleteFrom('job').where('key', '=', key).where('state', '=', 'waiting').execute()
}

/** Sets the due time of the waiting job with this key, or adds it. */
export async function moveJob(tx: Tx, job: NewJob & { key: string }, now: Date): Promise<void> {
  await cancelJob(tx, job.key)
  await addJob(tx, job, now)
}

const jobOf = (row: Pick<JobTable, 'id' | 'kind' | 'key' | 'data' | 'attempts' | 'due_at' | 'tried_since' | 'created_at'>): Job => ({
  id: row.id,
  kind: row.kind,
  key: row.key,
  data: JSON.parse(row.data) as unknown,
  attempts: row.attempts,
  dueAt: new Date(row.due_at),
  createdAt: new Date(row.created_at),
  triedSince: row.tried_since === null ? null : new Date(row.tried_since),
})

/** Leases up to `limit` due jobs of these kinds, oldest due first. */
export async function claimJobs(tx: Tx, kinds: string[], limit: number, now: Date, leaseMs: number): Promise<Job[]> {
  const rows = await tx
    .selectFrom('job')
    .select(['id', 'kind', 'key', 'data', 'attempts', 'due_at', 'tried_since', 'created_at'])
    .where('state', '=', 'waiting')
    .where('kind', 'in', kinds)
    .where('due_at', '<=', now.getTime())
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  const claimed: Job[] = []
  for (const row of rows) {
    const moved = await tx
      .updateTable('job')
      .set({ state: 'running', lease_until: now.getTime() + leaseMs })
      .where('id', '=', row.id)
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    if (moved.numUpdatedRows === 1n) claimed.push(jobOf(row))
  }
  return claimed
}

export async function finishJob(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('job').where('id', '=', id).execute()
}

export async function retryJob(tx: Tx, id: string, at: Date, error: string, now: Date): Promise<void> {
  await tx
    .updateTable('job')
    .set((eb) => ({
      state: 'waiting',
      due_at: at.getTime(),
      attempts: eb('attempts', '+', 1),
      tried_since: eb.fn.coalesce('tried_since', eb.val(now.getTime())),
      lease_until: null,
      error,
    }))
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute()
}

/** Gives a job back untried: the service stops, or it was claimed too early. */
export async function returnJob(tx: Tx, id: string, at: Date | null = null): Promise<void> {
  await tx
    .updateTable('job')
    .set({ state: 'waiting', lease_until: null, ...(at ? { due_at: at.getTime() } : {}) })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute()
}

export async function holdJob(tx: Tx, id: string, error: string): Promise<void> {
  await tx.updateTable('job').set({ state: 'held', lease_until: null, error }).where('id', '=', id).execute()
}

/**
 * Jobs whose lease ran out: their process died. They wait again, or are held after `maxKills` deaths.
 * At start with `now` = the end of time all running jobs count, since nobody else works on this store.
 */
export async function recoverJobs(tx: Tx, leasesEndedBefore: number): Promise<{ waiting: number; held: Job[] }> {
  const rows = await tx.selectFrom('job').selectAll().where('state', '=', 'running').where('lease_until', '<', leasesEndedBefore).execute()
  const held: Job[] = []
  for (const row of rows) {
    const kills = row.kills + 1
    if (kills >= maxKills) held.push(jobOf(row))
    await tx
      .updateTable('job')
      .set({ state: kills >= maxKills ? 'held' : 'waiting', kills, lease_until: null, error: kills >= maxKills ? 'worker-died' : row.error })
      .where('id', '=', row.id)
      .execute()
  }
  return { waiting: rows.length - held.length, held }
}

/** When the next waiting job of these kinds is due; null when none waits. */
export async function nextJobAt(db: Db, kinds: string[]): Promise<Date | null> {
  const row = await db
    .selectFrom('job')
    .select((eb) => eb.fn.min('due_at').as('at'))
    .where('state', '=', 'waiting')
    .where('kind', 'in', kinds)
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? null : new Date(Number(row.at))
}
