/** The words that name a person, found and struck out in texts. Pure. A single name is too common a word to be looked for. */

export interface PersonTraces {
  /** The text names the person or holds the address. */
  isIn(text: string): boolean
  /** The same text with every such place struck out. */
  strike(text: string): string
}

/** What stands where a name or an address stood. */
export const struck = '***'

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')

/** "Zoé Martin" → also "Martin Zoé", however spaced and in whatever case. */
function formsOf(name: string): string[] {
  const words = name.normalize('NFC').trim().split(/\s+/u)
  if (words.length < 2) return []
  const forms = [words, [...words.slice(1), words[0] ?? ''], [words.at(-1) ?? '', ...words.slice(0, -1)]]
  return [...new Set(forms.map((form) => form.map(escaped).join('[\\s,\\u00a0_]+')))]
}

/** Whole words only: "Li Na" is not in "Li Nadal", nor `zoe@a.example` in `mazoe@a.example`. */
export function tracesOf(people: { name: string; address: string | null }[]): PersonTraces {
  const forms = people.flatMap(({ name, address }) => [...formsOf(name), ...(address === null ? [] : [escaped(address.normalize('NFC'))])])
  // Longest first, so that of two names, one inside the other, the longer is struck out whole.
  const pattern = [...new Set(forms)].sort((a, b) => b.length - a.length).join('|')
  const all = new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, 'giu')
  if (pattern === '') return { isIn: () => false, strike: (text) => text }
  return {
    isIn: (text) => text.normalize('NFC').search(all) >= 0,
    strike: (text) => text.normalize('NFC').replace(all, struck),
  }
}

/** Every string inside a value of JSON, changed by `change`; keys stay. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, change))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapStrings(one, change)]))
  return value
}
