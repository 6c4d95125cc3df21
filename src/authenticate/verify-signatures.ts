/** DKIM (RFC 6376, 8301, 8463) for the author's organisation. Signatures of others prove nothing here and are not even looked up. */
import { createHash, type KeyObject, verify } from 'node:crypto'
import { errnoOf } from '../errors'
import type { Head, RawField } from '../message/split-head'
import { organisationOf } from './alignment'
import type { Ask } from './ask-dns'
import { type BodyDigest, digestBody, fieldForm, type Form, withoutValue } from './canonical-form'
import { findKey } from './signing-key'
import { type SignatureTags, signatureTagsOf } from './signature-tags'

export interface Signature {
  /** d=, A-labels. */
  domain: string
  /** As in RFC 8601 §2.7.1; `policy`: by the letter it may pass, for us it proves nothing. */
  result: string
  /** t=, or null. */
  signedAt: Date | null
}

export interface Signatures {
  /** Those of the author's organisation, in order, at most `mostVerified`. */
  aligned: Signature[]
  /** Others stood there as well, or more than are verified. */
  others: boolean
}

const mostVerified = 10
/** Signatures whose domain is looked at; more stand in no honest mail. */
const mostLooked = 100

/** @param at hour of arrival, by which expiry is judged */
export async function verifySignatures(head: Head, body: SignedBody, organisation: string, at: Date, ask: Ask): Promise<Signatures> {
  const all = head.fields.filter((field) => field.name === 'dkim-signature').map((field) => ({ field, tags: signatureTagsOf(field, head, at) }))
  const aligned: typeof all = []
  const organisations = new Map<string, string>()
  for (const signature of all.slice(0, mostLooked)) {
    const { domain } = signature.tags
    if (domain === '' || aligned.length === mostVerified) continue
    const found = organisations.get(domain) ?? (await organisationOf(domain))
    organisations.set(domain, found)
    if (found === organisation) aligned.push(signature)
  }
  const results = await Promise.all(aligned.map(({ field, tags }) => verifySignature(field, tags, head, body, ask)))
  return {
    aligned: aligned.map(({ tags }, index) => ({
      domain: tags.domain,
      result: results[index] ?? 'permerror',
      signedAt: tags.signedAtSeconds === null ? null : new Date(tags.signedAtSeconds * 1000),
    })),
    others: all.length > aligned.length,
  }
}

/** A body whose digests are made when first asked for, and once. */
export class SignedBody {
  readonly #digests = new Map<Form, Promise<BodyDigest>>()

  constructor(private readonly octets: Uint8Array) {}

  digest(form: Form): Promise<BodyDigest> {
    const known = this.#digests.get(form) ?? digestBody(this.octets, form)
    this.#digests.set(form, known)
    return known
  }
}

/** One signature, DKIM or ARC's of the message. The key comes first and the body last: nobody makes us hash without having signed. */
export async function verifySignature(field: RawField, tags: SignatureTags, head: Head, body: SignedBody, ask: Ask): Promise<string> {
  if (tags.unfit !== null) return tags.unfit
  const key = await findKey(tags, ask)
  if (typeof key === 'string') return key
  if (!isSigned(signedOctets(field, tags, head), key, tags)) return 'fail'
  const digest = await body.digest(tags.bodyForm)
  if (tags.bodyLength !== null && tags.bodyLength !== digest.length) return 'policy'
  return digest.hash === tags.bodyHash ? 'pass' : 'fail'
}

/** §3.7: the fields of h=, each name from the bottom up (§5.4.2), then the signature itself. */
function signedOctets(field: RawField, { signed, headForm }: SignatureTags, head: Head): Buffer {
  const left = new Map<string, RawField[]>()
  for (const each of head.fields) if (each !== field) left.set(each.name, [...(left.get(each.name) ?? []), each])
  const lines = signed.flatMap((name) => {
    const next = left.get(name)?.pop()
    return next ? [`${fieldForm(next.raw, headForm)}\r\n`] : []
  })
  return Buffer.from(`${lines.join('')}${fieldForm(withoutValue(field.raw), headForm)}`, 'latin1')
}

function isSigned(octets: Buffer, key: KeyObject, { algorithm, value }: SignatureTags): boolean {
  const signature = Buffer.from(value, 'base64')
  try {
    // RFC 8463 §3: Ed25519 signs the hash, not the octets.
    return algorithm === 'rsa' ? verify('rsa-sha256', octets, key, signature) : verify(null, createHash('sha256').update(octets).digest(), key, signature)
  } catch (error) {
    // OpenSSL refuses some keys and signatures outright: that is no proof either.
    if (errnoOf(error) === null) throw error
    return false
  }
}
