/** DKIM signatures as written: which are fit to be verified at all (RFC 6376 §3.5, RFC 8301), told from the head alone. Verifies nothing. */
import type { Head, RawField } from '../message/split-head'
import { asciiDomain } from './alignment'
import type { Form } from './canonical-form'

export interface SignatureTags {
  /** d=, A-labels in lower case; '' where there is none. */
  domain: string
  selector: string
  /** i= names a domain below d=, not d= itself. */
  forSubdomain: boolean
  /** t=, seconds; null where there is none. */
  signedAtSeconds: number | null
  /** l=; null: the whole body is signed. */
  bodyLength: number | null
  headForm: Form
  bodyForm: Form
  algorithm: 'rsa' | 'ed25519'
  /** h=, lower case. */
  signed: string[]
  /** bh= and b=, base64. */
  bodyHash: string
  value: string
  /** `permerror`: against the grammar; `policy`: by the letter it may pass, for us it proves nothing; null: verify it. */
  unfit: 'permerror' | 'policy' | null
}

/** A signature from so far in the future comes from no clock that is merely wrong by its zone. */
const aheadSeconds = 86_400

/**
 * A DKIM-Signature, or the message signature of an ARC set, which says its instance in i= and has no version (RFC 8617 §4.1.2).
 * @param at hour of arrival, by which expiry is judged
 */
export function signatureTagsOf(field: RawField, head: Head, at: Date): SignatureTags {
  const tags = tagList(field.raw.slice(field.raw.indexOf(':') + 1))
  const get = (name: string): string => tags?.get(name) ?? ''
  const domain = asciiDomain(get('d'))
  const isArc = field.name === 'arc-message-signature'
  const agent = isArc || get('i') === '' ? domain : asciiDomain(get('i').slice(get('i').lastIndexOf('@') + 1))
  const signed = namesIn(get('h'))
  const broken =
    tags === null ||
    (isArc ? tags.has('v') : get('v') !== '1') ||
    [domain, get('s'), get('b'), get('bh'), get('h'), get('a')].includes('') ||
    !(agent === domain || agent.endsWith(`.${domain}`)) ||
    ['t', 'x', 'l'].some((name) => tags.has(name) && !/^\d{1,15}$/.test(get(name))) ||
    !/^((relaxed|simple)(\/(relaxed|simple))?)?$/i.test(get('c')) ||
    (tags.has('q') && !/(^|:)\s*dns\/txt\s*(:|$)/i.test(get('q'))) ||
    !signed.includes('from')
  return {
    domain,
    selector: get('s'),
    forSubdomain: agent !== domain,
    signedAtSeconds: tags?.has('t') ? Number(get('t')) : null,
    bodyLength: tags?.has('l') ? Number(get('l')) : null,
    headForm: /^relaxed/i.test(get('c')) ? 'relaxed' : 'simple',
    bodyForm: /\/relaxed$/i.test(get('c')) ? 'relaxed' : 'simple',
    algorithm: /^ed25519/i.test(get('a')) ? 'ed25519' : 'rsa',
    signed,
    bodyHash: get('bh'),
    value: get('b'),
    unfit: broken ? 'permerror' : isAcceptable(get, signed, head, at) ? null : 'policy',
  }
}

function isAcceptable(get: (name: string) => string, signed: string[], head: Head, at: Date): boolean {
  const now = at.getTime() / 1000
  const [from, until] = [get('t'), get('x')]
  if (!/^(rsa|ed25519)-sha256$/i.test(get('a'))) return false
  if (until !== '' && (Number(until) < now || Number(until) < Number(from))) return false
  return (from === '' || Number(from) <= now + aheadSeconds) && covers(signed, head)
}

/** What decides whom it is for and what it says: unsigned, a replay could change it at will. */
const mustBeSigned = ['from', 'subject', 'to', 'cc']
/** These stand once (RFC 5322 §3.6, RFC 2045 §3); a second one that is not signed may be the one a reader takes (RFC 6376 §8.15). */
const once = ['date', 'reply-to', 'sender', 'message-id', 'in-reply-to', 'references', 'mime-version', 'content-type', 'content-transfer-encoding']

/** Whether a signature over the fields `signed` (h=, lower case) speaks for the message as we read it. */
export function covers(signed: string[], head: Head): boolean {
  const count = (name: string): number => head.fields.filter((field) => field.name === name).length
  const times = (name: string): number => signed.filter((each) => each === name).length
  return mustBeSigned.every((name) => count(name) <= times(name)) && once.every((name) => count(name) <= Math.max(1, times(name)))
}

export const namesIn = (list: string): string[] => list.split(':').map((name) => name.trim().toLowerCase())

/** RFC 6376 §3.2; null for duplicates and for signs that some parser gives a meaning: quotes, comments, backslashes. */
export function tagList(text: string): Map<string, string> | null {
  if (/["'()\\]|[^\t\r\n -~]/.test(text)) return null
  const tags = new Map<string, string>()
  const parts = text.replace(/\r?\n/g, '').split(';')
  if (parts.at(-1)?.trim() === '') parts.pop()
  for (const part of parts) {
    const match = /^\s*([a-z]\w*)\s*=(.*)$/is.exec(part)
    const name = match?.[1]?.toLowerCase()
    if (name === undefined || tags.has(name)) return null
    const value = (match?.[2] ?? '').trim()
    tags.set(name, ['b', 'bh', 'h'].includes(name) ? value.replace(/\s+/g, '') : value)
  }
  return tags
}
