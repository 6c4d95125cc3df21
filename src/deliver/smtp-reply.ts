/** What the relay said, as a result a row can keep: who is to act, and words without any address. */

export type Sent =
  | { outcome: 'sent'; reply: string }
  /** `code`: SMTP reply code, null where the talk broke off. `status`: enhanced code (RFC 3463), or `4.0.0`/`5.0.0` where the relay gave none. */
  | { outcome: 'temporary' | 'permanent'; code: number | null; status: string; reply: string }
  /** The relay itself could not be used: no connection, no greeting, no TLS, no log-in. Says nothing about the recipient. */
  | { outcome: 'unreachable'; reply: string }

/** Rows and logs keep this much. */
const longestReply = 300

/**
 * The relay's answer to a command about a message.
 * @param reply all lines of it; those of 2yz are not for here
 */
export function resultOfReply(reply: string, recipient: string): Sent {
  const code = Number(/^\d{3}/.exec(reply)?.[0] ?? Number.NaN)
  const text = maskedReply(reply, recipient)
  if (Number.isNaN(code)) return { outcome: 'temporary', code: null, status: '4.5.0', reply: text }
  const permanent = code >= 500
  // RFC 2034 §4: the enhanced code's class must agree with the reply's.
  const status = new RegExp(`^${code}[ -](${permanent ? 5 : 4}\\.\\d{1,3}\\.\\d{1,3})\\b`).exec(reply)?.[1]
  return { outcome: permanent ? 'permanent' : 'temporary', code, status: status ?? (permanent ? '5.0.0' : '4.0.0'), reply: text }
}

/** A reply without mail addresses, the recipient's local part, links and controls, in one short line. */
export function maskedReply(reply: string, recipient: string): string {
  const local = recipient.slice(0, recipient.lastIndexOf('@'))
  let text = reply.replace(/\p{Cc}+/gu, ' ').replace(/https?:\/\/\S+/gi, '<link>')
  text = text.replace(/[^\s<>()[\],;:"]+(?:@|%40)[^\s<>()[\],;:"]+/gi, '<address>')
  if (local.length >= 3)
    text = text.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${local.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')}(?![\\p{L}\\p{N}])`, 'giu'), '<name>')
  return text
    .replace(/<(<\w+>)>/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestReply)
}
