/** Attachments as they go over the wire: base64 in lines of 76 ended by CRLF (RFC 2045 §6.8), made once a blob and kept as a file. Holds a few lines in memory, never a file. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from './system-code'

export interface WireFile {
  file: string
  size: number
}

/** 57 bytes are one line of 76 characters. */
const lineBytes = 57
const chunkBytes = lineBytes * 2048

const making = new Map<string, Promise<WireFile>>()

/**
 * The wire form of a blob, made where it is not there yet. Makers at once share the work; those of other processes make the same bytes and the last rename wins.
 * @param hash names the wire file: the same hash is the same bytes
 * @param source file of the raw bytes
 */
export async function wireFormOf(hash: string, source: string, folder: string): Promise<WireFile> {
  const file = join(folder, `${hash}.b64`)
  const size = await sizeOfFile(file)
  if (size !== null) {
    // Used again: the sweep goes by this time.
    await utimes(file, new Date(), new Date())
    return { file, size }
  }
  const already = making.get(file)
  if (already) return already
  const work = makeWireForm(source, file, folder).finally(() => making.delete(file))
  making.set(file, work)
  return work
}

async function makeWireForm(source: string, file: string, folder: string): Promise<WireFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `.${randomBytes(8).toString('hex')}.part`)
  const out = await open(temporary, 'wx', 0o600)
  let size = 0
  try {
    let rest: Buffer = Buffer.alloc(0)
    for await (const piece of createReadStream(source, { highWaterMark: chunkBytes })) {
      const bytes = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer])
      const whole = bytes.length - (bytes.length % lineBytes)
      size += await writeAll(out, base64Lines(bytes.subarray(0, whole)))
      rest = bytes.subarray(whole)
    }
    size += await writeAll(out, base64Lines(rest))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await out.close()
  }
  // Not synced: a cache that a power cut spoils would be sent spoilt, so its size is checked by whoever reads it and start sweeps it.
  await rename(temporary, file)
  return { file, size }
}

async function writeAll(out: { writeFile(bytes: Buffer): Promise<void> }, bytes: Buffer): Promise<number> {
  if (bytes.length > 0) await out.writeFile(bytes)
  return bytes.length
}

/** `bytes` in lines of 76; whole lines only, unless they are the last. */
export function base64Lines(bytes: Buffer): Buffer {
  const text = bytes.toString('base64')
  const lines = Math.ceil(text.length / 76)
  const out = Buffer.allocUnsafe(text.length + 2 * lines)
  let at = 0
  for (let line = 0; line < lines; line++) {
    at += out.write(text.slice(line * 76, line * 76 + 76), at, 'latin1')
    out[at++] = 0x0d
    out[at++] = 0x0a
  }
  return out
}

/**
 * Deletes wire files last used before `before`, and whatever a crash left half made. Files in use are made again by the next attempt.
 * With `before` in the future everything goes: do so at start, so that no file outlives a power cut unsynced.
 */
export async function sweepWireForms(folder: string, before: Date): Promise<number> {
  let swept = 0
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if ((await stat(path)).mtimeMs >= before.getTime()) continue
    await rm(path, { force: true })
    swept++
  }
  return swept
}

async function sizeOfFile(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw error
  }
}
