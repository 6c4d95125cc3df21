/** The bytes of a segment: how a record is written, and how records, torn tails and damage are told apart. No files here. */
import { crc32 } from 'node:zlib'
import type { Envelope } from '../message/message'

/** First bytes of every segment: name and version of the form. */
export const segmentHead = Buffer.from('CARTSPL1')

const magic = Buffer.from('\x01MAIL\x02\x00\x00', 'latin1')
/** Magic 8, length of the meta part 4, of the body 4, CRC of these 16, CRC of meta and body. */
export const recordHeadBytes = 24
/** No meta part of ours is longer: 100 recipients of 320 octets, escaped, and room. */
const maxMetaBytes = 1024 * 1024
const maxBodyBytes = 16 * 1024 * 1024

/** What a record says of its message. `file`: base name of the message's own file when its body does not follow. */
export interface RecordMeta {
  id: string
  source: string
  sourceKey: string | null
  envelope: Envelope
  bytes: number
  sha256: string
  file: string | null
}

/** Where a record stands in its segment. */
export interface RecordPlace {
  offset: number
  metaBytes: number
  bodyBytes: number
}

export type Finding =
  | { kind: 'record'; place: RecordPlace; meta: RecordMeta }
  /** Bytes in the middle that are no sound record. */
  | { kind: 'damage'; offset: number; length: number }
  /** A record that was still being written: nothing follows it. */
  | { kind: 'torn'; offset: number; length: number }

export function encodeRecord(meta: RecordMeta, body: readonly Buffer[]): { bytes: Buffer; metaBytes: number; bodyBytes: number } {
  const text = Buffer.from(JSON.stringify(meta))
  const bodyBytes = body.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(recordHeadBytes)
  magic.copy(head)
  head.writeUInt32BE(text.length, 8)
  head.writeUInt32BE(bodyBytes, 12)
  head.writeUInt32BE(crc32(head.subarray(0, 16)), 16)
  head.writeUInt32BE(
    body.reduce((sum, part) => crc32(part, sum), crc32(text)),
    20,
  )
  return { bytes: Buffer.concat([head, text, ...body], recordHeadBytes + text.length + bodyBytes), metaBytes: text.length, bodyBytes }
}

/** The meta part of a record; null when its bytes are not what we write. */
export function decodeMeta(bytes: Uint8Array): RecordMeta | null {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as RecordMeta
    return { ...value, envelope: { ...value.envelope, receivedAt: new Date(value.envelope.receivedAt) } }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null
    throw error
  }
}

/** Lengths of the record whose head stands at `offset`; null when no sound head stands there. */
function headAt(bytes: Buffer, offset: number): { metaBytes: number; bodyBytes: number; crc: number } | null {
  if (offset + recordHeadBytes > bytes.length || magic.compare(bytes, offset, offset + 8) !== 0) return null
  if (crc32(bytes.subarray(offset, offset + 16)) !== bytes.readUInt32BE(offset + 16)) return null
  const head = { metaBytes: bytes.readUInt32BE(offset + 8), bodyBytes: bytes.readUInt32BE(offset + 12), crc: bytes.readUInt32BE(offset + 20) }
  return head.metaBytes > maxMetaBytes || head.bodyBytes > maxBodyBytes ? null : head
}

/** The next place from `from` on where a sound head stands; -1 when there is none. */
function nextHead(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(magic, from); at >= 0; at = bytes.indexOf(magic, at + 1)) if (headAt(bytes, at)) return at
  return -1
}

/**
 * All that stands in a segment, in order. Never throws, whatever the bytes.
 * What cannot be read at the very end is a torn tail, for a crash leaves one; anywhere else it is damage.
 * A whole last record with a wrong checksum is damage too: it may have been answered.
 */
export function* findingsOf(bytes: Buffer): Generator<Finding> {
  if (bytes.length < segmentHead.length) {
    if (bytes.length > 0) yield { kind: 'torn', offset: 0, length: bytes.length }
    return
  }
  let offset = segmentHead.length
  if (segmentHead.compare(bytes, 0, offset) !== 0) yield { kind: 'damage', offset: 0, length: offset }
  while (offset < bytes.length) {
    const head = headAt(bytes, offset)
    const end = head ? offset + recordHeadBytes + head.metaBytes + head.bodyBytes : -1
    if (head && end <= bytes.length) {
      const metaEnd = offset + recordHeadBytes + head.metaBytes
      const sound = crc32(bytes.subarray(offset + recordHeadBytes, end)) === head.crc
      const meta = sound ? decodeMeta(bytes.subarray(offset + recordHeadBytes, metaEnd)) : null
      if (meta) yield { kind: 'record', place: { offset, metaBytes: head.metaBytes, bodyBytes: head.bodyBytes }, meta }
      else yield { kind: 'damage', offset, length: end - offset }
      offset = end
      continue
    }
    const next = nextHead(bytes, offset + 1)
    const length = (next < 0 ? bytes.length : next) - offset
    yield { kind: next < 0 ? 'torn' : 'damage', offset, length }
    offset += length
  }
}
