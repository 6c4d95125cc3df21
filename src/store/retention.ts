/** Deletes rows whose time is over, and tells which blobs lost a name by it. */
import type { Db, Tx } from './database'

/** Mail received before: its bytes are given up, its row stays as a count without persons. Returns blobs that may be unused now. */
export async function forgetMailBefore(tx: Tx, before: number): Promise<string[]> {
  const old = await tx.selectFrom('mail').select(['id', 'blob']).where('received_at', '<', before).where('blob', 'is not', null).execute()
  const ids = old.map((row) => row.id)
  for (let start = 0; start < ids.length; start += 500) {
    const some = ids.slice(start, start + 500)
    await tx
      .updateTable('mail')
      .set({ blob: null, sender: null, recipients: '[]', client_address: null, helo: null, author_id: null })
      .where('id', 'in', some)
      .execute()
    await tx.updateTable('mail').set({ state: 'dropped', reason: 'retention' }).where('id', 'in', some).where('state', 'in', ['held', 'spooled']).execute()
  }
  return old.map((row) => row.blob).filter((blob): blob is string => blob !== null)
}

/** Mails of ours that were settled before: rendered data and addresses go. */
export async function forgetSentBefore(tx: Tx, before: number): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ mail: '{}', reply: null, person_id: null })
    .where('created_at', '<', before)
    .where('state', 'in', ['sent', 'failed', 'cancelled'])
    .execute()
}

/** Assignments made before, with everything that hangs on them. Returns blobs that may be unused now. */
export async function forgetAssignmentsBefore(tx: Tx, before: number): Promise<string[]> {
  const codes = (await tx.selectFrom('assignment').select('code').where('created_at', '<', before).execute()).map((row) => row.code)
  const blobs: (string | null)[] = []
  for (const code of codes) {
    blobs.push(...(await tx.selectFrom('assignment_file').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    blobs.push(...(await tx.selectFrom('source').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    blobs.push(...(await tx.selectFrom('page').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    blobs.push(...(await tx.selectFrom('correction').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    blobs.push(...(await tx.selectFrom('returned').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    for (const bundle of await tx.selectFrom('bundle').select(['id', 'parts']).where('assignment', '=', code).execute()) {
      blobs.push(...(JSON.parse(bundle.parts) as { blob: string }[]).map((part) => part.blob))
      await tx.deleteFrom('bundle_page').where('bundle_id', '=', bundle.id).execute()
    }
    for (const table of [
      'assignment_file',
      'source',
      'page',
      'correction',
      'returned',
      'bundle',
      'copy',
      'submission',
      'question',
      'reply_address',
      'outbox',
    ] as const)
      await tx.deleteFrom(table).where('assignment', '=', code).execute()
    await tx.deleteFrom('assignment').where('code', '=', code).execute()
  }
  return blobs.filter((blob): blob is string => blob !== null)
}

/** Of these blobs, those that no row names. Outgoing mail names its blobs inside its JSON. */
export async function unusedBlobs(db: Db, blobs: string[]): Promise<string[]> {
  const unused: string[] = []
  for (const blob of new Set(blobs)) {
    const named = await Promise.all([
      db.selectFrom('mail').select('id').where('blob', '=', blob).limit(1).executeTakeFirst(),
      db.selectFrom('assignment_file').select('blob').where('blob', '=', blob).limit(1).executeTakeFirst(),
      db.selectFrom('source').select('id').where('blob', '=', blob).limit(1).executeTakeFirst(),
      db.selectFrom('page').select('id').where('blob', '=', blob).limit(1).executeTakeFirst(),
      db.selectFrom('correction').select('id').where('blob', '=', blob).limit(1).executeTakeFirst(),
      db.selectFrom('returned').select('blob').where('blob', '=', blob).limit(1).executeTakeFirst(),
      db
        .selectFrom('outbox')
        .select('id')
        .where('mail', 'like', `%${blob}%`)
        .where('state', 'in', ['waiting', 'sending', 'held', 'failed'])
        .limit(1)
        .executeTakeFirst(),
      db.selectFrom('bundle').select('id').where('parts', 'like', `%${blob}%`).limit(1).executeTakeFirst(),
    ])
    if (named.every((row) => row === undefined)) unused.push(blob)
  }
  return unused
}
