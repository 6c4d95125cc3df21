/** A file of a mail becomes a blob, once. */
import type { Blobs } from '../store/blobs'
import type { HandedFile } from '../understand/reading'

/** Path of the blob. The reader put every file into a folder: one without a path is a bug. */
export async function keepFile({ content, sha256 }: Pick<HandedFile, 'content' | 'sha256'>, blobs: Blobs): Promise<string> {
  if (content.path === null) throw new TypeError('the file lies nowhere')
  await blobs.take(content.path, sha256)
  return blobs.path(sha256)
}
