/** Watches the free space of the storage: new mail never takes the last of it, so that what waits can still be worked on. */
import { statfs } from 'node:fs/promises'
import { Fault } from '../errors'
import { storageFault } from './storage-fault'

/** 200 MB (THREATS A8): room to finish what was accepted. */
export const defaultReserveBytes = 200_000_000

const lookEveryMs = 1000

export class DiskReserve {
  #room = 0
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | null = null

  constructor(
    private readonly folder: string,
    private readonly reserveBytes: number,
  ) {}

  /** Bytes above the reserve, at most a second old, less what was taken since; negative below it. */
  async freeBytes(): Promise<number> {
    if (performance.now() - this.#lookedAt >= lookEveryMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null
      })
      await this.#looking
    }
    return this.#room
  }

  /** Claims room for `bytes` (a promise only when the disk must be looked at). Faults: `disk-full`, `storage-unusable`. */
  take(bytes: number): void | Promise<void> {
    if (performance.now() - this.#lookedAt < lookEveryMs) return this.#claim(bytes)
    return this.freeBytes().then(() => this.#claim(bytes))
  }

  #claim(bytes: number): void {
    if (this.#room < bytes) throw new Fault('disk-full')
    this.#room -= bytes
  }

  async #look(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.folder)
      this.#room = bavail * bsize - this.reserveBytes
      this.#lookedAt = performance.now()
    } catch (error) {
      throw storageFault(error)
    }
  }
}
