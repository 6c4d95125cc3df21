/** Syncs a folder, so that new names in it survive a power cut; callers that ask meanwhile share the next sync. Creates nothing. */
import { open } from 'node:fs/promises'

export class FolderSync {
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(private readonly folder: string) {}

  /** Resolves when a sync that began after this call is done. Errors of the file system pass as they are. */
  sync(): Promise<void> {
    if (this.#next) return this.#next
    // A sync under way may have begun before the caller's name was there: only the next one counts.
    const before = this.#running ?? Promise.resolve()
    const next = before.then(
      () => this.#run(),
      () => this.#run(),
    )
    if (this.#running) this.#next = next
    else this.#running = next
    void next.then(
      () => this.#ended(next),
      () => this.#ended(next),
    )
    return next
  }

  #ended(which: Promise<void>): void {
    if (this.#running === which) {
      this.#running = this.#next
      this.#next = null
    }
  }

  async #run(): Promise<void> {
    const handle = await open(this.folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}
