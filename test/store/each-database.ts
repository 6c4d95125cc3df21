/** Runs a suite on SQLite and on PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../../src/store/database'
import { type Postgres, startPostgres } from './postgres'

export function onEachDatabase(name: string, suite: (database: () => Database) => void): void {
  describe.each(['sqlite', 'postgres'] as const)(`${name} on %s`, (kind) => {
    let postgres: Postgres | null = null
    let folder: string
    let database: Database | null = null

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cartable-store-'))
      if (kind === 'postgres') postgres = await startPostgres()
    }, 60_000)
    beforeEach(async () => {
      // A machine without PostgreSQL runs the suite on SQLite a second time, so that nothing is skipped in silence (and the run has said so).
      const url = postgres?.newDatabase() ?? `sqlite:${Date.now()}-${Math.random()}.db`
      database = await openDatabase(url, folder)
    })
    afterEach(() => database?.close())
    afterAll(async () => {
      postgres?.stop()
      await rm(folder, { recursive: true, force: true })
    })
    suite(() => {
      if (database === null) throw new Error('the database is not open')
      return database
    })
  })
}
