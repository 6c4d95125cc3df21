/** Deletes rows whose time is over, and tells which blobs lost a name by it. */
import type { Db, Tx } from './database'

const batch = 500

async function inBatches(ids: string[], work: (some: string[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < ids.length; start += batch) await work(ids.slice(start, start + batch))
}

/** Mail received before, in whatever state: its bytes are given up, its row stays as a count without persons. Returns blobs that may be unused now. */
export async function forgetMailBefore(tx: Tx, before: number): Promise<string[]> {
  const old = await tx.selectFrom('mail').select(['id', 'blob']).where('received_at', '<', before).where('blob', 'is not', null).execute()
  await inBatches(
    old.map((row) => row.id),
    async (some) => {
      const empty = { blob: null, sender: null, recipients: '[]', client_address: null, helo: null, author_id: null }
      await tx.updateTable('mail').set(empty).where('id', 'in', some).execute()
      await tx.updateTable('mail').set({ state: 'dropped', reason: 'retention' }).where('id', 'in', some).where('state', 'in', ['held', 'spooled']).execute()
      await tx.deleteFrom('seen').where('mail_id', 'in', some).execute()
      const keys = some.map((id) => `mail:${id}`)
      await tx.deleteFrom('job').where('key', 'in', keys).where('state', '!=', 'running').execute()
    },
  )
  return old.map((row) => row.blob).filter((blob): blob is string => blob !== null)
}

/**
 * Mails of ours made before: rendered data and addresses go, those that failed or were held with them.
 * One that still waits (quiet hours may be a whole summer) is left to its turn. Returns blobs that may be unused now.
 */
export async function forgetSentBefore(tx: Tx, before: number): Promise<string[]> {
  const old = () => tx.selectFrom('outbox').where('created_at', '<', before).where('state', 'in', ['sent', 'failed', 'held', 'cancelled'])
  const mails = (await old().select('mail').where('mail', '!=', '{}').execute()).map((row) => row.mail)
  const settled = ['sent', 'failed', 'held', 'cancelled'] as const
  await tx.updateTable('outbox').set({ state: 'cancelled' }).where('created_at', '<', before).where('state', 'in', ['failed', 'held']).execute()
  await tx.updateTable('outbox').set({ mail: '{}', reply: null, person_id: null }).where('created_at', '<', before).where('state', 'in', settled).execute()
  // A row of no assignment is no thread's root: nothing asks for it any more.
  await tx.deleteFrom('outbox').where('created_at', '<', before).where('assignment', 'is', null).where('state', 'in', settled).execute()
  return mails.flatMap((mail) => ((JSON.parse(mail) as { attachments?: { blob: string }[] }).attachments ?? []).map((one) => one.blob))
}

/** Marks that mattered for days: notices, questions to a sender that nobody answered, jobs that were given up. */
export async function forgetMarksBefore(tx: Tx, before: number): Promise<void> {
  await tx.deleteFrom('notice').where('at', '<', before).execute()
  await tx.deleteFrom('reply_address').where('created_at', '<', before).where('purpose', 'in', ['confirm', 'choose']).execute()
  await tx.deleteFrom('job').where('created_at', '<', before).where('state', '=', 'held').execute()
}

/** Assignments made before, with everything that hangs on them. Returns blobs that may be unused now. */
export async function forgetAssignmentsBefore(tx: Tx, before: number): Promise<string[]> {
  const codes = (await tx.selectFrom('assignment').select('code').where('created_at', '<', before).execute()).map((row) => row.code)
  const blobs: (string | null)[] = []
  for (const code of codes) {
    blobs.push(...(await tx.selectFrom('assignment_file').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    blobs.push(...(await tx.selectFrom('source').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    for (const { blob, thumbnail } of await tx.selectFrom('page').select(['blob', 'thumbnail']).where('assignment', '=', code).execute())
      blobs.push(blob, thumbnail)
    blobs.push(...(await tx.selectFrom('correction').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    blobs.push(...(await tx.selectFrom('returned').select('blob').where('assignment', '=', code).execute()).map((row) => row.blob))
    blobs.push(...(await tx.selectFrom('returned_page').select('thumbnail').where('assignment', '=', code).execute()).map((row) => row.thumbnail))
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
      'returned_page',
      'remark',
      'return_hold',
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

/** Every blob that a row names. Outgoing mail names its blobs inside its JSON, and needs them until it is settled; a failed one may be tried again. */
export async function usedBlobs(db: Db): Promise<Set<string>> {
  const used = new Set<string>()
  for (const table of ['assignment_file', 'source', 'correction', 'returned'] as const)
    for (const { blob } of await db.selectFrom(table).select('blob').execute()) used.add(blob)
  for (const table of ['mail', 'page'] as const)
    for (const { blob } of await db.selectFrom(table).select('blob').where('blob', 'is not', null).execute()) if (blob !== null) used.add(blob)
  for (const { thumbnail } of await db.selectFrom('page').select('thumbnail').where('thumbnail', 'is not', null).execute())
    if (thumbnail !== null) used.add(thumbnail)
  for (const { thumbnail } of await db.selectFrom('returned_page').select('thumbnail').where('thumbnail', 'is not', null).execute())
    if (thumbnail !== null) used.add(thumbnail)
  const named: string[] = []
  named.push(...(await db.selectFrom('bundle').select('parts').execute()).map((row) => row.parts))
  named.push(...(await db.selectFrom('job').select('data').execute()).map((row) => row.data))
  const unsettled = db.selectFrom('outbox').select('mail').where('state', 'in', ['waiting', 'sending', 'held', 'failed'])
  named.push(...(await unsettled.where('mail', '!=', '{}').execute()).map((row) => row.mail))
  for (const text of named) for (const [hash] of text.matchAll(/\b[0-9a-f]{64}\b/gu)) used.add(hash)
  return used
}
