/** Which of our addresses a mail was sent to: a pupil's reply address, a class, or none. Knows no roster. */
import type { Envelope, Message } from '../message/message'
import { replyTokenPattern } from '../school/codes'

export interface Addressed {
  /** Reply token of ours, lower case; envelope first, then header. */
  replyToken: string | null
  /** Other local parts at our domain, lower case, in order, without doubles. */
  locals: string[]
}

/** Local part at `domain`, lower case, or null. A trailing dot of the domain and angle brackets do not matter. */
export function localPartAt(address: string, domain: string): string | null {
  const bare = address.trim().replace(/^<|>$/g, '').toLowerCase().replace(/\.$/, '')
  const at = bare.lastIndexOf('@')
  return at > 0 && bare.slice(at + 1) === domain.toLowerCase() ? bare.slice(0, at).replace(/^"(.*)"$/, '$1') : null
}

/** The token of a reply address, whatever case, `+suffix` or trailing dot it got on the way; null for other addresses. */
export const replyTokenOf = (local: string): string | null => replyTokenPattern.exec(local.toLowerCase().replace(/\+.*$/, '').replace(/\.$/, ''))?.[1] ?? null

/** Recipients of the envelope, then To, Cc and delivery fields of the head. */
export function whoIsAddressed(message: Message, envelope: Envelope, domain: string): Addressed {
  const addresses = [...envelope.recipients, ...[...message.to, ...message.cc].map((mailbox) => mailbox.address), ...message.deliveredTo]
  const locals = addresses.map((address) => localPartAt(address, domain)).filter((local) => local !== null)
  const token = locals.map(replyTokenOf).find((found) => found !== null) ?? null
  return { replyToken: token, locals: [...new Set(locals.filter((local) => replyTokenOf(local) === null))] }
}
