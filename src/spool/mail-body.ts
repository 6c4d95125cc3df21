/** Takes a message's bytes as they come: small ones stay in memory, large ones go to a file of their own, piece by piece. Never holds a whole large message. */
import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { Fault } from '../errors'
import type { DiskReserve } from './disk-reserve'
import { piecesWritten } from './piece-garbage'
import type { AcceptLimits } from './spooled-mail'
import { storageFault } from './storage-fault'

/** Up to this size the record holds the message; above, a file of its own is as fast and needs half the memory. */
export const smallMailBytes = 64 * 1024
/** A write to the file takes about this much; while one is under way, as much again may wait. */
const pieceBytes = 256 * 1024

export type MailSource = AsyncIterable<Uint8Array> | Readable

export class MailBody {
  bytes = 0
  /** The message, while it is small. */
  parts: Buffer[] = []
  #waitingBytes = 0
  #file: FileHandle | null = null
  #large = false
  #writing: Promise<void> | null = null
  #failure: Fault | null = null
  readonly #hash = createHash('sha256')

  constructor(
    private readonly path: string,
    private readonly maxBytes: number,
    private readonly reserve: DiskReserve,
    private readonly check: AcceptLimits['check'],
  ) {}

  get isLarge(): boolean {
    return this.#large
  }

  sha256(): string {
    return this.#hash.digest('hex')
  }

  /** Takes a piece. A promise means: wait before the next one. Faults: `message-too-big`, `disk-full`, `storage-unusable`, or the check's. */
  push(chunk: Uint8Array): void | Promise<void> {
    if (this.#failure !== null) throw this.#failure
    this.bytes += chunk.length
    if (this.bytes > this.maxBytes) throw new Fault('message-too-big')
    const refused = this.check?.(chunk)
    if (refused) throw refused
    this.#hash.update(chunk)
    this.parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.#waitingBytes += chunk.length
    if (this.bytes <= smallMailBytes || this.#waitingBytes < pieceBytes) return undefined
    this.#large = true
    if (!this.#writing) {
      void this.#write()
      return undefined
    }
    return this.#writing.then(() => {
      void this.#write()
    })
  }

  /** All has come. A large message is on disk and synced then; its name in the folder is not. */
  async finish(): Promise<void> {
    if (this.bytes <= smallMailBytes) return
    this.#large = true
    await this.#writing
    await this.#write()
    if (this.#failure !== null) throw this.#failure
    try {
      await this.#file?.datasync()
      await this.#closeFile()
    } catch (error) {
      throw storageFault(error)
    }
  }

  /** Nothing of it is wanted: the file goes. */
  async abandon(): Promise<void> {
    await this.#writing
    await this.#closeFile()
    if (this.#large) await rm(this.path, { force: true })
    this.parts = []
  }

  /** Writes all that waits. Never rejects: what went wrong meets the next piece, or the end. */
  #write(): Promise<void> {
    const parts = this.parts
    const bytes = this.#waitingBytes
    this.parts = []
    this.#waitingBytes = 0
    const run = async (): Promise<void> => {
      if (this.#failure !== null) return
      await this.reserve.take(bytes)
      this.#file ??= await open(this.path, 'wx', 0o600)
      await writeAll(this.#file, parts)
      piecesWritten(bytes)
    }
    this.#writing = run().then(
      () => {
        this.#writing = null
      },
      (error: unknown) => {
        this.#failure = storageFault(error)
        this.#writing = null
      },
    )
    return this.#writing
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }
}

async function writeAll(file: FileHandle, parts: Buffer[]): Promise<void> {
  let rest = parts
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest)
    let whole = 0
    while (whole < rest.length && bytesWritten >= (rest[whole]?.length ?? 0)) bytesWritten -= rest[whole++]?.length ?? 0
    rest = rest.slice(whole)
    if (bytesWritten > 0 && rest[0]) rest[0] = rest[0].subarray(bytesWritten)
  }
}

/**
 * Leads a source into a body, to its end; reads nothing before `ready`, but hears of the source's end and errors from the call on.
 * After an error the source is left as it stands: not destroyed, not read further.
 */
export function pour(source: MailSource, body: MailBody, ready: void | Promise<void>): Promise<void> {
  return source instanceof Readable ? pourStream(source, body, ready) : pourPieces(source, body, ready)
}

async function pourPieces(source: AsyncIterable<Uint8Array>, body: MailBody, ready: void | Promise<void>): Promise<void> {
  await ready
  for await (const piece of source) await body.push(piece)
}

/** By events: an async iterator costs a turn of the loop a piece, and destroys its stream on the way out. */
function pourStream(source: Readable, body: MailBody, ready: void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = false
    const leave = (act: () => void): void => {
      if (left) return
      left = true
      source.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose)
      act()
    }
    const fail = (error: unknown): void =>
      leave(() => {
        source.pause()
        reject(error)
      })
    const onData = (chunk: Buffer): void => {
      try {
        const wait = body.push(chunk)
        if (!wait) return
        source.pause()
        wait.then(() => left || source.resume(), fail)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = (): void => leave(resolve)
    const onClose = (): void => fail(source.errored ?? new Error('the source of a message closed before its end'))
    source.on('end', onEnd).on('error', fail).on('close', onClose)
    if (source.destroyed || source.readableEnded) onClose()
    else if (ready) ready.then(() => left || source.on('data', onData), fail)
    else source.on('data', onData)
  })
}
