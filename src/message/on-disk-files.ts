/** Bytes in a file, read in pieces. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { type ByteSource, sourceOfBytes } from './byte-source'

const windowBytes = 256 * 1024
const longestNeedle = 400

/** Opens its file for each piece, so that nothing needs to be closed. */
class OnDisk implements ByteSource {
  #window: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) }
  constructor(
    readonly path: string,
    readonly size: number,
  ) {}
  read(start: number, end: number): Buffer {
    const stop = Math.min(end, this.size)
    const { start: kept, bytes } = this.#window
    if (start >= kept && stop <= kept + bytes.length) return bytes.subarray(start - kept, Math.max(start, stop) - kept)
    const piece = Buffer.alloc(Math.max(0, stop - start))
    const file = openSync(this.path, 'r')
    try {
      let filled = 0
      while (filled < piece.length) {
        const got = readSync(file, piece, filled, piece.length - filled, start + filled)
        if (got === 0) break
        filled += got
      }
      return piece.subarray(0, filled)
    } finally {
      closeSync(file)
    }
  }
  indexOf(needle: string, from: number): number {
    for (let at = Math.max(0, from); at < this.size; ) {
      const start = at - (at % windowBytes)
      if (this.#window.start !== start || this.#window.bytes.length === 0)
        this.#window = { start, bytes: this.read(start, start + windowBytes + longestNeedle) }
      const found = this.#window.bytes.indexOf(needle, at - start, 'latin1')
      if (found >= 0) return start + found
      at = start + windowBytes
    }
    return -1
  }
}

/** Files up to this are read at once: quicker than in pieces. */
const smallBytes = 1024 * 1024

/** Throws what the file system throws. */
export function sourceOfFile(path: string): ByteSource {
  const { size } = statSync(path)
  return size <= smallBytes ? sourceOfBytes(readFileSync(path), path) : new OnDisk(path, size)
}
