/** Files and words inside a winmail.dat (MS-OXTNEF). Walks attributes with a bound on each; ignores everything but the body as text or HTML, and attachments' names and bytes. */
import { decodeCharset, guessText } from './decode-charset'
import { limits } from './limits'

export interface TnefContent {
  files: { filename: string | null; content: Buffer }[]
  /** The body; null where it holds none, or only one as RTF. */
  text: string | null
  html: string | null
  problems: string[]
}

// MS-OXTNEF §2.1.3.3: attribute ids as (type << 16 | id).
const attAttachRendData = 0x00069002
const attAttachData = 0x0006800f
const attAttachTitle = 0x00018010
const attAttachment = 0x00069005
const attBody = 0x0002800c
const attMessageProperties = 0x00069003

// MS-OXPROPS: PidTagAttachLongFilename, PidTagAttachFilename, PidTagAttachDataBinary.
const propLongFilename = 0x3707
const propFilename = 0x3704
const propData = 0x3701
const propBody = 0x1000
const propHtml = 0x1013

/** Octets of one value of a fixed-size MAPI type (MS-OXCDATA §2.11.1), padded to 4; null for sized types. */
const fixedSize: Record<number, number> = {
  0x0001: 4,
  0x0002: 4,
  0x0003: 4,
  0x0004: 4,
  0x0005: 8,
  0x0006: 8,
  0x0007: 8,
  0x000a: 4,
  0x000b: 4,
  0x0014: 8,
  0x0040: 8,
  0x0048: 16,
}

interface Found {
  title: string | null
  longName: string | null
  content: Buffer | null
}

const cString = (bytes: Buffer): string => decodeCharset(bytes, 'windows-1252').replace(/\0[^]*$/, '')

/** A cursor that refuses to leave its buffer. */
class Cursor {
  at = 0
  constructor(readonly bytes: Buffer) {}
  u16(): number {
    return this.take(2).readUInt16LE(0)
  }
  u32(): number {
    return this.take(4).readUInt32LE(0)
  }
  take(size: number): Buffer {
    if (size < 0 || this.at + size > this.bytes.length) throw new RangeError('tnef-truncated')
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }
  padded(size: number): Buffer {
    const value = this.take(size)
    this.at = Math.min(this.bytes.length, this.at + ((4 - (size % 4)) % 4))
    return value
  }
}

/** Named properties carry a GUID and a number or name before their value. */
function skipName(cursor: Cursor): void {
  cursor.take(16)
  if (cursor.u32() === 0) cursor.take(4)
  else cursor.padded(cursor.u32())
}

function valuesOf(cursor: Cursor, type: number): Buffer[] {
  const base = type & 0x0fff
  const size = fixedSize[base]
  const many = (type & 0x1000) !== 0
  if (size !== undefined) return [cursor.take(size * (many ? cursor.u32() : 1))]
  const count = cursor.u32()
  if (count > limits.tnefAttributes) throw new RangeError('tnef-too-many-values')
  return Array.from({ length: count }, () => cursor.padded(cursor.u32()))
}

/** The first value of each property, in turn. */
function eachProperty(bytes: Buffer, take: (id: number, type: number, value: Buffer) => void): void {
  const cursor = new Cursor(bytes)
  const count = Math.min(cursor.u32(), limits.tnefAttributes)
  for (let i = 0; i < count; i += 1) {
    const type = cursor.u16()
    const id = cursor.u16()
    if (id >= 0x8000) skipName(cursor)
    const value = valuesOf(cursor, type)[0]
    if (value) take(id, type, value)
  }
}

/** MS-OXCDATA §2.11.1: PtypString is UTF-16, PtypString8 the sender's code page. */
const stringOf = (type: number, value: Buffer): string => (type === 0x001f ? value.toString('utf16le').replace(/\0[^]*$/, '') : cString(value))
const isBinary = (type: number): boolean => (type & 0x0fff) === 0x0102

const readAttachment = (bytes: Buffer, found: Found): void =>
  eachProperty(bytes, (id, type, value) => {
    if (id === propLongFilename || (id === propFilename && found.longName === null)) found.longName = stringOf(type, value)
    if (id === propData && isBinary(type) && found.content === null) found.content = value
  })

const readBody = (bytes: Buffer, result: TnefContent): void =>
  eachProperty(bytes, (id, type, value) => {
    if (id === propBody && !isBinary(type)) result.text ??= stringOf(type, value).slice(0, limits.bodyChars)
    if (id === propHtml) result.html ??= (isBinary(type) ? guessText(value) : stringOf(type, value)).slice(0, limits.bodyChars)
  })

/** Never throws: a damaged file gives what stood before the damage. */
export function openTnef(bytes: Buffer): TnefContent {
  const result: TnefContent = { files: [], text: null, html: null, problems: [] }
  let found: Found | null = null
  const close = (): void => {
    if (found?.content) result.files.push({ filename: found.longName ?? found.title, content: found.content })
  }
  try {
    const cursor = new Cursor(bytes)
    cursor.take(6)
    for (let i = 0; cursor.at + 9 <= bytes.length; i += 1) {
      if (i > limits.tnefAttributes) throw new RangeError('tnef-too-many-attributes')
      cursor.take(1)
      const attribute = cursor.u32()
      const data = cursor.take(cursor.u32())
      cursor.at = Math.min(bytes.length, cursor.at + 2)
      if (attribute === attAttachRendData) {
        close()
        found = { title: null, longName: null, content: null }
      }
      if (attribute === attBody) result.text ??= cString(data).slice(0, limits.bodyChars)
      if (attribute === attMessageProperties) readBody(data, result)
      if (found === null) continue
      if (attribute === attAttachTitle) found.title = cString(data)
      else if (attribute === attAttachData) found.content = data
      else if (attribute === attAttachment) readAttachment(data, found)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    result.problems.push('tnef-damaged')
  }
  close()
  return result
}
