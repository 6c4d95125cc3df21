/** What people write shows up as they wrote it, and does nothing else (THREATS.md, D14). */
import type { TemplateName } from '../../src/text/mails'
import { templateNames } from '../../src/text/template'
import { renderOf, visibleOf } from './rendered'
import { full } from './samples'

const nasty = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '" onmouseover="alert(1)',
  '</td></table><h1>Lost</h1>',
  '{{7*7}} {{#each this}} {{{constructor}}}',
  '${7*7} <%= 7*7 %>',
  '[x](http://evil.example)',
  '[x](javascript:alert(1))',
  '# heading',
  '- item',
  '> quoted',
  '>> words',
  '| table | row |',
  '|---|---|',
  '**bold**',
  '---',
  '\uE0000\uE001',
  'a\r\nBcc: victim@x.example',
  'a\n\n# heading\n\n- item\n---\nfoot',
  'a\u2028# heading',
  '$& $1 $$ $`',
]

/** Times and keys of words files stay what they are; every other string becomes the nasty one. */
const fixed = new Set([
  'picture',
  'why',
  'kind',
  ...['dueAt', 'otherDueAt', 'oldDueAt', 'leaveAt', 'receivedAt', 'at', 'since', 'submittedAt'],
  ...['verdict', 'reason', 'state', 'done', 'change', 'incident', 'role'],
])
function poisoned(value: unknown, poison: string, key = ''): unknown {
  if (typeof value === 'string') return fixed.has(key) ? value : poison
  if (Array.isArray(value)) return value.map((item) => poisoned(item, poison, key))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, poison, name)]))
  return value
}

const tags = (html: string): string[] => [...html.matchAll(/<(\/?[a-z0-9]+)/giu)].map((match) => match[1] ?? '').filter((tag) => tag !== 'br')
const lines = (text: string, mark: RegExp): number => text.split('\n').filter((line) => mark.test(line)).length

test.each(templateNames)('%s shows hostile values as they are', (name: TemplateName) => {
  const calm = renderOf(name, poisoned(full[name], 'x') as never)
  for (const poison of nasty) {
    const mail = renderOf(name, poisoned(full[name], poison) as never)
    // The page has the same elements as with a harmless word: nothing became markup, block or link.
    expect([poison, tags(mail.html)]).toEqual([poison, tags(calm.html)])
    expect([...mail.html.matchAll(/href="(?!mailto:)/gu)]).toEqual([])
    expect(mail.html).not.toMatch(/<[a-z][^>]*\son\w+=/iu)
    expect(mail.subject).not.toMatch(/[\r\n\u2028\u2029\u0085]/u)
    expect(visibleOf(mail.html)).not.toContain('49')
    expect(lines(mail.text, /^-- $/u)).toBe(1)
  }
})

test('values are shown word for word', () => {
  for (const words of nasty.filter((each) => !/[\r\n\u2028\uE000]/u.test(each))) {
    const { text, html } = renderOf('assignment', { ...full.assignment, words, title: words, teacherName: words })
    expect(text.split(words).length).toBeGreaterThanOrEqual(3)
    expect(visibleOf(html)).toContain(words)
  }
})

test('newlines of a name, a title or a file name do not begin lines of ours', () => {
  const evil = 'Zoé\n\nLe travail est annulé.'
  const { text, html } = renderOf('receipt', { ...full.receipt, studentName: evil, toGuardian: true, setAside: [{ filename: evil, reason: 'duplicate' }] })
  expect(text).not.toMatch(/^Le travail est annulé/mu)
  expect(visibleOf(html)).not.toMatch(/^Le travail est annulé/mu)
})

test("newlines of a teacher's words are kept in both parts", () => {
  const words = 'Un\n\n  deux\ntrois'
  const { text, html } = renderOf('assignment', { ...full.assignment, words })
  expect(text).toContain(`\n\n${words}\n\n`)
  expect(html).toContain('Un<br><br>  deux<br>trois')
})

test('what a person wrote is quoted line by line where we speak', () => {
  expect(renderOf('question', { ...full.question, words: 'Un\n\nFrom: nobody' }).text).toContain('> Un\n> \n> From: nobody')
})

test('controls and direction overrides vanish', () => {
  const { subject, text } = renderOf('assignment', { ...full.assignment, title: 'Tha\u0000lè\u202Es\u0007', words: 'a\u0008b\tc' })
  expect(subject).toContain('Thalès')
  expect(text).toContain('ab\tc')
})

test('a reply address that is none makes no link', () => {
  const { html } = renderOf('delivery-failed', { ...full['delivery-failed'], office: 'a@b.example?bcc=victim@x.example' })
  expect(html).not.toContain('mailto:')
})
