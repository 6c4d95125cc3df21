/** What an SMTP peer hears of a fault. The words and codes are those of the fault table; nothing of the peer's own input is ever repeated. */
import { Fault } from '../errors'

export interface SmtpReply {
  code: number
  /** Begins with the enhanced status code (RFC 2034 §4). */
  text: string
}

/**
 * Unknown errors, and faults that have no reply, are temporary: 451 4.3.0.
 * Replies are ASCII (RFC 5321 §4.2): accents are taken off.
 */
export function replyFor(error: unknown): SmtpReply {
  const fault = error instanceof Fault && error.reply !== undefined ? error : new Fault('store-busy')
  return { code: fault.reply ?? 451, text: `${fault.enhanced ?? '4.3.0'} ${asciiOf(fault.say)}` }
}

/** The form in which the listener's package takes a reply. */
export const replyError = ({ code, text }: SmtpReply): Error & { responseCode: number } => Object.assign(new Error(text), { responseCode: code })

/** « Répondez à l'été » → "Repondez a l'ete". What has no ASCII form becomes a question mark. */
export const asciiOf = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[’‘]/g, "'")
    .replace(/[^\x20-\x7e]/g, '?')
