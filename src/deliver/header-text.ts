/** Values made safe for a header: no line breaks, no controls, no lost addresses. Encoding them is the composer's work. */
import { domainToASCII } from 'node:url'
import { Fault } from '../errors'

/** Controls, line and paragraph separators, and marks that turn the direction of what follows. */
const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu

/** Halves of surrogate pairs, which no UTF-8 can hold, become the replacement character. */
export const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8')

/** One line of text, at most `most` characters. */
export const headerText = (text: string, most = 500): string => [...wellFormed(text).replace(unsafe, ' ').replace(/\s+/g, ' ').trim()].slice(0, most).join('')

/** A file name that no receiving system reads as a path, with its ending; never empty. */
export function headerFilename(name: string): string {
  const whole = headerText(name.replace(/[/\\:]/g, '_')).replace(/^\.+/, '_')
  const ending = /\.[\w-]{1,10}$/.exec(whole)?.[0] ?? ''
  return headerText(whole.slice(0, whole.length - ending.length), 160) + ending || 'file'
}

/**
 * The address as it goes on the wire: its domain in ASCII (RFC 5890 A-labels), its local part as it is.
 * @throws Fault recipient-rejected where it is no address at all, or could smuggle something into a command.
 */
export function wireAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  // A quoted local part may hold nearly anything (RFC 5321 §4.1.2); nobody's school address needs one.
  if (at < 1 || /[\p{Cc}\p{Z}<>()[\],;:\\"@]/u.test(local)) throw new Fault('recipient-rejected', 'the address cannot be written in an envelope')
  const domain = domainToASCII(address.slice(at + 1))
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(domain)) throw new Fault('recipient-rejected', 'the domain of the address cannot be written in an envelope')
  return `${local}@${domain}`
}

export const isAscii = (text: string): boolean => !/[^\x20-\x7e]/.test(text)

/** Message-IDs that can stand in a header (RFC 5322 §3.6.4), in order; what is none is left out. */
export const messageIds = (ids: readonly string[]): string[] => ids.flatMap((id) => id.match(/<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>/g) ?? [])
