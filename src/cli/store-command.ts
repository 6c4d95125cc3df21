/** Opens configuration, database and blobs for one command and closes them again. */
import { mkdir } from 'node:fs/promises'
import { type Blobs, openBlobs } from '../store/blobs'
import { type Database, openDatabase } from '../store/database'
import { type Loaded, loadConfiguration, within } from './configuration'
import { fail } from './output'

export interface Opened extends Loaded {
  database: Database
  blobs: Blobs
}

/** Runs `work`; whatever it throws is told and becomes the exit code. */
export async function withStore(configOption: string | undefined, work: (opened: Opened) => Promise<void>): Promise<void> {
  try {
    const loaded = loadConfiguration(configOption)
    await mkdir(loaded.storage, { recursive: true, mode: 0o700 })
    const database = await openDatabase(loaded.config.storage.database, loaded.storage)
    try {
      await work({ ...loaded, database, blobs: await openBlobs(within(loaded.storage, loaded.config.storage.blobs.replace(/^file:/, ''))) })
    } finally {
      await database.close()
    }
  } catch (error) {
    fail(error)
  }
}
