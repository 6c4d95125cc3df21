/** Which of our addresses a recipient is: a class, a reply address, a bounce address, postmaster. The SMTP listener and the handling of mail ask the same question here. */
import { replyTokenPattern } from '../school/codes'
import { className } from '../school/people'
import type { Db } from '../store/database'
import { classExists } from '../store/people'
import { findReplyAddress, type ReplyAddress } from '../store/reply-addresses'
import type { ReplyContext, Target } from '../understand/facts'

export const contextOf = (reply: ReplyAddress): ReplyContext => ({
  token: reply.token,
  purpose: reply.purpose,
  person: reply.person,
  assignment: reply.assignment,
  student: reply.student,
  ref: reply.ref,
  used: reply.usedAt !== null,
})

/** Null: no address of ours. Case, a trailing dot and (on reply addresses) a `+suffix` do not matter. */
export async function findTarget(db: Db, address: string, domain: string): Promise<Target | null> {
  const at = address.lastIndexOf('@')
  const local = (at < 0 ? address : address.slice(0, at)).toLowerCase().replace(/^"(.*)"$/, '$1')
  const host =
    at < 0
      ? domain
      : address
          .slice(at + 1)
          .toLowerCase()
          .replace(/\.$/, '')
  if (host !== domain) return null
  // RFC 5321 §4.5.1: postmaster must be accepted, in any case and without a domain; RFC 2142: abuse.
  if (local === 'postmaster' || local === 'abuse') return { kind: 'postmaster' }
  if (at < 0) return null
  const [base = '', suffix = null] = local.split(/\+(.*)/su)
  const token = replyTokenPattern.exec(base.replace(/\.$/, '').replace(/^b-/, 'r-'))?.[1]
  if (token !== undefined) {
    const reply = await findReplyAddress(db, token)
    if (!reply) return null
    return base.startsWith('b-') ? { kind: 'bounce', token } : { kind: 'reply', reply: contextOf(reply) }
  }
  if (!(await classExists(db, base))) return null
  return { kind: 'class', class: className(base), group: suffix }
}
