/** Opens the database, SQLite or PostgreSQL, brings its schema to the newest, and hands out readers (Db) and transactions (Tx). Nothing above knows which one it is. */
import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { Kysely, type Migration, Migrator, PostgresDialect, SqliteDialect, type Transaction } from 'kysely'
import { Pool, types } from 'pg'
import { codeOf, Fault } from '../errors'
import { first } from './migrations/001-first'
import { thumbnails } from './migrations/002-thumbnails'
import { returns } from './migrations/003-returns'
import { replacedPages } from './migrations/004-replaced-pages'
import { copies } from './migrations/005-copies'
import { doubtfulTurns } from './migrations/006-doubtful-turns'
import type { Schema } from './schema'

/** Readers take this. A transaction is one too. */
export type Db = Kysely<Schema>
/** Writers take this: a write outside a transaction does not compile against them. */
export type Tx = Transaction<Schema>

export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  readonly db: Db
  /** Runs `work` in one transaction and afterwards, if it committed, wakes whoever registered with `onCommit`. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  onCommit(listener: () => void): void
  close(): Promise<void>
}

/**
 * @param url `sqlite:FILE` (relative to `folder`) or `postgres://…`.
 * Faults: `database-damaged` (the file is left untouched), `storage-unusable`.
 */
export async function openDatabase(url: string, folder: string): Promise<Database> {
  const kind = url.startsWith('sqlite:') ? 'sqlite' : 'postgres'
  const file = url.slice('sqlite:'.length)
  const path = isAbsolute(file) ? file : join(folder, file)
  const writer = kind === 'sqlite' ? await openSqlite(path) : openPostgres(url)
  try {
    await migrate(writer, kind)
  } catch (error) {
    await writer.destroy()
    throw faultOf(error, path)
  }
  // A connection of their own for readers: in WAL mode they never wait for a writer, and SMTP asks for recipients while work commits.
  const db = kind === 'sqlite' ? await openSqlite(path) : writer
  const listeners: (() => void)[] = []
  // One write transaction at a time, on PostgreSQL as on SQLite: what a transaction has read stays true until it commits.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.then(
      () => undefined,
      () => undefined,
    )
    return mine
  }
  return {
    kind,
    db,
    async transaction(work) {
      const result = await inTurn(() => patiently(() => writer.transaction().execute(work)))
      for (const listener of listeners) listener()
      return result
    },
    onCommit: (listener) => void listeners.push(listener),
    close: async () => {
      if (db !== writer) await db.destroy()
      await writer.destroy()
    },
  }
}

/** A lock held by another process (a backup, a command) is waited for without blocking the event loop; then `store-busy`. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const fault = faultOf(error)
      if (!(fault instanceof Fault && fault.code === 'store-busy' && attempt < 20)) throw fault
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}

async function openSqlite(path: string): Promise<Db> {
  try {
    const sqlite = new BetterSqlite3(path)
    await chmod(path, 0o600)
    sqlite.pragma('journal_mode = WAL')
    // FULL: a commit is on disk when it returns (sqlite.org/pragma.html#pragma_synchronous).
    sqlite.pragma('synchronous = FULL')
    sqlite.pragma('busy_timeout = 250')
    // Erased rows are overwritten, not only unlinked.
    sqlite.pragma('secure_delete = ON')
    const checked = sqlite.pragma('quick_check(1)', { simple: true })
    if (checked !== 'ok') throw new Fault('database-damaged', `${path} is damaged: restore it from a backup; it was left untouched`)
    return new Kysely<Schema>({ dialect: new SqliteDialect({ database: sqlite }) })
  } catch (error) {
    throw faultOf(error, path)
  }
}

function openPostgres(url: string): Db {
  // int8 arrives as text by default; our largest numbers are milliseconds and fit a double.
  types.setTypeParser(20, Number)
  const pool = new Pool({ connectionString: url, max: 8 })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}

const migrationsFor = (kind: 'sqlite' | 'postgres'): Record<string, Migration> => ({
  '001-first': first(kind === 'sqlite' ? 'integer' : 'serial'),
  '002-thumbnails': thumbnails,
  '003-returns': returns,
  '004-replaced-pages': replacedPages,
  '005-copies': copies,
  '006-doubtful-turns': doubtfulTurns,
})

/** Kysely's migrator takes a lock of its own, so two starts at once are safe. */
async function migrate(db: Db, kind: 'sqlite' | 'postgres'): Promise<void> {
  const { error } = await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrationsFor(kind)) } }).migrateToLatest()
  if (error !== undefined) throw error
}

/** Driver errors in our words: SQLite result codes (sqlite.org/rescode.html), PostgreSQL SQLSTATE classes 08, 40, 53, 57. */
export function faultOf(error: unknown, path?: string): unknown {
  if (error instanceof Fault) return error
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : codeOf(error)
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return new Fault('database-damaged', path ? `${path} is damaged: restore it from a backup; it was left untouched` : undefined, { cause: error })
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/.test(code) || (path && !existsSync(path)))
    return new Fault('storage-unusable', path ? `${path} cannot be opened: check that its folder exists and is writable` : undefined, { cause: error })
  if (/^SQLITE_(BUSY|LOCKED|IOERR)/.test(code) || /^(08|40|53|57)/.test(code) || /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT)$/.test(code))
    return new Fault('store-busy', undefined, { cause: error })
  if (/^SQLITE_FULL/.test(code)) return new Fault('disk-full', undefined, { cause: error })
  return error
}
