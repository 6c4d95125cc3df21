/** Files of the pile's worker: pictures in, the finished PDF out. Keeps one buffer for each way. */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { errnoOf } from '../errors'
import type { ByteSink } from './pdf-file'

const writeBufferBytes = 1024 * 1024
let readBuffer = Buffer.alloc(0)

/**
 * Bytes of a picture, valid until the next call: one buffer serves all. Null where there is no such file: one sheet says so then;
 * a disk that fails throws.
 */
export function readPicture(file: string): Uint8Array | null {
  const descriptor = openIfThere(file)
  if (descriptor === null) return null
  try {
    const { size } = fstatSync(descriptor)
    if (size > readBuffer.length) readBuffer = Buffer.allocUnsafeSlow(Math.ceil(size * 1.25))
    let used = 0
    for (let got = -1; got !== 0 && used < size; used += got) got = readSync(descriptor, readBuffer, used, size - used, used)
    return readBuffer.subarray(0, used)
  } finally {
    closeSync(descriptor)
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null
    throw error
  }
}

/** Where a process writes until the file is whole. */
export const draftOf = (file: string): string => `${file}.part`

/** Writes beside the place and renames (0600): a killed worker leaves no half pile under the right name. */
export async function intoFile<T>(file: string, write: (sink: ByteSink) => Promise<T>): Promise<T> {
  const draft = draftOf(file)
  const descriptor = openSync(draft, 'w', 0o600)
  const buffer = Buffer.allocUnsafeSlow(writeBufferBytes)
  let used = 0
  const put = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at)
  }
  const flush = (): void => {
    put(buffer.subarray(0, used))
    used = 0
  }
  let done = false
  try {
    const result = await write((chunk) => {
      if (used + chunk.length > buffer.length) flush()
      if (chunk.length > buffer.length) return put(chunk)
      buffer.set(chunk, used)
      used += chunk.length
    })
    flush()
    done = true
    return result
  } finally {
    closeSync(descriptor)
    if (done) renameSync(draft, file)
    else rmSync(draft, { force: true })
  }
}
