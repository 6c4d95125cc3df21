/** Address fields → mailboxes, in one pass without recursion (RFC 5322 §3.4). Guesses nothing: what is no addr-spec is malformed. */
import { decodeWords } from './decode-words'
import { limits } from './limits'
import type { Mailbox } from './message'

interface Entry {
  phrase: string
  comment: string
  angle: string | null
  /** Text after `>`, a second `<`, an unclosed quote or comment, a comment inside the address. */
  odd: boolean
  commentBefore: boolean
  hasAt: boolean
}

export interface MailboxList {
  mailboxes: Mailbox[]
  /** True when any entry was no clean mailbox, or a group. */
  malformed: boolean
  cut: boolean
}

const blank = (): Entry => ({ phrase: '', comment: '', angle: null, odd: false, commentBefore: false, hasAt: false })

/** Closing parenthesis of the comment that opens at `at`, or -1 (RFC 5322 §3.2.2; counted, not recursive). */
function endOfComment(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i += 1) {
    const sign = text[i]
    if (sign === '\\') i += 1
    else if (sign === '(') depth += 1
    else if (sign === ')' && --depth === 0) return i
  }
  return -1
}

function endOfQuote(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1
    else if (text[i] === '"') return i
  }
  return -1
}

// RFC 5322 §3.4.1 without quoted local parts and domain literals; RFC 6532 letters. `=?` would be an encoded word used as address.
const addrSpec = /^[^\s@<>()[\],;:\\"\p{C}\p{Z}]{1,200}@[\p{L}\p{N}\p{M}_-]+(?:\.[\p{L}\p{N}\p{M}_-]+)*\.?$/u

/** A bare addr-spec, domain in lower case, or null. */
export function addrSpecOf(text: string): string | null {
  const bare = text.trim()
  if (bare.length > 320 || bare.includes('=?') || !addrSpec.test(bare)) return null
  const at = bare.lastIndexOf('@')
  return `${bare.slice(0, at)}@${bare
    .slice(at + 1)
    .toLowerCase()
    .replace(/\.$/, '')}`
}

const nameOf = (text: string): string =>
  decodeWords(text)
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/**
 * Every mailbox of an address field's unfolded value, in order; group members count, their group's name does not.
 * At most `limits.addresses`; `cut` says that there were more.
 */
export function mailboxesOf(value: string): MailboxList {
  const list: MailboxList = { mailboxes: [], malformed: false, cut: false }
  let entry = blank()
  const flush = (): void => {
    const empty = entry.phrase.trim() === '' && entry.angle === null
    if (!empty) {
      const address = addrSpecOf(entry.angle ?? entry.phrase)
      const name = entry.angle === null ? entry.comment : entry.phrase.trim() === '' ? entry.comment : entry.phrase
      if (address !== null) list.mailboxes.push({ name: nameOf(name), address })
      if (address === null || entry.odd) list.malformed = true
    }
    entry = blank()
  }
  // An unclosed quote or comment is looked for once: behind it these signs are ordinary.
  let quotes = true
  let comments = true
  for (let at = 0; at < value.length; at += 1) {
    const sign = value[at] ?? ''
    if (list.mailboxes.length >= limits.addresses) {
      list.cut = true
      return list
    }
    if (sign === '"' && quotes) {
      const end = endOfQuote(value, at)
      if (end < 0 || entry.angle !== null) entry.odd = true
      quotes = end >= 0
      if (end < 0) continue
      entry.phrase += value.slice(at + 1, end).replace(/\\(.)/g, '$1')
      if (entry.angle === null && /^\s*[@.]/.test(value.slice(end + 1, end + 40))) entry.odd = true
      at = end
    } else if (sign === '(' && comments) {
      const end = endOfComment(value, at)
      comments = end >= 0
      if (end < 0) entry.odd = true
      else {
        entry.comment = value.slice(at + 1, end).replace(/\\(.)/g, '$1')
        entry.commentBefore = entry.angle === null && entry.phrase.trim() !== ''
        at = end
      }
    } else if (sign === '<') {
      const end = value.indexOf('>', at)
      if (entry.angle !== null || end < 0) entry.odd = true
      entry.angle ??= value.slice(at + 1, end < 0 ? undefined : end)
      if (end < 0) break
      at = end
    } else if (sign === ',' || sign === ';') flush()
    else if (sign === ':' && entry.angle === null) {
      list.malformed = true
      entry = blank()
    } else {
      if (sign.trim() !== '' && (entry.angle !== null || (entry.commentBefore && entry.hasAt))) entry.odd = true
      entry.hasAt ||= sign === '@'
      entry.phrase += sign
    }
  }
  flush()
  return list
}
