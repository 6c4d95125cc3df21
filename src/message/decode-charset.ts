/** Bytes of a named character set → text. Never throws: what cannot be decoded becomes U+FFFD. */
import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'

const lenientUtf8 = new TextDecoder('utf-8')

/** UTF-7 hides markup from filters; base64 and hex are no character sets (iconv-lite knows them as such). */
const refused = /^(?:utf-?7.*|unicode-1-1-utf-7|base64|hex)$/
/** What is called Latin-1 or ASCII in mail is windows-1252 (WHATWG Encoding §4.2). */
const windows1252 = /^(?:us-?ascii|ascii|iso-?8859-?1|latin-?1|l1|cp1252|x-cp1252|windows-?1252|ansi_x3\.4-19\d\d)$/
/** Not in iconv-lite, but in the platform. */
const platformOnly = /^(?:iso-2022-jp.*|iso-2022-kr|x-mac-cyrillic|csiso2022jp)$/

/** Strict UTF-8, or null. */
export const utf8Of = (bytes: Uint8Array): string | null => (isUtf8(bytes) ? lenientUtf8.decode(bytes) : null)

/** Text of unlabelled bytes: UTF-8 if it is, else windows-1252. */
export const guessText = (bytes: Uint8Array): string => utf8Of(bytes) ?? iconv.decode(Buffer.from(bytes), 'windows-1252')

/** Text of bytes in `charset` (any case, quotes ignored). An unknown name is guessed: UTF-8, else windows-1252. */
export function decodeCharset(bytes: Uint8Array, charset: string): string {
  const name = charset.trim().toLowerCase().replace(/["']/g, '').slice(0, 60)
  if (name === '' || name === 'utf-8' || name === 'utf8' || refused.test(name))
    return utf8Of(bytes) ?? (name.startsWith('utf') ? lenientUtf8.decode(bytes) : guessText(bytes))
  if (windows1252.test(name)) return utf8IfMislabelled(bytes) ?? iconv.decode(Buffer.from(bytes), 'windows-1252')
  if (!platformOnly.test(name) && iconv.encodingExists(name)) return iconv.decode(Buffer.from(bytes), name)
  try {
    return new TextDecoder(name === 'csiso2022jp' ? 'iso-2022-jp' : name).decode(bytes)
  } catch (error) {
    // The platform's RangeError for names it does not know.
    if (error instanceof Error || (error as { name?: unknown }).name === 'RangeError') return guessText(bytes)
    throw error
  }
}

/** Several multi-byte sequences that are valid UTF-8 are no accident in a "Latin-1" word. */
function utf8IfMislabelled(bytes: Uint8Array): string | null {
  const text = bytes.some((byte) => byte > 0x7f) ? utf8Of(bytes) : null
  return text !== null && /[\u0080-\u{10ffff}]/u.test(text) ? text : null
}

/** windows-1252 called Latin-1: C1 controls in a decoded text become the signs that were meant. */
export const mendC1 = (text: string): string =>
  /[\u0080-\u009f]/.test(text) ? text.replace(/[\u0080-\u009f]+/g, (run) => iconv.decode(Buffer.from(run, 'latin1'), 'windows-1252')) : text
