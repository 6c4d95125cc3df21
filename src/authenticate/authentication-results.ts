/** Authentication-Results of others, taken apart (RFC 8601 §2.2). Says what stands there, never whether it is to be believed. */
import { asciiDomain } from './alignment'

export interface MethodResult {
  /** Lower case, without version. */
  method: string
  result: string
  /** `header.from` → values, in order. */
  properties: Map<string, string[]>
}

export interface AuthenticationResults {
  /** Lower case. */
  id: string
  results: MethodResult[]
}

/**
 * The value of one field (or of an ARC-Authentication-Results after its `i=n;`); null for any other grammar or version.
 * Comments count for nothing and quoted strings are one word, so `reason="x; dmarc=pass"` says nothing of DMARC.
 */
export function parseAuthenticationResults(value: string): AuthenticationResults | null {
  const plain = withoutCommentsAndQuotes(value)
  if (plain === null) return null
  const [head = '', ...rest] = plain.text.split(';')
  const [id, version, ...more] = words(head)
  if (id === undefined || id.includes('=') || more.length > 0 || (version !== undefined && version !== '1')) return null
  const results: MethodResult[] = []
  for (const part of rest) {
    const pieces = words(part)
    if (pieces.length === 0 || (pieces.length === 1 && pieces[0]?.toLowerCase() === 'none')) continue
    const result = methodResultOf(pieces, plain.quotes)
    if (result === null) return null
    results.push(result)
  }
  return { id: unquoted(id, plain.quotes).toLowerCase(), results }
}

function methodResultOf(pieces: string[], quotes: string[]): MethodResult | null {
  const pairs = pieces.map((piece) => [piece.slice(0, Math.max(0, piece.indexOf('='))).toLowerCase(), piece.slice(piece.indexOf('=') + 1)] as const)
  const [first, ...others] = pairs
  if (first === undefined || pairs.some(([name]) => name === '')) return null
  const properties = new Map<string, string[]>()
  for (const [name, value] of others) properties.set(name, [...(properties.get(name) ?? []), unquoted(value, quotes)])
  const [method = '', version] = first[0].split('/')
  return version !== undefined && version !== '1' ? null : { method, result: first[1].toLowerCase(), properties }
}

const words = (text: string): string[] =>
  text
    .replace(/\s*=\s*/g, '=')
    .split(/\s+/)
    .filter((word) => word !== '')

// A quoted string becomes its number between these; the characters themselves never stand in a field we read.
const mark = '\u0001'
const unquoted = (text: string, quotes: string[]): string => text.replace(/\u0001(\d+)\u0001/g, (_, index: string) => quotes[Number(index)] ?? '')

/** null: something is not closed, or holds controls. */
function withoutCommentsAndQuotes(value: string): { text: string; quotes: string[] } | null {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value)) return null
  const quotes: string[] = []
  let text = ''
  let depth = 0
  let quoted: string | null = null
  for (let at = 0; at < value.length; at += 1) {
    const sign = value[at] ?? ''
    if (quoted !== null) {
      if (sign === '\\') quoted += value[(at += 1)] ?? ''
      else if (sign === '"') {
        text += `${mark}${quotes.push(quoted) - 1}${mark}`
        quoted = null
      } else quoted += sign
    } else if (depth > 0 && sign === '\\') at += 1
    else if (sign === '(') depth += 1
    else if (sign === ')') {
      if (depth === 0) return null
      depth -= 1
      if (depth === 0) text += ' '
    } else if (depth > 0) continue
    else if (sign === '"') quoted = ''
    else text += sign
  }
  return quoted !== null || depth > 0 ? null : { text, quotes }
}

/** What a trusted issuer says of DMARC for this author: `pass` only for one clear word about that very domain; null where it does not speak of DMARC. */
export function dmarcWordOf(results: AuthenticationResults, fromDomain: string): 'pass' | 'other' | null {
  const said = results.results.filter((result) => result.method === 'dmarc')
  const only = said[0]
  if (only === undefined) return null
  const about = only.properties.get('header.from') ?? []
  return said.length === 1 && only.result === 'pass' && about.length === 1 && asciiDomain(about[0] ?? '') === fromDomain ? 'pass' : 'other'
}
