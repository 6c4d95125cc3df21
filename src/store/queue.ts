/** What waits, failed or is held, over mail, jobs and outgoing mail: what `queue` shows and moves. */
import type { Db, Tx } from './database'

export interface QueueEntry {
  id: string
  kind: 'mail' | 'job' | 'outgoing'
  state: 'waiting' | 'held' | 'failed'
  reason: string | null
  since: Date
  attempts: number
  nextAttempt: Date | null
}

/** Oldest first. Scheduled work that is not yet due (deadlines, digests, retention) is no queue and not listed. */
export async function listQueue(db: Db, now: Date): Promise<QueueEntry[]> {
  const mails = await db.selectFrom('mail').select(['id', 'state', 'reason', 'received_at']).where('state', 'in', ['spooled', 'held']).execute()
  const jobs = await db
    .selectFrom('job')
    .select(['id', 'kind', 'state', 'error', 'created_at', 'due_at', 'attempts'])
    .where('kind', '!=', 'handle-mail')
    .where((eb) =>
      eb.or([
        eb('state', '=', 'held'),
        eb('state', '=', 'running'),
        eb.and([eb('state', '=', 'waiting'), eb.or([eb('due_at', '<=', now.getTime()), eb('attempts', '>', 0)])]),
      ]),
    )
    .execute()
  const mailJobs = await db.selectFrom('job').select(['key', 'attempts', 'due_at', 'error']).where('kind', '=', 'handle-mail').execute()
  const jobOfMail = new Map(mailJobs.map((job) => [job.key, job]))
  const outgoing = await db
    .selectFrom('outbox')
    .select(['id', 'state', 'reply', 'template', 'created_at', 'attempts', 'next_attempt_at'])
    .where('state', 'in', ['waiting', 'sending', 'failed', 'held'])
    .execute()
  const entries: QueueEntry[] = [
    ...mails.map((mail): QueueEntry => {
      const job = jobOfMail.get(`mail:${mail.id}`)
      return {
        id: mail.id,
        kind: 'mail',
        state: mail.state === 'held' ? 'held' : 'waiting',
        reason: mail.reason ?? job?.error ?? null,
        since: new Date(mail.received_at),
        attempts: job?.attempts ?? 0,
        nextAttempt: mail.state === 'held' || !job ? null : new Date(job.due_at),
      }
    }),
    ...jobs.map(
      (job): QueueEntry => ({
        id: job.id,
        kind: 'job',
        state: job.state === 'held' ? 'held' : 'waiting',
        reason: job.error ?? job.kind,
        since: new Date(job.created_at),
        attempts: job.attempts,
        nextAttempt: job.state === 'waiting' ? new Date(job.due_at) : null,
      }),
    ),
    ...outgoing.map(
      (row): QueueEntry => ({
        id: row.id,
        kind: 'outgoing',
        state: row.state === 'failed' ? 'failed' : row.state === 'held' ? 'held' : 'waiting',
        reason: row.reply ?? row.template,
        since: new Date(row.created_at),
        attempts: row.attempts,
        nextAttempt: row.state === 'waiting' ? new Date(row.next_attempt_at) : null,
      }),
    ),
  ]
  return entries.sort((a, b) => a.since.getTime() - b.since.getTime())
}

/** Makes it due now; the kind it was of, or null when nothing that can be retried has this id. */
export async function retryEntry(tx: Tx, id: string, now: Date): Promise<QueueEntry['kind'] | null> {
  const mail = await tx.selectFrom('mail').select(['state', 'blob']).where('id', '=', id).executeTakeFirst()
  if (mail) {
    if (mail.blob === null || !['held', 'spooled'].includes(mail.state)) return null
    await tx.updateTable('mail').set({ state: 'spooled', reason: null }).where('id', '=', id).execute()
    await tx.deleteFrom('job').where('key', '=', `mail:${id}`).where('state', '!=', 'running').execute()
    await tx
      .insertInto('job')
      .values({
        id: `${id}-r${now.getTime().toString(36)}`,
        kind: 'handle-mail',
        key: `mail:${id}`,
        data: JSON.stringify({ mailId: id }),
        state: 'waiting',
        due_at: now.getTime(),
        attempts: 0,
        kills: 0,
        tried_since: null,
        lease_until: null,
        error: null,
        created_at: now.getTime(),
      })
      .execute()
    return 'mail'
  }
  const job = await tx
    .updateTable('job')
    .set({ state: 'waiting', due_at: now.getTime(), attempts: 0, kills: 0, tried_since: null })
    .where('id', '=', id)
    .where('state', 'in', ['held', 'waiting'])
    .executeTakeFirst()
  if (job.numUpdatedRows === 1n) return 'job'
  const outgoing = await tx
    .updateTable('outbox')
    .set({ state: 'waiting', next_attempt_at: now.getTime(), attempts: 0 })
    .where('id', '=', id)
    .where('state', 'in', ['failed', 'held', 'waiting'])
    .executeTakeFirst()
  return outgoing.numUpdatedRows === 1n ? 'outgoing' : null
}

/** Gives it up for good; the kind it was of, or null when nothing that can be dropped has this id. */
export async function dropEntry(tx: Tx, id: string): Promise<QueueEntry['kind'] | null> {
  const mail = await tx.updateTable('mail').set({ state: 'dropped' }).where('id', '=', id).where('state', 'in', ['held', 'spooled']).executeTakeFirst()
  if (mail.numUpdatedRows === 1n) {
    await tx.deleteFrom('job').where('key', '=', `mail:${id}`).where('state', '!=', 'running').execute()
    return 'mail'
  }
  const job = await tx.deleteFrom('job').where('id', '=', id).where('state', 'in', ['held', 'waiting']).executeTakeFirst()
  if (job.numDeletedRows === 1n) return 'job'
  const outgoing = await tx
    .updateTable('outbox')
    .set({ state: 'cancelled' })
    .where('id', '=', id)
    .where('state', 'in', ['failed', 'held', 'waiting'])
    .executeTakeFirst()
  return outgoing.numUpdatedRows === 1n ? 'outgoing' : null
}
