/** What the spool promises, as types: accepted mail, how it comes in and how it is taken up. Holds no code. */
import type { Readable } from 'node:stream'
import type { Fault } from '../errors'
import type { Envelope } from '../message/message'

/** One accepted message: envelope and bytes are on disk and synced. */
export interface SpooledMail {
  /** Unique, and sorts by the order in which the messages began to arrive (also across restarts). */
  id: string
  /** `smtp`, `lmtp` or `imap:…`. */
  source: string
  /** Unique for an IMAP message (host, user, mailbox, UIDVALIDITY, UID); null where the source has none. */
  sourceKey: string | null
  envelope: Envelope
  /** Size of the message as it came over the wire, without dot-stuffing. */
  bytes: number
  /** Hex SHA-256 of the message. */
  sha256: string
  /** The message's own file when it is large; null when it stands in a segment. */
  file: string | null
  /** The whole message. Fault `spool-damaged` when the bytes no longer match the checksum. */
  read(): Promise<Buffer>
}

/** What the source knows of a message before its bytes. */
export interface SpoolMeta {
  envelope: Envelope
  source: string
  sourceKey?: string | null
}

export interface Accepted {
  id: string
  bytes: number
  /** Hex SHA-256 of the message. */
  sha256: string
}

export interface AcceptLimits {
  /** A message of more bytes is refused as soon as it has passed them. */
  maxBytes: number
  /** Looks at each piece as it passes; a fault it returns ends the acceptance. */
  check?: (piece: Uint8Array) => Fault | null
}

export interface Spool {
  /**
   * Stores a message. Resolves only when its record, and the folder where a file is new, are synced.
   * Reads `body` once; on a fault of its own it stops reading and leaves the rest to the caller.
   * An error of `body` itself is passed on as it is, and nothing is stored.
   * Faults: `message-too-big`, `disk-full`, `storage-unusable`.
   */
  accept(meta: SpoolMeta, body: AsyncIterable<Uint8Array> | Readable, limits: AcceptLimits): Promise<Accepted>
  /** Accepted and not yet released, in the order in which they became durable; after a restart what the segments still hold, by id. */
  pending(limit: number): Promise<SpooledMail[]>
  /** Whether a pending message has this `sourceKey`: it is taken, though no row may say so yet. */
  holds(sourceKey: string): boolean
  /** The listener is called after each group of messages that became durable. */
  onAccepted(listener: () => void): void
  /**
   * The messages' blobs and rows exist: the spool may forget them. Unknown ids are ignored.
   * A segment or file whose records are all released is removed; until then a restart may show a released message again.
   */
  release(ids: string[]): Promise<void>
  /** Bytes that could be taken before the reserve is touched; negative below it. For readiness. */
  freeBytes(): Promise<number>
  /** Since the start, for metrics: messages that became durable, and the syncs of segments they shared. */
  counts(): { messages: number; syncs: number; pending: number }
  /** Waits for what is being written; later calls fail with `shutting-down`. */
  close(): Promise<void>
}
