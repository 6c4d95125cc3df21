/** Group commit: records that arrive while segments are being synced go together into the next one that is free. Knows records as bytes only. */
import { errnoOf } from '../errors'
import type { Log } from '../log'
import type { FolderSync } from './folder-sync'
import type { MailIds } from './mail-id'
import { Segment } from './segment'
import { storageFault } from './storage-fault'

/** A full segment is sealed, so that released mail gives its space back under steady load too. */
const fullSegmentBytes = 16 * 1024 * 1024
/** Bounds the memory of one write; what is over it waits for the next free segment. */
const maxGroupBytes = 4 * 1024 * 1024

interface Waiting {
  bytes: Buffer
  done: (place: { segment: Segment; offset: number }) => void
  failed: (error: unknown) => void
}

/** A place to write: one segment at a time, one group at a time. */
interface Lane {
  segment: Segment | null
}

export class Journal {
  /** Records and groups that became durable. */
  records = 0
  groups = 0
  #waiting: Waiting[] = []
  readonly #idle: Lane[]
  readonly #lanes: Lane[]
  #whenIdle: (() => void)[] = []

  constructor(
    private readonly folder: string,
    lanes: number,
    private readonly ids: MailIds,
    private readonly folderSync: FolderSync,
    private readonly log: Log,
  ) {
    this.#lanes = Array.from({ length: lanes }, () => ({ segment: null }))
    this.#idle = [...this.#lanes]
  }

  /** Makes the segments, so that the first mail need not wait for them. Faults: `disk-full`, `storage-unusable`. */
  async start(): Promise<void> {
    try {
      for (const lane of this.#lanes) lane.segment = await Segment.create(this.folder, this.ids.next())
      await this.folderSync.sync()
    } catch (error) {
      throw storageFault(error)
    }
  }

  /** Resolves when `bytes` are synced. Faults: `disk-full`, `storage-unusable`. */
  append(bytes: Buffer): Promise<{ segment: Segment; offset: number }> {
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes, done, failed })
      this.#turn()
    })
  }

  /** Forgets the contents of a segment without live records: removed when sealed, else emptied once no group is on its way into it. */
  async forget(segment: Segment): Promise<void> {
    if (segment.sealed) return segment.remove()
    const at = this.#idle.findIndex((lane) => lane.segment === segment)
    // Busy: the record that is being written keeps it alive, and its release comes back here.
    if (at < 0 || segment.isEmpty) return
    const [lane] = this.#idle.splice(at, 1)
    try {
      await segment.empty()
    } finally {
      if (lane) this.#free(lane)
    }
  }

  /** Waits for what is being written. Segments without live records go. */
  async close(): Promise<void> {
    if (this.#idle.length < this.#lanes.length) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
    for (const { segment } of this.#lanes) {
      if (!segment) continue
      if (segment.live === 0) await segment.remove()
      else await segment.close()
    }
  }

  #turn(): void {
    while (this.#waiting.length > 0) {
      const lane = this.#idle.shift()
      if (!lane) return
      void this.#commit(lane, this.#nextGroup())
    }
  }

  #nextGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { bytes: record } of this.#waiting) {
      if (count > 0 && bytes + record.length > maxGroupBytes) break
      bytes += record.length
      count++
    }
    return this.#waiting.splice(0, count)
  }

  #free(lane: Lane): void {
    this.#idle.push(lane)
    this.#turn()
    if (this.#idle.length === this.#lanes.length) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  async #commit(lane: Lane, group: Waiting[]): Promise<void> {
    try {
      const segment = await this.#segmentOf(lane)
      let offset = segment.size
      await segment.append(group.length === 1 && group[0] ? group[0].bytes : Buffer.concat(group.map(({ bytes }) => bytes)))
      segment.live += group.length
      this.records += group.length
      this.groups++
      for (const { bytes, done } of group) {
        done({ segment, offset })
        offset += bytes.length
      }
    } catch (error) {
      await this.#retire(lane, error)
      const fault = storageFault(error)
      for (const { failed } of group) failed(fault)
    }
    this.#free(lane)
  }

  async #segmentOf(lane: Lane): Promise<Segment> {
    if (lane.segment && lane.segment.size < fullSegmentBytes) return lane.segment
    const full = lane.segment
    lane.segment = null
    if (full) full.sealed = true
    if (full?.live === 0) await full.remove()
    const segment = await Segment.create(this.folder, this.ids.next())
    await this.folderSync.sync()
    lane.segment = segment
    return segment
  }

  /** After a failed write or sync the file's state is unknown: nothing more goes into it, the next group gets a new one. */
  async #retire(lane: Lane, error: unknown): Promise<void> {
    const segment = lane.segment
    lane.segment = null
    this.log.error('spool-write-failed', { error: errnoOf(error) ?? 'unknown' })
    if (!segment) return
    segment.sealed = true
    try {
      await segment.cutTail()
      if (segment.live === 0) await segment.remove()
    } catch (second) {
      // The start after the mend finds and judges what is left.
      this.log.warn('spool-segment-left', { error: errnoOf(second) ?? 'unknown' })
    }
  }
}
