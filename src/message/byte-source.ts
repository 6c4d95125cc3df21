/** Bytes that are asked for in pieces, in memory or in a file: a mail of 40 MB is read without holding it. */

/** Where bytes lie; enough for whoever takes the file over. */
export interface Lying {
  /** Octets. */
  readonly size: number
  /** File that holds them and nothing else; null: memory. */
  readonly path: string | null
}

export interface ByteSource extends Lying {
  /** Clipped to what is there. A view, not a copy, where the bytes are in memory. */
  read(start: number, end: number): Buffer
  /** Offset of the first occurrence at or after `from`, -1 for none. `needle`: Latin-1, up to 400 octets. */
  indexOf(needle: string, from: number): number
}

class InMemory implements ByteSource {
  readonly size: number
  readonly #bytes: Buffer
  constructor(
    bytes: Uint8Array,
    readonly path: string | null,
  ) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.size = bytes.byteLength
  }
  read(start: number, end: number): Buffer {
    return start === 0 && end >= this.size ? this.#bytes : this.#bytes.subarray(start, Math.max(start, end))
  }
  indexOf(needle: string, from: number): number {
    return this.#bytes.indexOf(needle, from, 'latin1')
  }
}

/** All of it, in memory. */
export const bytesOf = (source: ByteSource): Buffer => source.read(0, source.size)

export const sourceOfBytes = (bytes: Uint8Array, path: string | null = null): ByteSource => new InMemory(bytes, path)

/** The bytes from `start` on, as a source of their own. */
export function sourceFrom(source: ByteSource, start: number): ByteSource {
  return {
    size: Math.max(0, source.size - start),
    path: null,
    read: (from, to) => source.read(start + from, Math.min(source.size, start + to)),
    indexOf: (needle, from) => Math.max(-1, source.indexOf(needle, start + from) - start),
  }
}
