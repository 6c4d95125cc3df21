/** What the fields of a head say: ids, dates, subjects, media types. Pure readings of one value each. */
import { decodeWords } from './decode-words'
import { limits } from './limits'

/** Message-IDs in order, with angle brackets, at most `limits.references`; bare `a@b` words count where no bracket stands (old clients). */
export function messageIdsOf(value: string): string[] {
  const bracketed = value.slice(0, 100_000).match(/<[^<>\s]{1,900}>/g) ?? []
  const ids = bracketed.length > 0 ? bracketed : (value.slice(0, 100_000).match(/[^\s<>()",;]{1,400}@[^\s<>()",;]{1,400}/g) ?? []).map((id) => `<${id}>`)
  // RFC 5322 §3.6.4: the oldest comes first; the newest are worth more.
  return ids.slice(-limits.references)
}

/** A Date field, or null when it cannot be read or is no time of mail (before 1970, after 2200). */
export function dateOf(value: string | null): Date | null {
  if (value === null) return null
  const bare = value
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const date = new Date(bare)
  const year = date.getUTCFullYear()
  return Number.isNaN(date.getTime()) || year < 1970 || year > 2200 ? null : date
}

export const subjectOf = (value: string | null): string =>
  decodeWords(value ?? '')
    .replace(/\s+/g, ' ')
    .trim()

/** Type and parameters of a Content-Type value; quoted strings, no RFC 2231 (nothing we ask for uses it). */
export function contentTypeOf(value: string | null): { type: string; params: Record<string, string> } {
  const type = /^\s*([\w.+-]+\/[\w.+-]+)/.exec(value ?? '')?.[1]?.toLowerCase() ?? 'text/plain'
  const params: Record<string, string> = Object.create(null) as Record<string, string>
  for (const match of (value ?? '').slice(0, 4000).matchAll(/;\s*([\w-]{1,40})\s*=\s*(?:"([^"]{0,500})"|([^\s;"]{1,500}))/g)) {
    params[(match[1] ?? '').toLowerCase()] = match[2] ?? match[3] ?? ''
  }
  return { type, params: { ...params } }
}
