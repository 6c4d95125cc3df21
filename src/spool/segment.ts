/** One segment file: records are appended at its end, read back by place, forgotten one by one, and the file goes when none is left. Does not decide when to sync. */
import { errnoOf } from '../errors'
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { segmentHead } from './record'

export const segmentEnding = '.seg'
/** Beside a segment: the ids released from it, and `@OFFSET` for damage that was set aside; one a line. */
export const releasedEnding = '.done'

export class Segment {
  /** Records not yet released. */
  live = 0
  /** No more records come; it goes with its last one. */
  sealed = false
  #handle: FileHandle | null
  #marking: Promise<void> = Promise.resolve()

  private constructor(
    readonly path: string,
    public size: number,
    handle: FileHandle | null,
  ) {
    this.#handle = handle
  }

  /** A new, empty segment, synced; its name in the folder is not. */
  static async create(folder: string, name: string): Promise<Segment> {
    const path = join(folder, `${name}${segmentEnding}`)
    const handle = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600)
    try {
      await handle.write(segmentHead, 0, segmentHead.length, 0)
      await handle.datasync()
    } catch (error) {
      await handle.close()
      await rm(path, { force: true })
      throw error
    }
    return new Segment(path, segmentHead.length, handle)
  }

  /** A segment of an earlier run: it is only read from, and opened when that is first needed. */
  static old(path: string, size: number): Segment {
    const segment = new Segment(path, size, null)
    segment.sealed = true
    return segment
  }

  get isEmpty(): boolean {
    return this.size <= segmentHead.length
  }

  get releasedPath(): string {
    return this.path.slice(0, -segmentEnding.length) + releasedEnding
  }

  /** Writes at the end and syncs. After an error nothing of `bytes` counts, whatever reached the file. */
  async append(bytes: Buffer): Promise<void> {
    const handle = await this.#opened()
    let written = 0
    while (written < bytes.length) written += (await handle.write(bytes, written, bytes.length - written, this.size + written)).bytesWritten
    await handle.datasync()
    this.size += bytes.length
  }

  /** Cuts off what a failed `append` may have left. */
  async cutTail(): Promise<void> {
    await (await this.#opened()).truncate(this.size)
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    const handle = await this.#opened()
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  }

  /** Notes ids (or `@OFFSET`) that a restart must not show again. Not synced: until it is on disk, a restart shows them once more. */
  mark(lines: string[]): Promise<void> {
    this.#marking = this.#marking.then(async () => {
      const handle = await open(this.releasedPath, 'a', 0o600)
      try {
        await handle.write(lines.map((line) => `${line}\n`).join(''))
      } finally {
        await handle.close()
      }
    })
    return this.#marking
  }

  async marks(): Promise<Set<string>> {
    try {
      return new Set((await readFile(this.releasedPath, 'latin1')).split('\n').filter((line) => line !== ''))
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return new Set()
      throw error
    }
  }

  /** Forgets all records, all of them released, and keeps the file for new ones. */
  async empty(): Promise<void> {
    await (await this.#opened()).truncate(segmentHead.length)
    this.size = segmentHead.length
    // After the records: the other way round a crash between the two would show released mail again.
    await this.#marking
    await rm(this.releasedPath, { force: true })
  }

  async remove(): Promise<void> {
    await this.close()
    await rm(this.path, { force: true })
    await rm(this.releasedPath, { force: true })
  }

  async close(): Promise<void> {
    await this.#marking
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }

  async #opened(): Promise<FileHandle> {
    this.#handle ??= await open(this.path, 'r')
    return this.#handle
  }
}
