/** What an error of the file system means for accepted mail. The one place that knows errno names. */
import { Fault } from '../errors'

/** `ENOENT` and the like; null when the error is none of the system's. By its form: errors of the system may come from another realm. */
export function errnoOf(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : null
}

/** Faults pass as they are; `disk-full` for a full disk or quota; `storage-unusable` for every other error of a file. */
export function storageFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const errno = errnoOf(error)
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return new Fault('disk-full', undefined, { cause: error })
  return new Fault('storage-unusable', `The storage folder cannot be used (${errno ?? 'unknown error'}).`, { cause: error })
}
