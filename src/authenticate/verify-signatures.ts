/** DKIM (RFC 6376, 8301, 8463) for the author's organisation, through mailauth. Signatures of others prove nothing here and are not even looked up. */
import { dkimVerify } from 'mailauth'
import type { Head } from '../message/split-head'
import { asciiDomain, organisationOf } from './alignment'
import type { Ask } from './ask-dns'
import { canonicalLength, namesIn, type SignatureTags, signatureTagsOf, tagList } from './signature-tags'

export interface Signature {
  /** d=, A-labels. */
  domain: string
  /** As in RFC 8601 §2.7.1; `policy`: by the letter it passes, for us it proves nothing. */
  result: string
  /** t=, or null. */
  signedAt: Date | null
}

export interface Signatures {
  /** Those of the author's organisation, in order, at most `mostVerified`. */
  aligned: Signature[]
  /** Others stood there as well, or more than are verified. */
  others: boolean
  /** Mailboxes that mailauth reads in From; null where it verified nothing. */
  from: string[] | null
}

const mostVerified = 10
const leastKeyBits = 1024

/** What mailauth's verifier says of a signature; its own types leave half of it out. */
export interface Verified {
  signingDomain?: string
  status: { result: string; underSized?: number }
  signingHeaders?: { keys: string }
  rr?: string
}

export async function verifySignatures(raw: Buffer, head: Head, author: { organisation: string }, at: Date, ask: Ask): Promise<Signatures> {
  const all = head.fields.flatMap((field, index) => (field.name === 'dkim-signature' ? [{ index, tags: signatureTagsOf(field, head, at) }] : []))
  const organisations = new Map<string, string>()
  for (const { tags } of all.slice(0, mostLooked)) organisations.set(tags.domain, organisations.get(tags.domain) ?? (await organisationOf(tags.domain)))
  const aligned = all.filter(({ tags }) => tags.domain !== '' && organisations.get(tags.domain) === author.organisation).slice(0, mostVerified)
  const body = raw.subarray(head.bodyStart)
  const fit = aligned.filter(
    ({ tags }) => tags.unfit === null && (tags.bodyLength === null || tags.bodyLength === canonicalLength(body, tags.bodyCanonicalisation)),
  )
  const found =
    fit.length > 0
      ? await dkimVerify(only(head, body, new Set(fit.map(({ index }) => index))), { resolver: keysBy(ask), minBitLength: leastKeyBits, curTime: at })
      : null
  const results = (found?.results ?? []) as unknown as Verified[]
  return {
    aligned: aligned.map((signature) => {
      const place = fit.indexOf(signature)
      const { tags } = signature
      const verified = place < 0 || results.length !== fit.length ? undefined : results[place]
      const result = verified === undefined ? (tags.unfit ?? 'policy') : resultOf(verified, tags)
      return { domain: tags.domain, result, signedAt: tags.signedAtSeconds === null ? null : new Date(tags.signedAtSeconds * 1000) }
    }),
    others: all.length > aligned.length,
    from: found?.headerFrom ?? null,
  }
}

/** Signatures whose domain is looked at; more stand in no honest mail. */
const mostLooked = 100

/** mailauth's word, less what it lets pass: what it verified must be what we read, and the key must be meant for mail. */
function resultOf(verified: Verified, tags: SignatureTags): string {
  const { result, underSized } = verified.status
  if (result !== 'pass') return result
  if (asciiDomain(verified.signingDomain ?? '') !== tags.domain || (underSized ?? 0) > 0) return 'policy'
  if (!namesIn(verified.signingHeaders?.keys ?? '').includes('from')) return 'permerror'
  return isKeyForMail(verified.rr ?? '', tags.forSubdomain) ? 'pass' : 'policy'
}

/** RFC 6376 §3.6.1: not a test key (t=y), not one for other services or other hashes, and with t=s not for subdomains. */
export function isKeyForMail(record: string, forSubdomain: boolean): boolean {
  const tags = tagList(record)
  if (tags === null) return false
  const list = (name: string): string[] => namesIn(tags.get(name) ?? '')
  if (list('t').includes('y') || (list('t').includes('s') && forSubdomain)) return false
  return (!tags.has('s') || list('s').some((service) => service === '*' || service === 'email')) && (!tags.has('h') || list('h').includes('sha256'))
}

/** mailauth takes the first record of a name for the key, whatever it is. */
export const keysBy =
  (ask: Ask): Ask =>
  async (name, type) => {
    const rows = await ask(name, type)
    const keys = (rows as string[][]).filter((row) => Array.isArray(row) && /(^|;)\s*p\s*=/.test(row.join('')))
    return keys.length > 0 ? keys : rows
  }

/** The message as we read its head, with no other signatures or seals than the chosen ones: no more is verified, and nothing is read differently. */
export function only(head: Head, body: Uint8Array, chosen: Set<number>): Buffer {
  const lines = head.fields.map(({ name, raw }, index) => (/^(dkim-signature|arc-.*)$/.test(name) && !chosen.has(index) ? `X-Not-Verified: -` : raw))
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}
