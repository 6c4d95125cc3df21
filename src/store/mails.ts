/** Received mail: spooled → handled | answered | held; held → spooled (retry) or dropped. */
import { sql } from 'kysely'
import type { Db, Tx } from './database'
import type { MailState, MailTable } from './schema'

export type MailRow = MailTable

export interface NewMail {
  id: string
  source: string
  sourceKey: string | null
  sender: string | null
  recipients: string[]
  clientAddress: string | null
  helo: string | null
  receivedAt: Date
  bytes: number
  blob: string
}

/** Makes a row of an accepted mail; false when it has one already (a replay, or an IMAP message seen before). */
export async function addMail(tx: Tx, mail: NewMail): Promise<boolean> {
  const result = await tx
    .insertInto('mail')
    .values({
      id: mail.id,
      source: mail.source,
      source_key: mail.sourceKey,
      sender: mail.sender,
      recipients: JSON.stringify(mail.recipients),
      client_address: mail.clientAddress,
      helo: mail.helo,
      received_at: mail.receivedAt.getTime(),
      bytes: mail.bytes,
      blob: mail.blob,
      state: 'spooled',
      reason: null,
      kind: null,
      why: null,
      author_id: null,
      handled_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export const findMail = async (db: Db, id: string): Promise<MailRow | null> =>
  (await db.selectFrom('mail').selectAll().where('id', '=', id).executeTakeFirst()) ?? null

export const recipientsOf = (mail: Pick<MailRow, 'recipients'>): string[] => JSON.parse(mail.recipients) as string[]

export const mailWithSourceKey = async (db: Db, key: string): Promise<boolean> =>
  (await db.selectFrom('mail').select('id').where('source_key', '=', key).executeTakeFirst()) !== undefined

export interface MailOutcome {
  state: Exclude<MailState, 'spooled' | 'dropped'>
  reason: string | null
  kind: string | null
  why: string | null
  authorId: string | null
}

export async function settleMail(tx: Tx, id: string, outcome: MailOutcome, now: Date): Promise<void> {
  await tx
    .updateTable('mail')
    .set({ state: outcome.state, reason: outcome.reason, kind: outcome.kind, why: outcome.why, author_id: outcome.authorId, handled_at: now.getTime() })
    .where('id', '=', id)
    .execute()
}

/** One allowed move of the table above; false when the mail was not in that state. */
export async function moveMail(tx: Tx, id: string, from: MailState, to: MailState, reason: string | null): Promise<boolean> {
  const result = await tx.updateTable('mail').set({ state: to, reason }).where('id', '=', id).where('state', '=', from).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Notes that this content was taken for this recipient; the id of the mail that had it before, or null when it is new. */
export async function markSeen(tx: Tx, key: string, mailId: string): Promise<string | null> {
  await tx
    .insertInto('seen')
    .values({ key, mail_id: mailId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await tx.selectFrom('seen').select('mail_id').where('key', '=', key).executeTakeFirstOrThrow()
  return row.mail_id === mailId ? null : row.mail_id
}

export const countMails = async (db: Db): Promise<Record<MailState, number>> => {
  const rows = await db
    .selectFrom('mail')
    .select((eb) => ['state', eb.fn.countAll().as('count')] as const)
    .groupBy('state')
    .execute()
  const counts: Record<MailState, number> = { spooled: 0, handled: 0, answered: 0, held: 0, dropped: 0 }
  for (const row of rows) counts[row.state] = Number(row.count)
  return counts
}

export const seenBefore = async (db: Db, key: string, mailId: string): Promise<boolean> =>
  (await db.selectFrom('seen').select('mail_id').where('key', '=', key).where('mail_id', '!=', mailId).executeTakeFirst()) !== undefined

/** Whether a mail is not yet understood that was received after `since` (ms), or that nobody has tried to understand. */
export const isMailComing = async (db: Db, since: number): Promise<boolean> => {
  const row = await db
    .selectFrom('mail')
    .leftJoin('job', (join) => join.on('job.key', '=', sql<string>`'mail:' || mail.id`))
    .select('mail.id')
    .where('mail.state', '=', 'spooled')
    .where((eb) => eb.or([eb('mail.received_at', '>', since), eb('job.attempts', '=', 0)]))
    .executeTakeFirst()
  return row !== undefined
}

/** Mails of the same envelope that are held for this reason; the week before is enough. */
export const heldFrom = (db: Db, mail: Pick<MailRow, 'sender' | 'recipients' | 'received_at'>, reason: string): Promise<MailRow[]> =>
  db
    .selectFrom('mail')
    .selectAll()
    .where('state', '=', 'held')
    .where('reason', '=', reason)
    .where('sender', mail.sender === null ? 'is' : '=', mail.sender)
    .where('recipients', '=', mail.recipients)
    .where('received_at', '>', mail.received_at - 7 * 86_400_000)
    .orderBy('received_at')
    .limit(200)
    .execute()

/** The last mails this person wrote, newest first. */
export const mailsBy = (db: Db, author: string, limit: number): Promise<MailRow[]> =>
  db.selectFrom('mail').selectAll().where('author_id', '=', author).orderBy('received_at', 'desc').limit(limit).execute()

/** Settled mails by the rule that decided. */
export const countByWhy = async (db: Db): Promise<{ why: string; count: number }[]> =>
  (
    await db
      .selectFrom('mail')
      .select((eb) => ['why', eb.fn.countAll().as('count')] as const)
      .where('why', 'is not', null)
      .groupBy('why')
      .execute()
  ).map((row) => ({ why: row.why ?? '', count: Number(row.count) }))

/** How many mails this envelope sender has sent since (ms). */
export const mailsFrom = async (db: Db, sender: string, since: number): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('mail')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('sender', '=', sender)
        .where('received_at', '>', since)
        .executeTakeFirstOrThrow()
    ).count,
  )
