/** The one author of a message, or why there is none to believe (RFC 5322 §3.6.2; THREATS F11–F22). No other field stands in for From. */
import type { Head } from './split-head'
import { fieldsNamed } from './split-head'
import { mailboxesOf } from './mailboxes'
import type { Mailbox } from './message'

export interface Author {
  from: Mailbox | null
  problem: 'no-from' | 'several-from' | 'several-authors' | 'malformed-from' | 'disguised-from' | null
}

/** `From :`, full-width letters, controls inside: some reader takes it for From, another does not. */
const looksLikeFrom = (name: string): boolean => name !== 'from' && name.normalize('NFKC').replace(/[^\p{L}\p{N}-]/gu, '') === 'from'

/** Exactly one From field with exactly one clean mailbox, else null and a stable problem code. */
export function whoIsFrom(head: Head): Author {
  if (head.fields.some((field) => looksLikeFrom(field.name))) return { from: null, problem: 'disguised-from' }
  const fields = fieldsNamed(head, 'from')
  const only = fields[0]
  if (!only) return { from: null, problem: 'no-from' }
  if (fields.length > 1) return { from: null, problem: 'several-from' }
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(only.value)) return { from: null, problem: 'malformed-from' }
  const list = mailboxesOf(only.value)
  if (list.mailboxes.length > 1) return { from: null, problem: 'several-authors' }
  const mailbox = list.mailboxes[0]
  return mailbox && !list.malformed ? { from: mailbox, problem: null } : { from: null, problem: 'malformed-from' }
}
