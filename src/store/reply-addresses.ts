/** Every address of ours that somebody may answer to, and the class copies that carry them. */
import type { Address, AssignmentCode, PersonId } from '../school/people'
import type { Db, Tx } from './database'
import type { CopyDelivery, ReplyAddressTable, ReplyPurpose } from './schema'

export interface ReplyAddress {
  token: string
  purpose: ReplyPurpose
  person: PersonId | null
  address: Address | null
  assignment: AssignmentCode | null
  student: PersonId | null
  household: string | null
  ref: string | null
  createdAt: Date
  usedAt: Date | null
}

const replyAddressOf = (row: ReplyAddressTable): ReplyAddress => ({
  token: row.token,
  purpose: row.purpose,
  person: row.person_id as PersonId | null,
  address: row.address as Address | null,
  assignment: row.assignment as AssignmentCode | null,
  student: row.student_id as PersonId | null,
  household: row.household,
  ref: row.ref,
  createdAt: new Date(row.created_at),
  usedAt: row.used_at === null ? null : new Date(row.used_at),
})

export async function addReplyAddress(tx: Tx, reply: Omit<ReplyAddress, 'usedAt'>): Promise<void> {
  await tx
    .insertInto('reply_address')
    .values({
      token: reply.token,
      purpose: reply.purpose,
      person_id: reply.person,
      address: reply.address,
      assignment: reply.assignment,
      student_id: reply.student,
      household: reply.household,
      ref: reply.ref,
      created_at: reply.createdAt.getTime(),
      used_at: null,
    })
    .execute()
}

export async function findReplyAddress(db: Db, token: string): Promise<ReplyAddress | null> {
  const row = await db.selectFrom('reply_address').selectAll().where('token', '=', token).executeTakeFirst()
  return row ? replyAddressOf(row) : null
}

/** The reply address that one of our own Message-IDs carried; null when it is not ours. */
export async function replyAddressOfMessage(db: Db, messageId: string): Promise<ReplyAddress | null> {
  const row = await db
    .selectFrom('outbox')
    .innerJoin('reply_address', 'reply_address.token', 'outbox.token')
    .selectAll('reply_address')
    .where('message_id', '=', messageId)
    .executeTakeFirst()
  return row ? replyAddressOf(row) : null
}

export async function replyAddressFor(
  db: Db,
  purpose: ReplyPurpose,
  find: { assignment?: string; person?: string; student?: string; ref?: string; address?: string },
): Promise<ReplyAddress | null> {
  let query = db.selectFrom('reply_address').selectAll().where('purpose', '=', purpose)
  if (find.assignment !== undefined) query = query.where('assignment', '=', find.assignment)
  if (find.person !== undefined) query = query.where('person_id', '=', find.person)
  if (find.student !== undefined) query = query.where('student_id', '=', find.student)
  if (find.ref !== undefined) query = query.where('ref', '=', find.ref)
  if (find.address !== undefined) query = query.where('address', '=', find.address)
  const row = await query.orderBy('created_at').executeTakeFirst()
  return row ? replyAddressOf(row) : null
}

/** True for the first use only: an answer to a question of ours counts once. */
export async function useReplyAddress(tx: Tx, token: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('reply_address')
    .set({ used_at: now.getTime() })
    .where('token', '=', token)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export interface Copy {
  token: string
  assignment: AssignmentCode
  student: PersonId
  person: PersonId
  household: string
  address: Address
  delivery: CopyDelivery
  failure: string | null
}

const copyOf = (row: {
  token: string
  assignment: string
  student_id: string
  person_id: string
  household: string
  address: string
  delivery: CopyDelivery
  failure: string | null
}): Copy => ({
  token: row.token,
  assignment: row.assignment as AssignmentCode,
  student: row.student_id as PersonId,
  person: row.person_id as PersonId,
  household: row.household,
  address: row.address as Address,
  delivery: row.delivery,
  failure: row.failure,
})

/** False when this student had a copy of this assignment at this address already. */
export async function addCopy(tx: Tx, copy: Copy): Promise<boolean> {
  const result = await tx
    .insertInto('copy')
    .values({
      token: copy.token,
      assignment: copy.assignment,
      student_id: copy.student,
      person_id: copy.person,
      household: copy.household,
      address: copy.address,
      delivery: copy.delivery,
      failure: copy.failure,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export const copiesOf = async (db: Db, code: string): Promise<Copy[]> =>
  (await db.selectFrom('copy').selectAll().where('assignment', '=', code).orderBy('token').execute()).map(copyOf)

export async function findCopy(db: Db, token: string): Promise<Copy | null> {
  const row = await db.selectFrom('copy').selectAll().where('token', '=', token).executeTakeFirst()
  return row ? copyOf(row) : null
}

/** waiting → delivered or failed; delivered → failed (a bounce after the relay's 250). */
export async function settleCopy(tx: Tx, token: string, delivery: 'delivered' | 'failed', failure: string | null): Promise<boolean> {
  const from: CopyDelivery[] = delivery === 'failed' ? ['waiting', 'delivered'] : ['waiting']
  const result = await tx.updateTable('copy').set({ delivery, failure }).where('token', '=', token).where('delivery', 'in', from).executeTakeFirst()
  return result.numUpdatedRows === 1n
}
