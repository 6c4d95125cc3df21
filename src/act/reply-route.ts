/** Makes the addresses and Message-IDs that answers come back by. */
import { createHash, randomBytes } from 'node:crypto'
import { tokenFrom } from '../school/codes'
import type { Address } from '../school/people'
import type { Tx } from '../store/database'
import { addReplyAddress, type ReplyAddress } from '../store/reply-addresses'

/** 130 random bits (CONTRACT.md, section 5: at least 80). */
export const newToken = (): string => tokenFrom(randomBytes(26))

export const replyAddressAt = (token: string, domain: string): Address => `r-${token}@${domain}` as Address
/** VERP: where failures of this copy come back. */
export const bounceAddressAt = (token: string, domain: string): Address => `b-${token}@${domain}` as Address

/** Steady root of all mails of one assignment and one person, so that clients show one thread. It tells nothing of the token. */
export const threadRoot = (code: string, token: string, domain: string): string =>
  `<${code.toLowerCase()}.${createHash('sha256').update(token).digest('hex').slice(0, 24)}@${domain}>`

/** A Message-ID of its own for a later mail of a thread. */
export const newMessageId = (domain: string): string => `<${randomBytes(12).toString('hex')}@${domain}>`

/** Gives out a new reply address. */
export async function giveReplyAddress(
  tx: Tx,
  reply: Pick<ReplyAddress, 'purpose'> & Partial<Omit<ReplyAddress, 'purpose' | 'token' | 'createdAt' | 'usedAt'>>,
  now: Date,
): Promise<string> {
  const token = newToken()
  await addReplyAddress(tx, {
    token,
    purpose: reply.purpose,
    person: reply.person ?? null,
    address: reply.address ?? null,
    assignment: reply.assignment ?? null,
    student: reply.student ?? null,
    household: reply.household ?? null,
    ref: reply.ref ?? null,
    createdAt: now,
  })
  return token
}
