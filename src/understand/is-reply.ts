/** Whether a mail answers another, by its threading fields or its subject's prefix. */
import type { Message } from '../message/message'

// Prefixes of clients in the languages our families write; `TR:`/`Fwd:` are forwards and say nothing.
const answer =
  /^\s*(?:\[[^\]]{0,40}\]\s*)?(?:re|ré|rép|rep|réf|aw|antw|antwort|sv|vs|res|rif|ynt|odp|отв|回复|答复|回覆)\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]/iu

/** True when In-Reply-To, References or a `Re:` say so. */
export const isReply = (message: Message): boolean => message.inReplyTo.length > 0 || message.references.length > 0 || answer.test(message.subject)

/** In-Reply-To, then References from the newest, without doubles. */
export const threadIdsOf = (message: Message): string[] => [...new Set([...message.inReplyTo, ...message.references.toReversed()])]
