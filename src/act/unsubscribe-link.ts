/** Links that end what comes unasked, signed and expiring, good for that alone (RFC 8058 §3.1: the address holds all that is needed, and nobody can make another up). */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PersonId } from '../school/people'
import type { Tx } from '../store/database'
import { setDigestOff, setRemindersOff } from '../store/people'

/** What comes unasked. */
export type Unasked = 'digest' | 'reminder'

export interface UnsubscribeLink {
  what: Unasked
  person: PersonId
}

export interface LinkSigning {
  /** `[http] public_url`. */
  base: string
  /** 32 bytes as hex. */
  key: string
}

export const unsubscribePath = '/unsubscribe/'
const lifeMs = 90 * 86_400_000
const signatureBytes = 16

export function unsubscribeUrl({ what, person }: UnsubscribeLink, { base, key }: LinkSigning, now: Date): string {
  const said = Buffer.from(JSON.stringify([what, person, Math.floor((now.getTime() + lifeMs) / 1000)])).toString('base64url')
  return `${base.replace(/\/+$/, '')}${unsubscribePath}${said}.${signatureOf(said, key).toString('base64url')}`
}

/** What the last part of a link says; null: not ours. */
export function readUnsubscribe(text: string, key: string, now: Date): (UnsubscribeLink & { isExpired: boolean }) | null {
  const [said = '', signature = ''] = text.split('.')
  const [given, own] = [Buffer.from(signature, 'base64url'), signatureOf(said, key)]
  if (given.length !== own.length || !timingSafeEqual(given, own)) return null
  // Signed by us: it is what we wrote.
  const [what, person, expires] = JSON.parse(Buffer.from(said, 'base64url').toString()) as [Unasked, PersonId, number]
  return { what, person, isExpired: expires * 1000 < now.getTime() }
}

/** What a link asks for: `asks` may be done, `stale` may not any more; null: no link of ours. */
export interface LinkState {
  what: Unasked
  is: 'asks' | 'done' | 'stale'
}

/** Looking changes nothing. */
export function lookAtLink(text: string, key: string, now: Date): LinkState | null {
  const link = readUnsubscribe(text, key, now)
  return link && { what: link.what, is: link.isExpired ? 'stale' : 'asks' }
}

/** Twice is once. */
export async function followLink(tx: Tx, text: string, key: string, now: Date): Promise<LinkState | null> {
  const link = readUnsubscribe(text, key, now)
  if (link === null || link.isExpired) return link && { what: link.what, is: 'stale' }
  await endUnasked(tx, link.person, link.what, true)
  return { what: link.what, is: 'done' }
}

export const endUnasked = (tx: Tx, person: PersonId, what: Unasked, off: boolean): Promise<void> =>
  what === 'digest' ? setDigestOff(tx, person, off) : setRemindersOff(tx, person, off)

const signatureOf = (said: string, key: string): Buffer => createHmac('sha256', Buffer.from(key, 'hex')).update(said).digest().subarray(0, signatureBytes)
