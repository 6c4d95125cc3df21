/** What every next hop is: it takes a finished mail and says what became of it; it retries nothing. */
import type { Readable } from 'node:stream'
import type { Envelope } from './composed-mail'
import type { Sent } from './smtp-reply'

export interface RelayMessage {
  /** The outbox row's: names the file in a folder, so that the same row twice is one file. */
  id: string
  envelope: Envelope
  /** All bytes, from the first; called again for another attempt. */
  open(): Readable
  bytes: number
  needsUtf8?: boolean
}

export interface Relay {
  /** Never throws for what the relay or the network does. */
  send(message: RelayMessage): Promise<Sent>
  /** Ends idle connections and breaks off those in use; their messages come back as temporary. */
  close(): Promise<void>
}

export interface RelayOptions {
  /** Where a relative `file:` path begins. */
  folder: string
  /** Connections at once (SMTP). */
  maxConnections?: number
  /** Our name in EHLO. */
  heloName: string
  /** Time in a folder's file names. */
  now?: () => Date
  /** For a connection to be made, in ms. */
  connectMs?: number
  /** For each answer, and for each block to be taken, in ms. */
  replyMs?: number
}
