/** Subjects, first lines and the small words: counts, sizes, names, languages. */
import type { ReceiptData, ReceiptPage } from '../../src/text/mails'
import { sizeIn } from '../../src/text/phrases'
import { localeFor } from '../../src/text/render'
import { typeset } from '../../src/text/typeset'
import { renderOf } from './rendered'
import { full, minimal } from './samples'

const plain = (text: string): string => text.replace(/[\u00A0\u202F]/gu, ' ')
const firstLine = (text: string): string => plain(text.split('\n')[0] ?? '')
const page = (number: number, verdict: ReceiptPage['verdict'] = 'good', isNew = true): ReceiptPage => ({
  number,
  filename: null,
  verdict,
  isTurnDoubtful: false,
  isNew,
  reason: null,
  picture: null,
  fingerprint: null,
})
const receipt = (change: Partial<ReceiptData>): ReceiptData => ({ ...minimal.receipt, ...change })

test.each([
  ['a pupil', {}, '[3B] Maths – Théorème de Thalès – pour ven. 20 mars (K7Q2)', '[3B] Maths – Théorème de Thalès – due Fri 20 March (K7Q2)'],
  [
    'a guardian',
    { toGuardian: true },
    'Zoé – [3B] Maths – Théorème de Thalès – pour ven. 20 mars (K7Q2)',
    'Zoé – [3B] Maths – Théorème de Thalès – due Fri 20 March (K7Q2)',
  ],
  ['no date', { dueAt: null }, '[3B] Maths – Théorème de Thalès (K7Q2)', '[3B] Maths – Théorème de Thalès (K7Q2)'],
  [
    'a title that says the subject',
    { title: 'Maths : Thalès', subjectName: 'Mathématiques', dueAt: null },
    '[3B] Maths : Thalès (K7Q2)',
    '[3B] Maths : Thalès (K7Q2)',
  ],
])('the subject of an assignment for %s', (_who, change, fr, en) => {
  expect(renderOf('assignment', { ...full.assignment, ...change }).subject).toBe(fr)
  expect(renderOf('assignment', { ...full.assignment, ...change }, 'en').subject).toBe(en)
})

test.each<[string, Partial<ReceiptData>, string, string]>([
  [
    'all readable',
    { pages: [page(1), page(2), page(3)] },
    '✓ Reçu : 3 pages – Théorème de Thalès (K7Q2)',
    'Ton travail est arrivé : 3 pages, toutes lisibles.',
  ],
  ['one page', { pages: [page(1)] }, '✓ Reçu : 1 page – Théorème de Thalès (K7Q2)', 'Ton travail est arrivé : 1 page, bien lisible.'],
  [
    'one blurry',
    { pages: [page(1), page(2, 'blurry')] },
    'À refaire si tu peux : page 2 floue – Théorème de Thalès (K7Q2)',
    'Ton travail est arrivé : 2 pages.',
  ],
  [
    'two in trouble',
    { pages: [page(1, 'dark'), page(2, 'blurry')] },
    'À refaire si tu peux : pages 1 et 2 – Théorème de Thalès (K7Q2)',
    'Ton travail est arrivé : 2 pages.',
  ],
  ['a question alone', { question: 'Où ?' }, '✓ Question transmise – Théorème de Thalès (K7Q2)', 'Ta question est partie chez ton professeur.'],
  [
    'a question after pages',
    { question: 'Où ?', pages: [page(1, 'good', false)] },
    '✓ Question transmise – Théorème de Thalès (K7Q2)',
    'Ta question est partie chez ton professeur.',
  ],
  ['an absence', { absence: true }, '✓ Absence transmise – Théorème de Thalès (K7Q2)', 'Ton professeur est prévenu de ton absence.'],
  ['nothing made yet', { pending: 2 }, '✓ Reçu – Théorème de Thalès (K7Q2)', 'Ton envoi est bien arrivé.'],
  ['asked for by FINI', { pages: [page(1, 'good', false)] }, '✓ Reçu : 1 page – Théorème de Thalès (K7Q2)', 'Ton travail est arrivé : 1 page, bien lisible.'],
])('a receipt for %s', (_what, change, subject, line) => {
  const mail = renderOf('receipt', receipt(change))
  expect(mail.subject).toBe(subject)
  expect(firstLine(mail.text)).toBe(line)
})

test('a receipt asks about a page that may stand on its head, once, and not where a better photo is asked for anyway', () => {
  const doubtful = (number: number, verdict: ReceiptPage['verdict'] = 'good', isNew = true): ReceiptPage => ({
    ...page(number, verdict, isNew),
    isTurnDoubtful: true,
  })
  const { text } = renderOf('receipt', receipt({ pages: [page(1), doubtful(2), doubtful(3, 'blurry'), doubtful(4, 'good', false)] }))
  expect(plain(text).match(/La page \d est-elle dans le bon sens \?/gu)).toEqual(['La page 2 est-elle dans le bon sens ?'])
})

test('a receipt names both hours', () => {
  const late = plain(renderOf('receipt', receipt({ pages: [page(1)], late: true, dueAt: '2020-03-20T17:00:00Z', receivedAt: '2020-03-20T18:12:00Z' })).text)
  expect(late).toContain('En retard : arrivé vendredi 20 mars, 19 h 12, à rendre pour vendredi 20 mars, 18 h.')
})

test('somebody outside the roster gets one line, no names, no file names', () => {
  for (const locale of ['fr', 'en'] as const) {
    const { subject, text, html } = renderOf('receipt', { ...full.receipt, outcomeOnly: true }, locale)
    for (const part of [subject, text, html]) expect(part).not.toMatch(/Zoé|Thalès|IMG|3B|figure/u)
    expect(text.split('\n\n-- \n')[0]).not.toContain('\n')
    const asked = renderOf('no-page-found', { ...full['no-page-found'], outcomeOnly: true }, locale)
    for (const part of [asked.subject, asked.text, asked.html]) expect(part).not.toMatch(/Zoé|Thalès|devoir\.xyz|3B/u)
  }
})

test.each([
  [0, '0 élève', '0 students'],
  [1, '1 élève', '1 student'],
  [2, '2 élèves', '2 students'],
])('counts %s', (students, fr, en) => {
  expect(firstLine(renderOf('confirmation', { ...full.confirmation, students }).text)).toContain(`${fr} de`)
  expect(firstLine(renderOf('confirmation', { ...full.confirmation, students }, 'en').text)).toContain(`${en} of`)
})

test.each([
  [1, '1 ko', '1 KB'],
  [38_400, '38 ko', '38 KB'],
  [999_600, '1 Mo', '1 MB'],
  [1_240_000, '1,2 Mo', '1.2 MB'],
  [25_000_000, '25 Mo', '25 MB'],
])('%s bytes', (bytes, fr, en) => {
  expect(plain(sizeIn(bytes, 'fr'))).toBe(fr)
  expect(plain(sizeIn(bytes, 'en'))).toBe(en)
})

test.each([
  ['Emma Petit', 'd’Emma'],
  ['Élise Roy', 'd’Élise'],
  ['Zoé Martin', 'de Zoé'],
  ['Yanis Ba', 'de Yanis'],
])('the work of %s', (studentName, said) => {
  expect(firstLine(renderOf('reminder', { ...full.reminder, studentName, toGuardian: true }).text)).toBe(`Rappel : le travail ${said} n’est pas encore arrivé`)
})

test('French signs keep their narrow space, apostrophes are curled', () => {
  expect(typeset("Reçu : l'école ? « Oui » ; non !", 'fr')).toBe('Reçu\u202F: l’école\u202F? «\u202FOui\u202F»\u202F; non\u202F!')
  expect(typeset("It's due: now", 'en')).toBe('It’s due: now')
})

test.each([
  ['fr', 'fr'],
  ['fr-BE', 'fr'],
  ['EN_gb', 'en'],
  ['ar', 'en'],
  ['', 'en'],
  [null, 'en'],
] as const)('language %s is written in %s', (language, locale) => {
  expect(localeFor(language, 'en')).toBe(locale)
})

test('a very long title does not make a very long subject', () => {
  const { subject } = renderOf('assignment', { ...full.assignment, title: 'x'.repeat(5000) })
  expect(subject.length).toBeLessThan(250)
  expect(subject).toMatch(/… – pour ven\. 20 mars \(K7Q2\)$/u)
})
