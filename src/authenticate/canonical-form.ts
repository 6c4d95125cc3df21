/** The octets that a DKIM signature is over (RFC 6376 §3.4). Linear in time whatever the mail; yields to others while it works. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

export type Form = 'simple' | 'relaxed'

const CR = 0x0d
const LF = 0x0a
/** Octets between two breaths. */
const stepBytes = 1024 * 1024

export interface BodyDigest {
  /** SHA-256, base64. */
  hash: string
  /** Octets of the canonical body, what l= counts. */
  length: number
}

/** §3.4.3, §3.4.4: empty lines at the end go; relaxed, blanks shrink too. A bare line feed counts as a line end. */
export async function digestBody(body: Uint8Array, form: Form): Promise<BodyDigest> {
  const hash = createHash('sha256')
  const out = Buffer.allocUnsafe(64 * 1024)
  let filled = 0
  let length = 0
  const put = (octet: number): void => {
    if (filled === out.length) {
      hash.update(out)
      filled = 0
    }
    out[filled++] = octet
    length += 1
  }
  const endLine = (): void => {
    put(CR)
    put(LF)
  }
  let lines = 0
  let blanks = false
  for (let at = 0; at < body.length; at += 1) {
    const octet = body[at] ?? 0
    if (octet === LF) {
      lines += 1
      blanks = false
    } else if (octet === CR && body[at + 1] === LF) continue
    else if (form === 'relaxed' && (octet === 0x20 || octet === 0x09)) blanks = true
    else {
      for (; lines > 0; lines -= 1) endLine()
      if (blanks) put(0x20)
      blanks = false
      put(octet)
    }
    if (at % stepBytes === stepBytes - 1) await setImmediate()
  }
  if (length > 0 || form === 'simple') endLine()
  hash.update(out.subarray(0, filled))
  return { hash: hash.digest('base64'), length }
}

/** §3.4.1, §3.4.2: a field as it is signed, without its line end; `raw` with its folds, Latin-1 for its octets. */
export function fieldForm(raw: string, form: Form): string {
  if (form === 'simple') return raw
  const colon = raw.indexOf(':')
  const value = raw.slice(colon + 1).replace(/\r\n/g, '')
  const name = raw.slice(0, colon).toLowerCase()
  // Not \s: in UTF-8 the second octet of `à` is a blank to it.
  return `${name.replace(/[ \t]+$/, '')}:${value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')}`
}

/** §3.5, b=: the signature's own field, as if its value were empty. */
export const withoutValue = (raw: string): string => raw.replace(/((?:^[^:]*:|;)\s*b\s*=)[^;]*/i, '$1')
