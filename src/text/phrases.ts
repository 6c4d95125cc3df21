/** What templates can say beside plain values: dates, counts, sizes, lists, words of the words file, actions. Every value they return is hidden again. */
import Handlebars from 'handlebars'
import { firstNameOf, type Locale } from '../school/people'
import { dateAndHour, hourOnly, shortDate } from './school-time'
import type { Values } from './values'

/** A word, or how it is said to a pupil (tu) and to an adult (vous). `{name}` stands for a value. */
export type Word = string | { tu: string; vous: string }
/** Groups of words, by key of the data. `other` answers for keys a group does not know. */
export type Words = Record<string, Record<string, Word>>

/** What one mail is rendered with; reaches the helpers as Handlebars data. */
export interface Phrasing {
  values: Values
  words: Words
  locale: Locale
  timezone: string
  /** The reader is a pupil. */
  tu: boolean
  replyAddress: string | null
}

const space = '\u00A0'
const plainAddress = /^[^\s<>@"?&]+@[^\s<>@"?&]+$/u

type Options = Handlebars.HelperOptions
const phrasingOf = (options: Options): Phrasing => (options.data as { phrasing: Phrasing }).phrasing
const lengthOf = (count: unknown): number => (Array.isArray(count) ? count.length : typeof count === 'number' ? count : 0)
const asText = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '')
const revealed = (value: unknown, options: Options): string => phrasingOf(options).values.reveal(asText(value))

const formOf = (count: unknown, one: string, other: string, options: Options): string =>
  // French counts nought as one.
  (phrasingOf(options).locale === 'fr' ? lengthOf(count) < 2 : lengthOf(count) === 1) ? one : other

/** "1,2 Mo", "340 ko"; "1.2 MB", "340 KB". Thousands, as shops and phones count. */
export function sizeIn(bytes: number, locale: Locale): string {
  const [value, unit] = bytes < 999_500 ? [Math.max(1, Math.round(bytes / 1000)), 'k'] : [Math.round(bytes / 100_000) / 10, 'M']
  return locale === 'fr' ? `${String(value).replace('.', ',')}${space}${unit}o` : `${value}${space}${unit.toUpperCase()}B`
}

/** RFC 6068: subject and body hold the command, so that it counts wherever the mail program leaves it. Null: no address to write to. */
export function mailtoOf(address: string | null, command: string): string | null {
  if (address === null || !plainAddress.test(address)) return null
  const [local = '', domain = ''] = address.split('@')
  const to = `${encodeURIComponent(local)}@${encodeURIComponent(domain)}`
  return command === '' ? `mailto:${to}` : `mailto:${to}?subject=${encodeURIComponent(command)}&body=${encodeURIComponent(command)}`
}

function wordOf(group: string, key: string, options: Options): string {
  const { words, tu } = phrasingOf(options)
  const word = words[group]?.[key] ?? words[group]?.other
  if (word === undefined) throw new Error(`the words file has no ${group}.${key}`)
  const said = typeof word === 'string' ? word : tu ? word.tu : word.vous
  return said.replace(/\{(\w+)\}/gu, (_whole, name: string) => asText((options.hash as Record<string, unknown>)[name]))
}

function listOf(items: unknown, options: Options): string {
  const texts = Array.isArray(items) ? items.map(asText).filter((text) => text !== '') : []
  const last = texts.pop()
  return last === undefined ? '' : texts.length === 0 ? last : `${texts.join(', ')}${wordOf('join', 'and', options)}${last}`
}

const chosen = (list: unknown, key: string, wanted: unknown, options: Options): unknown[] => {
  const values = typeof wanted === 'string' ? wanted.split(' ') : [asText(wanted)]
  return Array.isArray(list) ? list.filter((item) => values.includes(revealed((item as Record<string, unknown>)[key], options))) : []
}

type Helper = (...given: never[]) => unknown

const helpers: Record<string, Helper> = {
  /** {{date dueAt}}, {{shortDate dueAt}}, {{hour dueAt}} */
  date: (iso: unknown, options: Options) => timed(dateAndHour, iso, options),
  shortDate: (iso: unknown, options: Options) => timed(shortDate, iso, options),
  hour: (iso: unknown, options: Options) => timed(hourOnly, iso, options),
  /** {{plural pages "page" "pages"}} → "3 pages"; a list counts its length. */
  plural: (count: unknown, one: string, other: string, options: Options) => `${lengthOf(count)}${space}${formOf(count, one, other, options)}`,
  /** {{agree pages "lisible" "lisibles"}}: the word alone. */
  agree: formOf,
  count: (list: unknown) => lengthOf(list),
  size: (bytes: number, options: Options) => sizeIn(bytes, phrasingOf(options).locale),
  first: (name: unknown, options: Options) => phrasingOf(options).values.hide(firstNameOf(revealed(name, options))),
  /** French "de Zoé", "d'Emma"; of a list, the first name decides. */
  of: (name: unknown, options: Options) => {
    const first = /^\uE000\d+\uE001/u.exec(asText(name))?.[0] ?? name
    return wordOf('of', /^[aeiouâàäéèêëîïôöùûüœæ]/iu.test(revealed(first, options)) ? 'elided' : 'plain', options) + asText(name)
  },
  /** "Zoé, Hugo et Anna". */
  list: listOf,
  /** {{list (pluck children "name")}} */
  pluck: (list: unknown, key: string) => (Array.isArray(list) ? list.map((item) => (item as Record<string, unknown>)[key]) : []),
  firsts: (names: unknown, options: Options) =>
    Array.isArray(names) ? names.map((name) => phrasingOf(options).values.hide(firstNameOf(revealed(name, options)))) : [],
  /** {{word "verdict" verdict}}, with values: {{word "refused" reason detail=detail}} */
  word: (group: string, key: unknown, options: Options) => wordOf(group, revealed(key, options), options),
  /** {{tv "Ta" "Votre"}}: to a pupil, to an adult. */
  tv: (tu: string, vous: string, options: Options) => (phrasingOf(options).tu ? tu : vous),
  /** {{#tu}}to a pupil{{else}}to an adult{{/tu}} */
  tu(this: unknown, options: Options) {
    return phrasingOf(options).tu ? options.fn(this) : options.inverse(this)
  },
  isOne: (count: unknown) => lengthOf(count) === 1,
  is: (value: unknown, wanted: unknown, options: Options) => asText(wanted).split(' ').includes(revealed(value, options)),
  not: (value: unknown) => value === false || value === null || value === '' || value === 0 || (Array.isArray(value) && value.length === 0),
  all: (...given: unknown[]) => given.slice(0, -1).every((value) => !isNothing(value)),
  any: (...given: unknown[]) => given.slice(0, -1).some((value) => !isNothing(value)),
  /** Items of a list whose key has one of these values: {{where pages "verdict" "good typed"}}. */
  where: chosen,
  without: (list: unknown, key: string, wanted: unknown, options: Options) => {
    const found = chosen(list, key, wanted, options)
    return Array.isArray(list) ? list.filter((item) => !found.includes(item)) : []
  },
  /** "Mathématiques – Thalès", once where the title says the subject already. */
  titled: (subject: unknown, title: unknown, options: Options) =>
    subject === null || sameStart(revealed(subject, options), revealed(title, options)) ? asText(title) : `${asText(subject)} – ${asText(title)}`,
  /** (typed "REPORTER" (shortDate dueAt)): side by side, for a command with its argument. */
  typed: (...given: unknown[]) =>
    given
      .slice(0, -1)
      .map(asText)
      .join(' ')
      .replace(/[\u00A0\u202F]/gu, ' '),
  /** {{action "RELANCER"}}: the words to type, on a link that has typed them. `prefill`: what the link types. */
  action: (command: unknown, options: Options) => {
    const { values, replyAddress } = phrasingOf(options)
    const words = revealed(command, options)
    return values.link(words, mailtoOf(replyAddress, asText((options.hash as { prefill?: unknown }).prefill) || words))
  },
  /** {{mailto office}}: an address as a link. */
  mailto: (address: unknown, options: Options) => phrasingOf(options).values.link(revealed(address, options), mailtoOf(revealed(address, options), '')),
}

const isNothing = (value: unknown): boolean =>
  value === false || value === null || value === undefined || value === '' || value === 0 || (Array.isArray(value) && value.length === 0)

function timed(say: (iso: string, locale: Locale, timezone: string) => string, iso: unknown, options: Options): string {
  const { locale, timezone } = phrasingOf(options)
  return iso === null ? '' : say(revealed(iso, options), locale, timezone)
}

/** "Maths – Thalès" says "Mathématiques" already. */
function sameStart(subject: string, title: string): boolean {
  const plain = (text: string): string =>
    text
      .normalize('NFD')
      .replace(/[^\p{L}]/gu, '')
      .toLowerCase()
      .slice(0, 4)
  return plain(title).startsWith(plain(subject))
}

export const helperNames = Object.keys(helpers)

/** An own Handlebars, so that no other part of the process can add a helper to it. */
export function phrasebook(): typeof Handlebars {
  const own = Handlebars.create()
  for (const [name, helper] of Object.entries(helpers)) own.registerHelper(name, helper as Handlebars.HelperDelegate)
  return own
}
