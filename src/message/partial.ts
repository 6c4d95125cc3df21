/** Mails that were split on their way (message/partial, RFC 2046 §5.2.2): which part one is, and the whole again. */
import { type ByteSource, sourceFrom } from './byte-source'
import { contentTypeOf } from './head-values'
import { splitHead, valueOf } from './split-head'

export interface PartOfMail {
  /** The same in all parts. */
  id: string
  /** From 1. */
  number: number
  /** Null: only a later part says it. */
  total: number | null
}

/** More parts than a copier ever makes are none. */
const mostParts = 200

/** Null: the mail is no part of another. */
export function partialOf({ type, params }: { type: string; params: Record<string, string> }): PartOfMail | null {
  const number = Number(params.number)
  const total = params.total === undefined ? null : Number(params.total)
  if (type !== 'message/partial' || !params.id || !Number.isInteger(number) || number < 1 || number > mostParts) return null
  return { id: params.id, number, total: total !== null && Number.isInteger(total) && total >= number && total <= mostParts ? total : null }
}

/** Which part the message at this place is. */
export const partialAt = (source: ByteSource): PartOfMail | null => partialOf(contentTypeOf(valueOf(splitHead(source), 'content-type')))

/** Every part once and in order, or null while some are missing. Of two with one number the first counts. */
export function allParts<T extends { partial: PartOfMail }>(parts: T[]): T[] | null {
  const total = parts.map(({ partial }) => partial.total).find((count) => count !== null)
  if (total === undefined || total === null) return null
  const byNumber = parts.toReversed().reduce((map, part) => map.set(part.partial.number, part), new Map<number, T>())
  const all = Array.from({ length: total }, (_, at) => byNumber.get(at + 1))
  return all.every((part) => part !== undefined) ? all : null
}

const isInner = (name: string): boolean => name.startsWith('content-') || ['subject', 'message-id', 'encrypted', 'mime-version'].includes(name)

/**
 * The message the parts were cut from, in pieces. RFC 2046 §5.2.2.1: the fields of the first part's own head but those that describe it, then those of
 * the head inside it that describe the whole; then the bodies, one behind the other.
 */
export function* joined(parts: ByteSource[]): Generator<{ source: ByteSource; start: number; end: number } | { text: string }> {
  for (const [at, part] of parts.entries()) {
    const head = splitHead(part)
    let start = head.bodyStart
    if (at === 0) {
      const inner = splitHead(sourceFrom(part, start))
      const fields = [...head.fields.filter(({ name }) => !isInner(name)), ...inner.fields.filter(({ name }) => isInner(name))]
      yield { text: `${fields.map(({ raw }) => raw).join('\r\n')}\r\n\r\n` }
      start += inner.bodyStart
    }
    yield { source: part, start, end: part.size }
  }
}
