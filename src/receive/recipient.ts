/** Whom an SMTP recipient path means: somebody of ours, our postmaster, or another domain. Knows no roster. */
import { domainToASCII } from 'node:url'

export type RecipientPlace =
  /** Ours to judge; the address has the local part as it was written and the domain in its ASCII form. */
  | { kind: 'ours'; address: string }
  /** Must be taken whatever the roster says (RFC 5321 §4.5.1; RFC 2142 §4 for abuse). */
  | { kind: 'always'; address: string }
  | { kind: 'elsewhere' }

/** Domains are compared in lower case and ASCII form, so that `collège.example` and its A-label are one. */
export const sameDomain = (a: string, b: string): boolean => domainToASCII(a.toLowerCase()) === domainToASCII(b.toLowerCase())

/** @param address without angle brackets and source route; `postmaster` may stand alone. */
export function placeOf(address: string, domain: string): RecipientPlace {
  const at = address.lastIndexOf('@')
  const local = unquoted(at < 0 ? address : address.slice(0, at))
  if (at < 0) return local.toLowerCase() === 'postmaster' ? { kind: 'always', address: `postmaster@${domain}` } : { kind: 'elsewhere' }
  if (!sameDomain(address.slice(at + 1), domain)) return { kind: 'elsewhere' }
  const ours = `${local}@${domain}`
  return /^(postmaster|abuse)$/i.test(local) ? { kind: 'always', address: ours.toLowerCase() } : { kind: 'ours', address: ours }
}

/** `"3b"` means `3b` (RFC 5321 §4.1.2: quoting that is not needed changes nothing). */
const unquoted = (local: string): string => /^"([A-Za-z0-9._+-]+)"$/.exec(local)?.[1] ?? local
