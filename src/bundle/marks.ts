/** The authenticated mark of a page: what its QR codes, its text twin and its private key say. Pure; draws nothing and trusts nothing without its MAC. */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Mark {
  /** The page's number; `coverPageId` for covers. */
  pageId: number
  code: string
}

/** Database pages start at 1. */
export const coverPageId = 0
/** Seven signs of five bits. */
export const largestPageId = 2 ** 35 - 1

/** Crockford's base 32: no I, L, O, U. All signs are in QR's alphanumeric set (ISO/IEC 18004 §7.3.4), so version 2 at level Q holds the whole mark. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const pattern = /^([0-9A-Z]{4})-([0-9A-Z]{7})-([0-9A-Z]{13})$/
/** The mark inside other text; breaks that a text extractor puts after a dash are allowed. */
const embedded = /(?<![0-9A-Z])[0-9A-Z]{4}-\s{0,3}[0-9A-Z]{7}-\s{0,3}[0-9A-Z]{13}(?![0-9A-Z])/g
const codePattern = /^[0-9A-Z]{4}$/

/**
 * `K7Q2-000003F-` and 13 signs: 65 bits of HMAC-SHA256 over code and page number.
 *
 * @param key 32 bytes as 64 hex digits.
 */
export function markOf(pageId: number, code: string, key: string): string {
  if (!codePattern.test(code)) throw new RangeError('a code has four capital letters or digits')
  if (!Number.isInteger(pageId) || pageId < 0 || pageId > largestPageId) throw new RangeError('page id out of range')
  return `${code}-${digits(BigInt(pageId), 7)}-${macOf(pageId, code, keyBytes(key))}`
}

/** Null unless the text is exactly one mark (any case) whose MAC is ours; compared in constant time. */
export function readMark(text: string, key: string): Mark | null {
  const match = pattern.exec(text.trim().toUpperCase())
  const [, code, number, mac] = match ?? []
  if (code === undefined || number === undefined || mac === undefined) return null
  const pageId = numberOf(number)
  if (pageId === null) return null
  const own = Buffer.from(macOf(pageId, code, keyBytes(key)))
  return timingSafeEqual(own, Buffer.from(mac)) ? { pageId, code } : null
}

/** Authentic marks in running text, without doubles, at most 16. */
export function marksIn(text: string, key: string): Mark[] {
  const found = new Map<string, Mark>()
  for (const match of text.slice(0, 200_000).toUpperCase().matchAll(embedded)) {
    const mark = readMark(match[0].replace(/\s/g, ''), key)
    if (mark) found.set(`${mark.code} ${mark.pageId}`, mark)
    if (found.size >= 16) break
  }
  return [...found.values()]
}

/** Whether text holds anything of a mark's form, authentic or not, however it is broken up. */
export const looksMarked = (text: string): boolean => /[0-9A-Z]{4}-[0-9A-Z]{7}-[0-9A-Z]{13}/.test(text.toUpperCase().replace(/\s/g, ''))

export const sameMark = (a: Mark, b: Mark): boolean => a.pageId === b.pageId && a.code === b.code

function keyBytes(key: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(key)) throw new RangeError('a mark key has 64 hex digits')
  return Buffer.from(key, 'hex')
}

function macOf(pageId: number, code: string, key: Buffer): string {
  const mac = createHmac('sha256', key).update(`cartable page mark 1\n${code}\n${pageId}`).digest()
  // The first 65 bits: 64 of a whole word, one more.
  return digits((mac.readBigUInt64BE(0) << 1n) | BigInt((mac[8] ?? 0) >> 7), 13)
}

function digits(value: bigint, length: number): string {
  let out = ''
  for (let rest = value; out.length < length; rest >>= 5n) out = `${alphabet[Number(rest & 31n)]}${out}`
  return out
}

function numberOf(text: string): number | null {
  let value = 0
  for (const sign of text) {
    const digit = alphabet.indexOf(sign)
    if (digit < 0) return null
    value = value * 32 + digit
  }
  return value
}
