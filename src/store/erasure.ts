/** Erases a person's rows and strikes the name out of others', and tells which blobs and outgoing mails lost their reason by it. Touches no file. */
import { sql } from 'kysely'
import { mapStrings, type PersonTraces } from '../school/person-traces'
import type { Database, Db, Tx } from './database'
import { addJob } from './jobs'
import type { OutboxTable } from './schema'

/** What hangs on a person, by key. */
export interface Footprint {
  person: string
  /** Null where somebody else has the same address: it stays. */
  address: string | null
  /** Reply addresses of theirs, or about them. */
  tokens: Set<string>
  /** Received mails of theirs, with their work, or with a pile that holds it. */
  mails: Set<string>
  /** Assignments whose bundles name them. */
  assignments: Set<string>
  sources: Set<string>
}

export interface ErasedRows {
  /** May be unused now. */
  blobs: string[]
  /** Outbox rows whose words are gone. */
  outgoing: string[]
  mails: number
  pages: number
  /** Bundles that held their pages, already sent. */
  bundles: number
  /** Corrections that were still being worked on. */
  corrections: number
}

const batch = 500

async function* rowsInTurn<T>(load: (after: string) => Promise<T[]>, keyOf: (row: T) => string): AsyncGenerator<T> {
  for (let after = ''; ; ) {
    const rows = await load(after)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < batch) return
    after = keyOf(last)
  }
}

async function inBatches(ids: Iterable<string>, work: (some: string[]) => Promise<unknown>): Promise<void> {
  const all = [...ids]
  for (let start = 0; start < all.length; start += batch) await work(all.slice(start, start + batch))
}

/** What hangs on this person. Mails that only name them are not among it: they must be read to be known. */
export async function footprintOf(db: Db, person: string, address: string | null): Promise<Footprint> {
  const replies = await db
    .selectFrom('reply_address')
    .select('token')
    .where((eb) => eb.or([eb('person_id', '=', person), eb('student_id', '=', person), ...(address === null ? [] : [eb('address', '=', address)])]))
    .execute()
  const sources = await db.selectFrom('source').select(['id', 'mail_id', 'assignment']).where('student_id', '=', person).execute()
  const questions = await db.selectFrom('question').select(['mail_id', 'assignment']).where('student_id', '=', person).execute()
  const assignments = new Set([...sources, ...questions].map((row) => row.assignment))
  for (const code of await assignmentsNaming(db, person)) assignments.add(code)
  const tokens = new Set(replies.map((row) => row.token))
  const mails = new Set([...sources, ...questions].map((row) => row.mail_id))
  await inBatches(assignments, async (some) => {
    for (const row of await db.selectFrom('correction').select('mail_id').where('assignment', 'in', some).execute()) mails.add(row.mail_id)
  })
  for await (const mail of rowsInTurn(
    (after) => db.selectFrom('mail').select(['id', 'sender', 'author_id', 'recipients']).where('id', '>', after).orderBy('id').limit(batch).execute(),
    (row) => row.id,
  )) {
    // Of a shared mailbox only what came for this person's own reply addresses is known to be theirs.
    const isFrom = mail.author_id === person && (address !== null || mail.sender === null)
    const isAt = address !== null && (mail.sender?.toLowerCase() === address || mail.recipients.toLowerCase().includes(`"${address}"`))
    const isTo = [...mail.recipients.matchAll(/r-([\w-]+)@|b-([\w-]+)@/giu)].some((match) => tokens.has((match[1] ?? match[2] ?? '').toLowerCase()))
    if (isFrom || isAt || isTo) mails.add(mail.id)
  }
  return { person, address, tokens, mails, assignments, sources: new Set(sources.map((row) => row.id)) }
}

/** Bundles of these have the person on their cover: of a class they are or were in, or that they posted. */
async function assignmentsNaming(db: Db, person: string): Promise<string[]> {
  const classes = (await db.selectFrom('membership').select('class').where('person_id', '=', person).where('role', '=', 'student').execute()).map(
    (row) => row.class,
  )
  const rows = await db
    .selectFrom('assignment')
    .select('code')
    .where((eb) => eb.or([eb('teacher_id', '=', person), ...(classes.length === 0 ? [] : [eb('class', 'in', classes)])]))
    .execute()
  return rows.map((row) => row.code)
}

/** Everything of `footprint` goes, in this transaction; elsewhere `traces` are struck out. Done twice it does nothing the second time. */
export async function eraseRows(tx: Tx, footprint: Footprint, traces: PersonTraces, now: Date): Promise<ErasedRows> {
  const erased: ErasedRows = { blobs: [], outgoing: [], mails: 0, pages: 0, bundles: 0, corrections: 0 }
  await eraseBundles(tx, footprint, erased)
  await eraseWork(tx, footprint, erased)
  await eraseMails(tx, footprint, erased)
  await eraseOutgoing(tx, footprint, traces, erased, now)
  await eraseJobs(tx, footprint, new Set(erased.blobs))
  await strikeTexts(tx, footprint, traces)
  await eraseRoster(tx, footprint)
  return erased
}

async function eraseBundles(tx: Tx, { person, assignments }: Footprint, erased: ErasedRows): Promise<void> {
  const held = await tx
    .selectFrom('bundle_page')
    .innerJoin('page', 'page.id', 'bundle_page.page_id')
    .select('bundle_id')
    .distinct()
    .where('student_id', '=', person)
    .execute()
  erased.bundles = held.length
  await inBatches(assignments, async (some) => {
    for (const { parts } of await tx.selectFrom('bundle').select('parts').where('assignment', 'in', some).execute())
      erased.blobs.push(...(JSON.parse(parts) as { blob: string }[]).map((part) => part.blob))
    // The row stays: which pages of the others went out is not forgotten with it.
    await tx.updateTable('bundle').set({ parts: '[]' }).where('assignment', 'in', some).execute()
    const pages = await tx.selectFrom('returned_page').select(['correction_id', 'thumbnail', 'released_at']).where('assignment', 'in', some).execute()
    erased.blobs.push(...pages.map((page) => page.thumbnail).filter((blob) => blob !== null))
    // The file goes, and with it what has not gone back yet.
    erased.corrections += new Set(pages.filter((page) => page.released_at === null).map((page) => page.correction_id)).size
    await tx.deleteFrom('returned_page').where('assignment', 'in', some).execute()
    for (const { blob, state } of await tx.selectFrom('correction').select(['blob', 'state']).where('assignment', 'in', some).execute()) {
      erased.blobs.push(blob)
      if (state === 'working') erased.corrections++
    }
    await tx.deleteFrom('correction').where('assignment', 'in', some).execute()
  })
}

async function eraseWork(tx: Tx, { person }: Footprint, erased: ErasedRows): Promise<void> {
  const pages = await tx.selectFrom('page').select(['id', 'blob', 'thumbnail']).where('student_id', '=', person).execute()
  for (let start = 0; start < pages.length; start += batch)
    await tx
      .deleteFrom('bundle_page')
      .where(
        'page_id',
        'in',
        pages.slice(start, start + batch).map((page) => page.id),
      )
      .execute()
  erased.pages = pages.length
  erased.blobs.push(...pages.flatMap((page) => [page.blob, page.thumbnail]).filter((blob) => blob !== null))
  for (const table of ['source', 'returned'] as const)
    erased.blobs.push(...(await tx.selectFrom(table).select('blob').where('student_id', '=', person).execute()).map((row) => row.blob))
  for (const table of ['page', 'source', 'returned', 'remark', 'submission', 'question', 'copy', 'reply_address'] as const)
    await tx.deleteFrom(table).where('student_id', '=', person).execute()
}

/** As retention does: the bytes and whatever names somebody go, the row stays as a count and, for IMAP, as the mark that the message was taken. */
async function eraseMails(tx: Tx, { mails }: Footprint, erased: ErasedRows): Promise<void> {
  await inBatches(mails, async (some) => {
    const rows = await tx.selectFrom('mail').select('blob').where('id', 'in', some).where('blob', 'is not', null).execute()
    erased.mails += rows.length
    erased.blobs.push(...rows.map((row) => row.blob).filter((blob) => blob !== null))
    const empty = { blob: null, sender: null, recipients: '[]', client_address: null, helo: null, author_id: null }
    await tx.updateTable('mail').set(empty).where('id', 'in', some).execute()
    await tx.updateTable('mail').set({ state: 'dropped', reason: 'erased' }).where('id', 'in', some).where('state', 'in', ['held', 'spooled']).execute()
    await tx.deleteFrom('seen').where('mail_id', 'in', some).execute()
  })
}

interface StoredMail {
  to?: { address?: string }
  attachments?: { blob: string }[]
}

async function eraseOutgoing(tx: Tx, footprint: Footprint, traces: PersonTraces, erased: ErasedRows, now: Date): Promise<void> {
  const { person, address } = footprint
  const gone = new Set(erased.blobs)
  const rows = rowsInTurn<OutboxTable>(
    (after) => tx.selectFrom('outbox').selectAll().where('id', '>', after).orderBy('id').limit(batch).execute(),
    (row) => row.id,
  )
  for await (const row of rows) {
    const mail = JSON.parse(row.mail) as StoredMail
    const attached = (mail.attachments ?? []).map((one) => one.blob)
    const isOwn = row.person_id === person || row.student_id === person || (address !== null && mail.to?.address === address)
    if (isOwn) {
      erased.outgoing.push(row.id)
      erased.blobs.push(...attached)
      await tx.deleteFrom('outbox').where('id', '=', row.id).execute()
    } else if (attached.some((blob) => gone.has(blob)) || traces.isIn(row.mail)) {
      erased.outgoing.push(row.id)
      await emptyOutgoing(tx, row, mail, gone, traces, now)
    } else if (row.reply !== null && traces.isIn(row.reply)) await tx.updateTable('outbox').set({ reply: null }).where('id', '=', row.id).execute()
  }
}

/** Of another's mail: settled, its words go; not yet sent, it goes without the name; a bundle not yet sent is made again. */
async function emptyOutgoing(tx: Tx, row: OutboxTable, mail: StoredMail, gone: ReadonlySet<string>, traces: PersonTraces, now: Date): Promise<void> {
  const set = (values: Partial<OutboxTable>): Promise<unknown> => tx.updateTable('outbox').set(values).where('id', '=', row.id).execute()
  if (['sent', 'failed', 'cancelled'].includes(row.state)) return void (await set({ mail: '{}', reply: null }))
  const isPile = (mail.attachments ?? []).some((one) => gone.has(one.blob))
  if (!isPile) return void (await set({ mail: JSON.stringify(mapStrings(mail, (text) => traces.strike(text))), reply: null }))
  await set({ mail: '{}', reply: null, state: 'cancelled' })
  if (row.assignment !== null && ['bundle', 'late-work'].includes(row.template))
    await addJob(tx, { kind: 'make-bundle', key: `again:${row.assignment}:erased`, data: { code: row.assignment, kind: 'again' }, dueAt: now }, now)
}

/** Jobs that name anything of theirs would only fail, or write it down again. */
async function eraseJobs(tx: Tx, { person, address, tokens, mails, sources }: Footprint, gone: ReadonlySet<string>): Promise<void> {
  const known = new Set([person, ...(address === null ? [] : [address]), ...tokens, ...mails, ...sources, ...gone])
  const rows = rowsInTurn(
    (after) => tx.selectFrom('job').select(['id', 'key', 'data']).where('id', '>', after).orderBy('id').limit(batch).execute(),
    (row) => row.id,
  )
  for await (const { id, key, data } of rows) {
    let isTheirs = (key ?? '').split(':').some((part) => known.has(part))
    mapStrings(JSON.parse(data), (text) => {
      isTheirs ||= known.has(text)
      return text
    })
    if (isTheirs) await tx.deleteFrom('job').where('id', '=', id).execute()
  }
}

/** Words of others that name them, and notices under their keys. */
async function strikeTexts(tx: Tx, { person, address, tokens }: Footprint, traces: PersonTraces): Promise<void> {
  for (const row of await tx.selectFrom('assignment').select(['code', 'title', 'body', 'teacher_id', 'only_students']).execute()) {
    const students = row.only_students === null ? null : (JSON.parse(row.only_students) as string[])
    const named = students?.includes(person) ?? false
    if (!named && row.teacher_id !== person && !traces.isIn(`${row.title}\n${row.body}`)) continue
    await tx
      .updateTable('assignment')
      .set({
        title: traces.strike(row.title),
        body: traces.strike(row.body),
        teacher_id: row.teacher_id === person ? '' : row.teacher_id,
        only_students: students === null ? null : JSON.stringify(students.filter((id) => id !== person)),
      })
      .where('code', '=', row.code)
      .execute()
  }
  const sources = rowsInTurn(
    (after) => tx.selectFrom('source').select(['id', 'filename', 'text']).where('id', '>', after).orderBy('id').limit(batch).execute(),
    (row) => row.id,
  )
  for await (const { id, filename, text } of sources)
    if (traces.isIn(`${filename ?? ''}\n${text ?? ''}`))
      await tx
        .updateTable('source')
        .set({ filename: filename === null ? null : traces.strike(filename), text: text === null ? null : traces.strike(text) })
        .where('id', '=', id)
        .execute()
  for (const { id, text } of await tx.selectFrom('question').select(['id', 'text']).execute())
    if (traces.isIn(text))
      await tx
        .updateTable('question')
        .set({ text: traces.strike(text) })
        .where('id', '=', id)
        .execute()
  for (const { assignment, student_id, words } of await tx.selectFrom('remark').select(['assignment', 'student_id', 'words']).execute())
    if (traces.isIn(words))
      await tx
        .updateTable('remark')
        .set({ words: traces.strike(words) })
        .where('assignment', '=', assignment)
        .where('student_id', '=', student_id)
        .execute()
  const known = new Set([person, ...(address === null ? [] : [address]), ...tokens])
  for (const { key } of await tx.selectFrom('notice').select('key').execute())
    if (key.split(':').some((part) => known.has(part))) await tx.deleteFrom('notice').where('key', '=', key).execute()
}

async function eraseRoster(tx: Tx, { person, address }: Footprint): Promise<void> {
  for (const table of ['copy', 'reply_address'] as const) {
    await tx.deleteFrom(table).where('person_id', '=', person).execute()
    if (address !== null) await tx.deleteFrom(table).where('address', '=', address).execute()
  }
  await tx.deleteFrom('membership').where('person_id', '=', person).execute()
  await tx
    .deleteFrom('guardianship')
    .where((eb) => eb.or([eb('guardian_id', '=', person), eb('student_id', '=', person)]))
    .execute()
  await tx.deleteFrom('person').where('id', '=', person).execute()
}

/** Received mails whose bytes are still there, oldest first. */
export async function* mailsWithBytes(db: Db): AsyncGenerator<{ id: string; blob: string }> {
  const rows = rowsInTurn(
    (after) => db.selectFrom('mail').select(['id', 'blob']).where('id', '>', after).where('blob', 'is not', null).orderBy('id').limit(batch).execute(),
    (row) => row.id,
  )
  for await (const { id, blob } of rows) if (blob !== null) yield { id, blob }
}

/** Work in the hands of a running service: what it holds in memory it may still write down. */
export async function isBusy(db: Db): Promise<boolean> {
  const job = await db.selectFrom('job').select('id').where('state', '=', 'running').limit(1).executeTakeFirst()
  const outgoing = await db.selectFrom('outbox').select('id').where('state', '=', 'sending').limit(1).executeTakeFirst()
  return job !== undefined || outgoing !== undefined
}

/**
 * Leaves nothing of erased rows in SQLite's free pages and write-ahead log (sqlite.org/lang_vacuum.html, sqlite.org/pragma.html#pragma_wal_checkpoint).
 * False when another process kept the log busy. PostgreSQL frees deleted rows by itself (autovacuum).
 */
export async function scrubDatabase({ kind, db }: Pick<Database, 'kind' | 'db'>): Promise<boolean> {
  if (kind !== 'sqlite') return true
  await sql`VACUUM`.execute(db)
  const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
  return rows[0]?.busy === 0
}
