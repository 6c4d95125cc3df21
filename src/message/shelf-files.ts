/** Where the files of a mail are put while it is read: small ones in memory, larger ones in a folder. Hashes them on the way. */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type ByteSource, sourceOfBytes } from './byte-source'
import { sourceOfFile } from './on-disk-files'

export interface Shelved {
  content: ByteSource
  /** Hex SHA-256 of it. */
  sha256: string
}

export interface ShelfSettings {
  folder: string
  /** Octets a file may have to stay in memory; -1: none stays there, not even an empty one. */
  inMemory: number
}

const inMemory: ShelfSettings = { folder: '', inMemory: Infinity }

export class Shelf {
  readonly #made: string[] = []
  /** The first error of the folder or disk. A file that could not be kept is no broken file: whoever reads the mail must not go on without it. */
  failure: Error | null = null
  constructor(private readonly settings: ShelfSettings = inMemory) {}

  put(bytes: Uint8Array): Shelved {
    const writer = this.begin()
    writer.write(bytes)
    return writer.end()
  }

  begin(): ShelfWriter {
    return new ShelfWriter(this.settings.inMemory, {
      newPath: () => {
        const path = join(this.settings.folder, `${randomBytes(12).toString('hex')}.file`)
        this.#made.push(path)
        return path
      },
      failed: (error) => void (this.failure ??= error),
    })
  }

  /** Removes the files that nobody took over. */
  clear(): void {
    for (const path of this.#made.splice(0)) rmSync(path, { force: true })
  }
}

/** Takes one file in pieces. After `write` threw, only `drop` may follow. */
export class ShelfWriter {
  readonly #hash = createHash('sha256')
  #pieces: Uint8Array[] = []
  #size = 0
  #file: { path: string; handle: number } | null = null

  constructor(
    private readonly inMemory: number,
    private readonly shelf: { newPath(): string; failed(error: Error): void },
  ) {}

  get size(): number {
    return this.#size
  }

  write(piece: Uint8Array): void {
    this.#hash.update(piece)
    this.#size += piece.length
    if (this.#file === null && this.#size <= this.inMemory) return void this.#pieces.push(piece)
    this.#onDisk(() => {
      this.#file ??= this.#spill()
      writeAll(this.#file.handle, piece)
    })
  }

  end(): Shelved {
    const content = this.#onDisk(() => {
      if (this.#size > this.inMemory) this.#file ??= this.#spill()
      if (this.#file === null) return sourceOfBytes(this.#pieces.length === 1 ? (this.#pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#pieces))
      closeSync(this.#file.handle)
      return sourceOfFile(this.#file.path)
    })
    return { content, sha256: this.#hash.digest('hex') }
  }

  #onDisk<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      // Not by `instanceof`: the system's errors may come from another realm.
      this.shelf.failed(error as Error)
      throw error
    }
  }

  /** Forgets what was written. */
  drop(): void {
    if (this.#file === null) return
    closeSync(this.#file.handle)
    rmSync(this.#file.path, { force: true })
  }

  #spill(): { path: string; handle: number } {
    const path = this.shelf.newPath()
    const handle = openSync(path, 'wx', 0o600)
    this.#file = { path, handle }
    for (const piece of this.#pieces.splice(0)) writeAll(handle, piece)
    return this.#file
  }
}

function writeAll(handle: number, piece: Uint8Array): void {
  for (let done = 0; done < piece.length; ) done += writeSync(handle, piece, done)
}
