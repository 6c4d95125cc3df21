/** Content-addressed files: a blob's name is the SHA-256 of its bytes. Narrow enough that another store (S3) can stand behind it later. */
import { errnoOf } from '../errors'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface Blobs {
  /** Stores bytes; the hex SHA-256 comes back once they are on disk. Storing the same bytes twice is storing them once. */
  put(bytes: Uint8Array): Promise<string>
  /** Takes over a finished, synced file by its known hash, without copying where the file system allows. The original stays. */
  adopt(file: string, sha256: string): Promise<void>
  /** Takes over a finished file that is not synced yet, by its known hash; the original stays. */
  take(file: string, sha256: string): Promise<void>
  /** Takes a finished file in by its content; the file itself is moved away. */
  putFile(file: string): Promise<string>
  get(hash: string): Promise<Buffer>
  /** Where the bytes lie, for whoever streams them. */
  path(hash: string): string
  has(hash: string): Promise<boolean>
  /** Deleting what is not there is no fault. */
  remove(hash: string): Promise<void>
  /** Names of blobs written before `before`, in no order. */
  writtenBefore(before: Date): AsyncGenerator<string>
}

const hashPattern = /^[0-9a-f]{64}$/

export async function openBlobs(folder: string): Promise<Blobs> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = (hash: string): string => {
    if (!hashPattern.test(hash)) throw new TypeError('a blob is named by 64 hex digits')
    return join(folder, hash.slice(0, 2), hash)
  }
  const has = async (hash: string): Promise<boolean> => (await stat(path(hash)).catch(absent)) !== null

  async function finish(temporary: string, hash: string): Promise<void> {
    const target = path(hash)
    await makeFolder(dirname(target), folder)
    await rename(temporary, target)
    await syncFolder(dirname(target))
  }

  const blobs: Blobs = {
    path,
    has,
    get: (hash) => readFile(path(hash)),
    remove: (hash) => rm(path(hash), { force: true }),
    async *writtenBefore(before) {
      for (const part of await readdir(folder))
        for (const hash of /^[0-9a-f]{2}$/.test(part) ? await readdir(join(folder, part)) : [])
          if (hashPattern.test(hash) && ((await stat(path(hash)).catch(absent))?.mtimeMs ?? Infinity) < before.getTime()) yield hash
    },
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex')
      if (await has(hash)) return hash
      const temporary = join(folder, `.${randomBytes(8).toString('hex')}.part`)
      const file = await open(temporary, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      } finally {
        await file.close()
      }
      await finish(temporary, hash)
      return hash
    },
    async take(source, hash) {
      if (await has(hash)) return
      const file = await open(source, 'r')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
      await blobs.adopt(source, hash)
    },
    async putFile(source) {
      const hash = createHash('sha256')
      for await (const piece of createReadStream(source)) hash.update(piece as Buffer)
      const name = hash.digest('hex')
      await blobs.take(source, name)
      await rm(source, { force: true })
      return name
    },
    async adopt(source, hash) {
      if (await has(hash)) return
      const temporary = join(folder, `.${randomBytes(8).toString('hex')}.part`)
      await link(source, temporary)
      await finish(temporary, hash)
    },
  }
  return blobs
}

const absent = (error: unknown): null => {
  if (errnoOf(error) === 'ENOENT') return null
  throw error
}

/** A crash between write and rename leaves a `.part` file that nothing names. Only for whoever holds the storage: a running service has such files in the making. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(join(folder, name), { force: true })
}

async function makeFolder(folder: string, parent: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncFolder(parent)
}

/** A rename is only durable once its folder is synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
