/** Files that nothing names any more: half made, cached, or of a row that is gone. Deletes by age, so that nothing in the making goes. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../errors'
import type { Blobs } from './blobs'
import type { Db } from './database'
import { usedBlobs } from './retention'

const gone = (error: unknown): null => {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}

/** A folder that is not there is empty. */
export const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder).catch(gone)) ?? []

/** How many were removed: 0 or 1. */
export const removeFile = async (path: string): Promise<0 | 1> => ((await rm(path, { recursive: true }).catch(gone)) === null ? 0 : 1)

/** Removes what was last written before `before` (milliseconds); how many. */
export async function sweepFolder(folder: string, before: number): Promise<number> {
  let swept = 0
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    const at = await stat(path).then((found) => found.mtimeMs, gone)
    if (at !== null && at < before) swept += await removeFile(path)
  }
  return swept
}

/**
 * Removes the `lost` blobs, and those written before `before`, unless a row names them; how many files, wire forms included.
 * Younger ones may belong to a row that is being written.
 */
export async function removeUnused(db: Db, blobs: Blobs, lost: string[], before: Date, wireFolder: string): Promise<number> {
  const candidates = new Set(lost)
  for await (const blob of blobs.writtenBefore(before)) candidates.add(blob)
  const used = await usedBlobs(db)
  let removed = 0
  for (const blob of candidates) {
    if (used.has(blob)) continue
    if (await blobs.has(blob)) removed++
    await blobs.remove(blob)
    removed += await removeFile(join(wireFolder, `${blob}.b64`))
  }
  return removed
}
