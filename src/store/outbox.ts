/** The outbox: one row a recipient. waiting → sending → sent | failed | held; sending → waiting on a temporary answer; waiting → cancelled. */
import type { Db, Tx } from './database'
import type { OutboxState, OutboxTable } from './schema'

export type OutboxRow = OutboxTable

export interface NewOutgoing {
  id: string
  cause: string
  template: string
  /** JSON of the outgoing mail. */
  mail: string
  messageId: string
  token: string | null
  person: string | null
  assignment: string | null
  student: string | null
  /** Not before this. */
  sendAt: Date
}

/** False when this effect was written before. */
export async function addOutgoing(tx: Tx, mail: NewOutgoing, now: Date): Promise<boolean> {
  const result = await tx
    .insertInto('outbox')
    .values({
      id: mail.id,
      cause: mail.cause,
      template: mail.template,
      mail: mail.mail,
      message_id: mail.messageId,
      token: mail.token,
      person_id: mail.person,
      assignment: mail.assignment,
      student_id: mail.student,
      state: 'waiting',
      attempts: 0,
      next_attempt_at: mail.sendAt.getTime(),
      reply: null,
      created_at: now.getTime(),
      sent_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Takes up to `limit` due rows for sending, oldest first. */
export async function claimOutgoing(tx: Tx, limit: number, now: Date): Promise<OutboxRow[]> {
  const rows = await tx
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('next_attempt_at', '<=', now.getTime())
    .orderBy('next_attempt_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  const claimed: OutboxRow[] = []
  for (const row of rows) if (await moveOutgoing(tx, row.id, 'waiting', 'sending')) claimed.push(row)
  return claimed
}

/** Due rows of these templates wait until `until`; those of `unlessTeacher` only where their reader teaches no class. */
export async function postponeOutgoing(tx: Tx, templates: { always: string[]; unlessTeacher: string[] }, now: Date, until: Date): Promise<void> {
  const teachers = tx.selectFrom('membership').select('person_id').where('role', '=', 'teacher').where('ended_at', 'is', null)
  await tx
    .updateTable('outbox')
    .set({ next_attempt_at: until.getTime() })
    .where('state', '=', 'waiting')
    .where('next_attempt_at', '<=', now.getTime())
    .where((eb) =>
      eb.or([
        eb('template', 'in', templates.always),
        eb.and([eb('template', 'in', templates.unlessTeacher), eb(eb.fn.coalesce('person_id', eb.val('')), 'not in', teachers)]),
      ]),
    )
    .execute()
}

export async function moveOutgoing(
  tx: Tx,
  id: string,
  from: OutboxState,
  to: OutboxState,
  also: Partial<Pick<OutboxTable, 'reply' | 'next_attempt_at' | 'sent_at' | 'attempts'>> = {},
): Promise<boolean> {
  const result = await tx
    .updateTable('outbox')
    .set({ state: to, ...also })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function retryOutgoing(tx: Tx, id: string, at: Date, reply: string): Promise<void> {
  await tx
    .updateTable('outbox')
    .set((eb) => ({ state: 'waiting', next_attempt_at: at.getTime(), reply, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'sending')
    .execute()
}

/** Rows that were being sent when the process died: they may go out a second time, with the same Message-ID (RFC 5321 §4.1.1.4's one window). */
export async function recoverOutgoing(tx: Tx): Promise<number> {
  const result = await tx.updateTable('outbox').set({ state: 'waiting' }).where('state', '=', 'sending').executeTakeFirst()
  return Number(result.numUpdatedRows)
}

export const findOutgoing = async (db: Db, id: string): Promise<OutboxRow | null> =>
  (await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst()) ?? null

export const outgoingOfMessage = async (db: Db, messageId: string): Promise<OutboxRow | null> =>
  (await db.selectFrom('outbox').selectAll().where('message_id', '=', messageId).executeTakeFirst()) ?? null

export async function nextOutgoingAt(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.min('next_attempt_at').as('at'))
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? null : new Date(Number(row.at))
}

/** Whether such a mail about this student's work has been written, sent or not. */
export const wasWritten = async (db: Db, template: string, assignment: string, student: string): Promise<boolean> =>
  (await db
    .selectFrom('outbox')
    .select('id')
    .where('assignment', '=', assignment)
    .where('student_id', '=', student)
    .where('template', '=', template)
    .executeTakeFirst()) !== undefined

/** Copies of an assignment that have not left yet are withdrawn; how many. */
export async function cancelOutgoing(tx: Tx, assignment: string, templates: string[]): Promise<number> {
  const result = await tx
    .updateTable('outbox')
    .set({ state: 'cancelled' })
    .where('assignment', '=', assignment)
    .where('template', 'in', templates)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/** In `reply` of a row that the teacher holds back. */
const heldByTeacher = 'held-by-teacher'

/** Mails of this kind that have not left wait for a word; how many. */
export async function holdOutgoing(tx: Tx, assignment: string, template: string): Promise<number> {
  const result = await tx
    .updateTable('outbox')
    .set({ state: 'cancelled', reply: heldByTeacher })
    .where('assignment', '=', assignment)
    .where('template', '=', template)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

/** Those that were held back go on at `at`. */
export async function resumeOutgoing(tx: Tx, assignment: string, template: string, at: Date): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ state: 'waiting', reply: null, next_attempt_at: at.getTime() })
    .where('assignment', '=', assignment)
    .where('template', '=', template)
    .where('state', '=', 'cancelled')
    .where('reply', '=', heldByTeacher)
    .where('mail', '!=', '{}')
    .execute()
}

/** What was held back for this student, or waits, is replaced by something newer. */
export async function dropHeldOutgoing(tx: Tx, assignment: string, template: string, student: string): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ state: 'cancelled', reply: null })
    .where('assignment', '=', assignment)
    .where('template', '=', template)
    .where('student_id', '=', student)
    .where((eb) => eb.or([eb('state', '=', 'waiting'), eb.and([eb('state', '=', 'cancelled'), eb('reply', '=', heldByTeacher)])]))
    .execute()
}

export const countOutgoing = async (db: Db): Promise<Record<OutboxState, number>> => {
  const rows = await db
    .selectFrom('outbox')
    .select((eb) => ['state', eb.fn.countAll().as('count')] as const)
    .groupBy('state')
    .execute()
  const counts: Record<OutboxState, number> = { waiting: 0, sending: 0, sent: 0, failed: 0, held: 0, cancelled: 0 }
  for (const row of rows) counts[row.state] = Number(row.count)
  return counts
}
