/** One running service a storage folder: a second one is told so. The system ends the lock with its process, whatever ended that; it locks nothing else. */
import { stat, unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { Fault, errnoOf } from '../errors'
import { storageFault } from './storage-fault'

export interface StorageLock {
  release(): Promise<void>
}

/**
 * Takes the lock of an existing folder. Faults: `storage-in-use`, `storage-unusable`.
 *
 * On Linux an abstract socket (unix(7)) named after device and inode, so that two paths to one folder meet: no file stays behind, and a
 * kill leaves nothing stale. It is seen within one network namespace only. Elsewhere a socket file, stale when nobody answers on it.
 */
export async function lockStorage(folder: string): Promise<StorageLock> {
  const { dev, ino } = await stat(folder).catch((error: unknown) => {
    throw new Fault(
      'storage-unusable',
      `The folder ${folder} cannot be used (${errnoOf(error) ?? 'unknown error'}). Create it, or set another [storage] path.`,
      {
        cause: error,
      },
    )
  })
  const abstract = process.platform === 'linux'
  const name = abstract ? `\0cartable-storage-${dev}-${ino}` : join(folder, 'lock')
  const server = (await bind(name)) ?? (!abstract && (await isStale(name)) ? await bind(name) : null)
  if (!server) throw new Fault('storage-in-use', `Another running service uses ${folder}. Stop it, or give this one its own [storage] path.`)
  // The lock must not keep a process alive that has nothing else to do.
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** null: taken. */
function bind(name: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error) => (errnoOf(error) === 'EADDRINUSE' ? resolve(null) : reject(storageFault(error))))
    server.listen(name, () => resolve(server))
  })
}

/** Removes a socket file that nobody listens on. */
function isStale(name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(name)
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', (error) => {
      if (errnoOf(error) !== 'ECONNREFUSED') return void resolve(false)
      unlink(name).then(() => resolve(true), reject)
    })
  })
}
