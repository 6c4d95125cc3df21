/** The media type that the bytes themselves show. Never asks the name or the mail's own word, except for kinds of plain text. */
import type { ByteSource } from './byte-source'
import { utf8Of } from './decode-charset'

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))
const starts = (bytes: Uint8Array, ...sign: number[]): boolean => sign.every((byte, at) => bytes[at] === byte)

const plain: [type: string, sign: number[]][] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['image/tiff', [0x4d, 0x4d, 0x00, 0x2a]],
  ['image/tiff', [0x49, 0x49, 0x2b, 0x00]],
  ['application/ms-tnef', [0x78, 0x9f, 0x3e, 0x22]],
  ['application/x-ole-storage', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ['application/vnd.rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ['application/x-7z-compressed', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['application/gzip', [0x1f, 0x8b, 0x08]],
  ['application/x-msdownload', [0x4d, 0x5a]],
  ['application/x-executable', [0x7f, 0x45, 0x4c, 0x46]],
  ['application/x-sh', [0x23, 0x21]],
  ['application/rtf', [0x7b, 0x5c, 0x72, 0x74, 0x66]],
  ['audio/mpeg', [0x49, 0x44, 0x33]],
  ['audio/ogg', [0x4f, 0x67, 0x67, 0x53]],
  ['application/postscript', [0x25, 0x21, 0x50, 0x53]],
]

const heic = /^(?:heic|heix|heim|heis|hevc|hevx|hevm|hevs)$/

/** ISO base media brands (ISO/IEC 14496-12 §4.3, 23008-12 annex B): HEIC, AVIF, other HEIF, else a film. */
function isoMedia(bytes: Uint8Array): string | null {
  if (ascii(bytes, 4, 8) !== 'ftyp') return null
  const size = Math.min(((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0), 256, bytes.length)
  const brands: string[] = [ascii(bytes, 8, 12)]
  for (let at = 16; at + 4 <= size; at += 4) brands.push(ascii(bytes, at, at + 4))
  if (brands.some((brand) => heic.test(brand))) return 'image/heic'
  if (brands.some((brand) => /^avi[fs]$/.test(brand))) return 'image/avif'
  if (brands.some((brand) => /^(?:mif1|msf1|mif2|miaf)$/.test(brand))) return 'image/heif'
  return brands[0] === 'qt  ' ? 'video/quicktime' : 'video/mp4'
}

const lookedAt = 64 * 1024

/** A zip, or the office format that a zip can be. ODF: first entry `mimetype`, stored (ODF 1.2 part 3 §3.3); OOXML: by its parts. */
function zipKind(bytes: Uint8Array, end: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (ascii(bytes, 30, 38) === 'mimetype') {
    const type = /^application\/[a-z0-9.+-]+/.exec(ascii(bytes, 38, 120))?.[0].replace(/PK$/, '')
    if (type) return type
  }
  const head = buffer.subarray(0, lookedAt)
  const tail = Buffer.from(end.buffer, end.byteOffset, end.byteLength).subarray(-lookedAt)
  const holds = (text: string): boolean => head.includes(text) || tail.includes(text)
  if (!holds('[Content_Types].xml') && !holds('_rels/.rels')) return 'application/zip'
  if (holds('word/')) return 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  if (holds('xl/')) return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  if (holds('ppt/')) return 'application/vnd.openxmlformats-officedocument.presentationml.presentation'
  return 'application/zip'
}

/** Text and markup; null when the bytes are neither. */
function textKind(bytes: Uint8Array, declared: string): string | null {
  const head = bytes.subarray(0, 4096)
  if (head.includes(0) || head.length === 0) return null
  const text = Buffer.from(head)
    .toString('latin1')
    .trimStart()
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .toLowerCase()
  if (/^(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?(?:<!doctype svg[^>]{0,300}>\s*)?<svg[\s>]/.test(text)) return 'image/svg+xml'
  if (/^(?:<!doctype html|<html|<head|<body|<script)/.test(text)) return 'text/html'
  if (/^(?:text\/[a-z0-9.+-]+|message\/[a-z0-9.+-]+|application\/(?:json|xml|pgp-[a-z]+|ics))$/.test(declared)) return declared
  const controls = /[\u0001-\u0008\u000e-\u001a\u001c-\u001f]/.test(text)
  return controls || (utf8Of(head.length < bytes.length ? head.subarray(0, -4) : head) === null && /[\u0080-\u009f]/.test(text)) ? null : 'text/plain'
}

/** Of the file at this place; only its head and its end are read. */
export const mediaTypeAt = (source: ByteSource, declared = ''): string =>
  mediaTypeOf(source.read(0, lookedAt), declared, source.read(Math.max(0, source.size - lookedAt), source.size))

/** Media type by content, whole or its head and `end`; `declared` (lower case, without parameters) is believed only for text kinds and signatures. */
export function mediaTypeOf(bytes: Uint8Array, declared = '', end = bytes): string {
  const sure = plain.find(([, sign]) => starts(bytes, ...sign))?.[0]
  if (sure) return sure
  if (ascii(bytes, 0, 4) === 'RIFF') {
    const form = ascii(bytes, 8, 12)
    return form === 'WEBP' ? 'image/webp' : form === 'WAVE' ? 'audio/wav' : 'video/x-msvideo'
  }
  if (starts(bytes, 0x42, 0x4d) && bytes.length > 26 && (bytes[14] ?? 0) >= 12 && bytes[15] === 0) return 'image/bmp'
  if (starts(bytes, 0x50, 0x4b, 0x03, 0x04) || starts(bytes, 0x50, 0x4b, 0x05, 0x06)) return zipKind(bytes, end)
  const media = isoMedia(bytes)
  if (media) return media
  // ISO 32000-1 annex H.3.4.1: readers take a header anywhere in the first 1024 bytes.
  if (Buffer.from(bytes.subarray(0, 1024)).includes('%PDF-')) return 'application/pdf'
  const text = textKind(bytes, declared)
  if (text) return text
  return /^application\/(?:x-)?pkcs7-/.test(declared) ? declared : 'application/octet-stream'
}
