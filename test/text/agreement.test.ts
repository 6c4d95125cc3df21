/** What stands in two places agrees: mails and templates, keys of data and words, the two languages, the two parts. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Standing } from '../../src/school/standing'
import type { DoneData, PageVerdict, RefusedReason, TemplateName } from '../../src/text/mails'
import type { Words } from '../../src/text/phrases'
import { templateNames, templateOf } from '../../src/text/template'
import { templateFolder } from '../../src/text/template-files'
import { replyAddress, renderOf, templates, visibleOf } from './rendered'
import { full, minimal } from './samples'

const keysOf = <Key extends string>(keys: Record<Key, 0>): Key[] => Object.keys(keys) as Key[]
const verdicts = keysOf<PageVerdict>({
  good: 0,
  blurry: 0,
  dark: 0,
  overexposed: 0,
  small: 0,
  'cut-off': 0,
  'not-a-page': 0,
  typed: 0,
  document: 0,
  unreadable: 0,
})
const standings = keysOf<Standing>({ submitted: 0, late: 0, missing: 0, open: 0, question: 0, unreachable: 0, excused: 0, absent: 0 })
const reasons = keysOf<RefusedReason>({
  'not-your-class': 0,
  'class-only-for-teachers': 0,
  'assignment-closed': 0,
  'assignment-cancelled': 0,
  'assignment-unknown': 0,
  'empty-mail': 0,
  'command-unclear': 0,
  'command-not-available': 0,
  'text-is-no-command': 0,
  'unknown-group-name': 0,
  'bundle-nothing': 0,
  'bundle-nothing-new': 0,
  'date-unclear': 0,
  'name-unclear': 0,
  'correction-not-recognised': 0,
  'correction-elsewhere': 0,
  'nothing-to-return': 0,
  'pdf-locked': 0,
  'pdf-damaged': 0,
  'too-many-pages': 0,
  'roster-refused': 0,
})
const deeds = keysOf<DoneData['done']>({
  extended: 0,
  closed: 0,
  reopened: 0,
  cancelled: 0,
  reminded: 0,
  'digest-stopped': 0,
  'digest-resumed': 0,
  'reminders-stopped': 0,
  'reminders-resumed': 0,
})
const incidents = ['relay-unreachable', 'relay-refuses-all', 'disk-full', 'forgery-denied', 'other']
const setAside = ['duplicate', 'unsupported', 'dangerous', 'too-many', 'other']
const groups: Record<string, string[]> = {
  verdict: verdicts,
  verdictIs: verdicts,
  advice: verdicts,
  standing: standings,
  refused: reasons,
  refusedSubject: reasons,
  refusedNext: reasons,
  doneSubject: deeds,
  incident: incidents,
  incidentNext: incidents,
  setAside,
}
const locales = ['fr', 'en'] as const
const each = locales.flatMap((locale) => templateNames.map((name) => [locale, name] as const))
const sourceOf = (locale: string, name: string): string => readFileSync(join(templateFolder, locale, `${name}.md`), 'utf8')

test.each(locales)('%s has a template for every mail, and no other', (locale) => {
  const names = readdirSync(join(templateFolder, locale)).flatMap((file) => (file.endsWith('.md') ? [file.slice(0, -3)] : []))
  expect(names.sort()).toEqual([...templateNames].sort())
})

test.each(locales)('%s has words for every key of the data', (locale) => {
  const words: Words = templates.words[locale]
  const missing = Object.entries(groups).flatMap(([group, keys]) => keys.filter((key) => words[group]?.[key] === undefined).map((key) => `${group}.${key}`))
  expect(missing).toEqual([])
})

test('both languages have the same words', () => {
  const keys = (words: Words): string[] => Object.entries(words).flatMap(([group, entries]) => Object.keys(entries).map((key) => `${group}.${key}`))
  expect(keys(templates.words.fr)).toEqual(keys(templates.words.en))
})

test.each(each)('%s %s takes full data, minimal data and no reply address', (locale, name) => {
  for (const data of [full[name], minimal[name]])
    for (const canReply of [true, false]) {
      const { subject, text, html } = renderOf(name, data as never, locale, canReply)
      expect(subject.trim()).not.toBe('')
      for (const part of [subject, text, html]) expect(part).not.toMatch(/undefined|\[object|NaN|\{\{|[\uE000\uE001]|\*\*/u)
      expect(text).not.toMatch(/^#|null/mu)
      expect(text).not.toMatch(/\n{3}|[ \t]{2}\S| [.,]/u)
      expect(html).toMatch(/<h1 /u)
      expect(html.match(/<h1 /gu)).toHaveLength(1)
      expect(html).toContain(`<html lang="${locale}">`)
      expect(html.length).toBeLessThan(100_000)
      expect(html).not.toMatch(/<img(?! class="line" src="cid:)|src="(?!cid:)|https?:/u)
    }
})

test.each(each)('%s %s says the same in both parts', (locale, name) => {
  const words = (text: string): string =>
    text
      .replace(/^-- $/gmu, '')
      .replace(/^> ?/gmu, '')
      .replace(/^- /gmu, '')
      .replace(/\s+–\s+/gu, ' ')
      .replace(/\s+/gu, ' ')
      .trim()
  const { text, html } = renderOf(name, full[name] as never, locale)
  expect(words(visibleOf(html).replace(/–/gu, ' '))).toBe(words(text.replace(/–/gu, ' ')))
})

test.each(each)('%s %s offers only commands that exist', (locale, name) => {
  const known =
    locale === 'fr'
      ? [
          'COPIES',
          'COPIES RECTO',
          'COPIES SÉPARÉES',
          'COPIES ANONYMES',
          'COPIES NOUVELLES',
          'ÉTAT',
          'ÉCHÉANCE',
          'REPORTER',
          'CLORE',
          'ROUVRIR',
          'RELANCER',
          'ANNULER',
          'POURQUOI',
          'AIDE',
          'RENVOYER LE SUJET',
          'FINI',
          'STOP',
          'REPRENDRE',
          'RENDRE',
          'ATTENDRE',
          'OK',
          'NON',
        ]
      : [
          'COPIES',
          ...['SIMPLEX', 'SEPARATE', 'ANONYMOUS', 'NEW'].map((word) => `COPIES ${word}`),
          'STATUS',
          'EXTEND',
          'CLOSE',
          'REOPEN',
          'REMIND',
          'CANCEL',
          'WHY',
          'HELP',
          'SEND AGAIN',
          'DONE',
          'STOP',
          'RESUME',
          'OK',
          'NO',
          'RETURN',
          'WAIT',
        ]
  const offered = [...sourceOf(locale, name).matchAll(/\{\{action "([^"]+)"/gu)].map((match) => match[1] ?? '')
  expect(offered.filter((command) => !known.includes(command))).toEqual([])
})

test('an action is a link that writes the command to the reply address, and its words stand there', () => {
  const { html, text } = renderOf('bundle', full.bundle)
  expect(html).toContain(`href="mailto:${replyAddress}?subject=RELANCER&amp;body=RELANCER">RELANCER</a>`)
  expect(text).toContain('- RELANCER')
  expect(html).toContain('?subject=%C3%89TAT&amp;body=%C3%89TAT')
  expect(renderOf('bundle', full.bundle, 'fr', false).html).toContain('<strong>RELANCER</strong>')
  expect(renderOf('bundle', full.bundle, 'fr', false).html).not.toContain('mailto:')
})

test.each(locales.flatMap((locale) => reasons.map((reason) => [locale, reason] as const)))(
  '%s refuses for %s with a reason and what to do',
  (locale, reason) => {
    for (const toStudent of [true, false]) {
      const { subject, text } = renderOf('refused', { ...full.refused, reason, toStudent, class: '3B', detail: 'Zoé' }, locale)
      expect(subject).not.toContain('{')
      expect(text).not.toContain('{')
      if (locale === 'fr' && toStudent && templates.words.fr.refused?.[reason] instanceof Object) expect(text).not.toMatch(/\bvous\b|\bvotre\b/iu)
    }
  },
)

test.each([
  ['without a subject', 'Hello'],
  ['with a helper nobody knows', '---\nsubject: a\n---\n{{shout title}}'],
  ['with an unclosed block', '---\nsubject: a\n---\n{{#if title}}'],
  ['with a sign of ours', '---\nsubject: a\n---\n\uE000'],
])('a template %s is refused when it is loaded', (_what, source) => {
  expect(() => templateOf(source)).toThrow()
})

test('pupils are said tu, adults vous', () => {
  const names: TemplateName[] = ['assignment', 'reminder', 'receipt', 'no-page-found', 'answer', 'returned-copy', 'change-notice']
  for (const name of names) {
    const data = { ...full[name], ...('words' in full[name] ? { words: 'x' } : {}), ...('answer' in full[name] ? { answer: 'x' } : {}) }
    expect(renderOf(name, data as never).text).not.toMatch(/\b(?:vous|votre|vos|\p{L}+ez)\b/iu)
    expect(renderOf(name, { ...data, toGuardian: true } as never).text).not.toMatch(/(?<!\p{L})(?:tu|ton|ta|tes|toi)(?!\p{L})/iu)
  }
})
