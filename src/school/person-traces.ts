/** The words that name a person, found and struck out in texts. Pure. A single name is too common a word to be looked for. */

export interface PersonTraces {
  /** The text names one of the people or holds an address of theirs. */
  isIn(text: string): boolean
  /** The same text (NFC) with every such place struck out. */
  strike(text: string): string
}

/** What stands where a name or an address stood. */
export const struck = '***'

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')
const wordsIn = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

interface Trace {
  /** All of them stand in a text that holds the form. */
  words: string[]
  pattern: string
}

/** "Zoé Martin" → also "Martin Zoé", however spaced and in whatever case. */
function formsOf(name: string): Trace[] {
  const parts = name.normalize('NFC').trim().split(/\s+/u)
  if (parts.length < 2) return []
  const forms = [parts, [...parts.slice(1), parts[0] ?? ''], [parts.at(-1) ?? '', ...parts.slice(0, -1)]]
  const patterns = new Set(forms.map((form) => form.map(escaped).join('[\\s,\\u00a0_]+')))
  return [...patterns].map((pattern) => ({ words: wordsIn(name.normalize('NFC')), pattern }))
}

/** Whole words only: "Li Na" is not in "Li Nadal", nor `zoe@a.example` in `mazoe@a.example`. Made for a whole school: only who can stand in a text is looked for. */
export function tracesOf(people: { name: string; address: string | null }[]): PersonTraces {
  const traces = people.flatMap(({ name, address }) => [
    ...formsOf(name),
    ...(address === null ? [] : [{ words: wordsIn(address.normalize('NFC')), pattern: escaped(address.normalize('NFC')) }]),
  ])
  const patternFor = (text: string): RegExp | null => {
    const words = new Set(wordsIn(text))
    const possible = traces.filter((trace) => trace.words.every((word) => words.has(word))).map((trace) => trace.pattern)
    if (possible.length === 0) return null
    // Longest first, so that of two names, one inside the other, the longer is struck out whole.
    return new RegExp(`(?<![\\p{L}\\p{N}])(?:${possible.sort((a, b) => b.length - a.length).join('|')})(?![\\p{L}\\p{N}])`, 'giu')
  }
  return {
    isIn(text) {
      const composed = text.normalize('NFC')
      return patternFor(composed)?.test(composed) ?? false
    },
    strike(text) {
      const composed = text.normalize('NFC')
      const pattern = patternFor(composed)
      return pattern === null ? composed : composed.replace(pattern, struck)
    },
  }
}

/** Every string inside a value of JSON, changed by `change`; keys stay. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, change))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapStrings(one, change)]))
  return value
}
