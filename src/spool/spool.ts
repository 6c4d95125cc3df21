/** The journal of accepted mail: appends, syncs in groups, replays at start. Does not parse mail and knows no database. */
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault, errnoOf } from '../errors'
import type { Log } from '../log'
import { DiskReserve, defaultReserveBytes } from './disk-reserve'
import { FolderSync } from './folder-sync'
import { Journal } from './journal'
import { MailBody, type MailSource, pour } from './mail-body'
import { MailIds } from './mail-id'
import { decodeMeta, encodeRecord, type RecordMeta, recordHeadBytes } from './record'
import { mailEnding, prepareFolder, replay } from './replay'
import type { Segment } from './segment'
import type { Accepted, AcceptLimits, Spool, SpooledMail, SpoolMeta } from './spooled-mail'
import { storageFault } from './storage-fault'

export interface SpoolOptions {
  /** Segment files written in turn, each with a sync in flight; 3 when absent (measured: one segment takes 0.8 ×). */
  segments?: number
  /** Free space that is never used for new mail, in bytes; 200 MB when absent. */
  reserveBytes?: number
  log: Log
}

/** Where a pending message stands; kept small, for a morning's queue may be long. */
interface Entry {
  segment: Segment
  offset: number
  metaBytes: number
  bodyBytes: number
  file: string | null
  sourceKey: string | null
}

/**
 * Opens (and creates) the spool in `folder`; what an earlier run left is pending again.
 * One process at a time: take the storage lock first. Faults: `storage-unusable`, `disk-full`.
 */
export async function openSpool(folder: string, options: SpoolOptions): Promise<Spool> {
  const ids = new MailIds()
  const entries = new Map<string, Entry>()
  try {
    await prepareFolder(folder)
    for (const { meta, place, segment } of await replay(folder, options.log)) {
      entries.set(meta.id, { segment, ...place, file: meta.file, sourceKey: meta.sourceKey })
      ids.after(meta.id)
    }
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === null) throw error
    throw new Fault('storage-unusable', `The folder ${folder} cannot be used (${errno}). Make it writable, or set another [storage] path.`, { cause: error })
  }
  const folderSync = new FolderSync(folder)
  const journal = new Journal(folder, options.segments ?? 3, ids, folderSync, options.log)
  await journal.start()
  return new JournalSpool(folder, options.log, entries, ids, folderSync, journal, new DiskReserve(folder, options.reserveBytes ?? defaultReserveBytes))
}

class JournalSpool implements Spool {
  #closed = false
  #accepting = 0
  #whenQuiet: (() => void)[] = []
  #announced = false
  readonly #listeners: (() => void)[] = []
  readonly #sources = new Set<string>()

  constructor(
    private readonly folder: string,
    private readonly log: Log,
    private readonly entries: Map<string, Entry>,
    private readonly ids: MailIds,
    private readonly folderSync: FolderSync,
    private readonly journal: Journal,
    private readonly reserve: DiskReserve,
  ) {
    for (const { sourceKey } of entries.values()) if (sourceKey !== null) this.#sources.add(sourceKey)
  }

  async accept(meta: SpoolMeta, source: MailSource, limits: AcceptLimits): Promise<Accepted> {
    if (this.#closed) throw new Fault('shutting-down')
    this.#accepting++
    try {
      return await this.#accept(meta, source, limits)
    } finally {
      this.#accepting--
      if (this.#accepting === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve()
    }
  }

  async #accept(meta: SpoolMeta, source: MailSource, limits: AcceptLimits): Promise<Accepted> {
    const id = this.ids.next()
    const body = new MailBody(join(this.folder, id + mailEnding), limits.maxBytes, this.reserve, limits.check)
    try {
      // Room is asked for before the first byte: a full disk should not be told at the end of 40 MB only.
      await pour(source, body, this.reserve.take(0))
      await body.finish()
      return await this.#record(id, meta, body)
    } catch (error) {
      await body.abandon()
      throw error
    }
  }

  async #record(id: string, meta: SpoolMeta, body: MailBody): Promise<Accepted> {
    const file = body.isLarge ? id + mailEnding : null
    if (file !== null) await this.folderSync.sync().catch(rethrowAsFault)
    const { bytes } = body
    const record: RecordMeta = { id, source: meta.source, sourceKey: meta.sourceKey ?? null, envelope: meta.envelope, bytes, sha256: body.sha256(), file }
    const encoded = encodeRecord(record, file === null ? body.parts : [])
    const wait = this.reserve.take(encoded.bytes.length)
    if (wait) await wait
    const { segment, offset } = await this.journal.append(encoded.bytes)
    this.#keep(id, { segment, offset, metaBytes: encoded.metaBytes, bodyBytes: encoded.bodyBytes, file, sourceKey: record.sourceKey })
    this.#announce()
    return { id, bytes, sha256: record.sha256 }
  }

  #keep(id: string, entry: Entry): void {
    this.entries.set(id, entry)
    if (entry.sourceKey !== null) this.#sources.add(entry.sourceKey)
  }

  holds(sourceKey: string): boolean {
    return this.#sources.has(sourceKey)
  }

  async pending(limit: number): Promise<SpooledMail[]> {
    const mails: SpooledMail[] = []
    for (const [id, entry] of this.entries) {
      if (mails.length >= limit) break
      const bytes = await entry.segment.read(entry.offset + recordHeadBytes, entry.metaBytes).catch((error: unknown) => {
        if (this.entries.get(id) === entry) throw storageFault(error)
        return null
      })
      // Released while it was read: its place may hold another record by now.
      if (!bytes || this.entries.get(id) !== entry) continue
      const meta = decodeMeta(bytes)
      if (meta) mails.push(this.#mailOf(meta, entry))
      else if (this.entries.delete(id)) this.log.error('spool-damaged', { id, offset: entry.offset })
    }
    return mails
  }

  #mailOf(meta: RecordMeta, entry: Entry): SpooledMail {
    const file = entry.file === null ? null : join(this.folder, entry.file)
    const read = async (): Promise<Buffer> => {
      const bytes = file === null ? await entry.segment.read(entry.offset + recordHeadBytes + entry.metaBytes, entry.bodyBytes) : await readFile(file)
      if (createHash('sha256').update(bytes).digest('hex') !== meta.sha256) throw new Fault('spool-damaged')
      return bytes
    }
    return { ...meta, file, read }
  }

  onAccepted(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Once for all that became durable in one turn of the loop. */
  #announce(): void {
    if (this.#announced || this.#listeners.length === 0) return
    this.#announced = true
    setImmediate(() => {
      this.#announced = false
      for (const listener of this.#listeners) listener()
    })
  }

  async release(ids: string[]): Promise<void> {
    const bySegment = new Map<Segment, { ids: string[]; files: string[] }>()
    for (const id of ids) {
      const entry = this.entries.get(id)
      if (!entry) continue
      this.entries.delete(id)
      if (entry.sourceKey !== null) this.#sources.delete(entry.sourceKey)
      entry.segment.live--
      const released = bySegment.get(entry.segment) ?? { ids: [], files: [] }
      released.ids.push(id)
      if (entry.file !== null) released.files.push(entry.file)
      bySegment.set(entry.segment, released)
    }
    for (const [segment, released] of bySegment) {
      // The marks first: a record whose file is gone would be taken for damage after a crash in between.
      if (segment.live > 0 || released.files.length > 0) await segment.mark(released.ids)
      for (const file of released.files) await rm(join(this.folder, file), { force: true })
      if (segment.live === 0) await this.journal.forget(segment)
    }
  }

  freeBytes(): Promise<number> {
    return this.reserve.freeBytes()
  }

  counts(): { messages: number; syncs: number; pending: number } {
    return { messages: this.journal.records, syncs: this.journal.groups, pending: this.entries.size }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#accepting > 0) await new Promise<void>((resolve) => this.#whenQuiet.push(resolve))
    await this.journal.close()
    for (const { segment } of this.entries.values()) await segment.close()
  }
}

const rethrowAsFault = (error: unknown): never => {
  throw storageFault(error)
}
