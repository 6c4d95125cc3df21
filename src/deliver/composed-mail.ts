/** A mail ready for the wire: a head and pieces of body, bytes in memory or files that are streamed. It composes nothing and sends nothing. */
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'

/** Text of our own making, or a file that is already in wire form (base64 lines ending in CRLF). Every piece ends at the end of a line. */
export type Piece = { bytes: Buffer } | { file: string; size: number }

export interface Envelope {
  /** '' is the null reverse-path. */
  from: string
  to: string
}

export interface ComposedMail {
  envelope: Envelope
  /** Header fields, each ended by CRLF, without the empty line. */
  head: string
  body: Piece[]
  /** Head, empty line and body. */
  bytes: number
  /** An address needs SMTPUTF8 (RFC 6531). */
  needsUtf8: boolean
}

/** Large enough that a 7 MB copy is some thirty reads, small enough that thirty copies at once are nothing. */
const chunkBytes = 256 * 1024

export const sizeOf = (pieces: Piece[]): number => pieces.reduce((sum, piece) => sum + ('bytes' in piece ? piece.bytes.length : piece.size), 0)

/** The whole mail from its first byte; may be called again for another attempt. A file that has changed its size meanwhile is an error, never a cut mail. */
export const openMail = (mail: ComposedMail): Readable =>
  Readable.from(bytesOf([{ bytes: Buffer.from(`${mail.head}\r\n`, 'utf8') }, ...mail.body]), { objectMode: false, highWaterMark: chunkBytes })

const wireChunks = new WeakSet<Buffer>()

/** This very buffer was read from a wire file: base64 lines and nothing else. */
export const isWireChunk = (chunk: Buffer): boolean => wireChunks.has(chunk)

/** The bytes of pieces, in order; at most one chunk is held. */
export async function* bytesOf(pieces: Piece[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if ('bytes' in piece) yield piece.bytes
    else yield* fileBytes(piece.file, piece.size)
  }
}

async function* fileBytes(path: string, size: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r')
  try {
    let left = size
    while (left > 0) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(chunkBytes, left)), 0)
      if (bytesRead === 0) break
      left -= bytesRead
      const chunk = buffer.subarray(0, bytesRead)
      wireChunks.add(chunk)
      yield chunk
    }
    if (left !== 0) throw new Error('a wire file is shorter than it was')
  } finally {
    await file.close()
  }
}
