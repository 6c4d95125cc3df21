/** What an error of the file system means for accepted mail. The one place that knows errno names. */
import { errnoOf, Fault } from '../errors'

/** Faults pass as they are; `disk-full` for a full disk or quota; `storage-unusable` for every other error of a file. */
export function storageFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const errno = errnoOf(error)
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return new Fault('disk-full', undefined, { cause: error })
  return new Fault('storage-unusable', `The storage folder cannot be used (${errno ?? 'unknown error'}).`, { cause: error })
}
