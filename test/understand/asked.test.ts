/** What is asked rather than guessed, and what a few words beside a photo say. */
import { otherDueOf } from '../../src/understand/late-night'
import { dueIn } from '../../src/understand/when-due'
import { whichPage } from '../../src/understand/which-page'

test.each([
  ['2020-03-17T00:20:00+01:00', 'Exercice 3 pour demain', '2020-03-18T23:59:00+01:00', '2020-03-17T23:59:00+01:00'],
  ['2020-03-17T00:20:00+01:00', 'À rendre demain à 18h', '2020-03-18T18:00:00+01:00', '2020-03-17T18:00:00+01:00'],
  ['2020-03-17T04:59:00+01:00', 'Hand it in by tomorrow 5pm', '2020-03-18T17:00:00+01:00', '2020-03-17T17:00:00+01:00'],
  ['2020-03-17T00:20:00+01:00', 'À rendre pour après-demain', '2020-03-19T23:59:00+01:00', '2020-03-18T23:59:00+01:00'],
  ['2020-03-17T00:20:00+01:00', 'Pour vendredi', '2020-03-20T23:59:00+01:00', null],
  ['2020-03-17T07:00:00+01:00', 'Exercice 3 pour demain', '2020-03-18T23:59:00+01:00', null],
  ['2020-03-16T23:50:00+01:00', 'Exercice 3 pour demain', '2020-03-17T23:59:00+01:00', null],
])('at %s, %s', (now, text, due, other) => {
  const context = { now: new Date(now), timezone: 'Europe/Paris', locale: 'fr' as const }
  const found = dueIn(text, context)
  expect(found?.due).toEqual(new Date(due))
  expect(found && otherDueOf(found, context)).toEqual(other === null ? null : new Date(other))
})

test.each([
  ['Pour la rentrée : exercice 3', '2020-04-03T10:00:00+02:00', '2020-04-20T23:59:00+02:00'],
  ['À rendre à la rentrée, avant 18h', '2020-04-10T10:00:00+02:00', '2020-04-20T18:00:00+02:00'],
  ['Pour la rentrée', '2020-05-04T10:00:00+02:00', null],
])('%s, written %s with the school’s calendar', (text, now, due) => {
  const day = (date: string): Date => new Date(`${date}T00:00:00+02:00`)
  const holidays = [
    { from: day('2020-04-13'), to: day('2020-04-14') },
    { from: day('2020-04-04'), to: day('2020-04-20') },
  ]
  const context = { now: new Date(now), timezone: 'Europe/Paris', locale: 'fr' as const }
  expect(dueIn(text, { ...context, holidays })?.due ?? null).toEqual(due === null ? null : new Date(due))
  expect(dueIn(text, context)).toBeNull()
})

test.each([
  ['Voici la page 2', 'Re: Maths', 1, 2],
  ['page 2', 'Re: Maths', 1, 2],
  ['Je refais la page 3, elle était floue.\nZoé', 'Re: Maths', 1, 3],
  ['Here is page 2 again', 'Re: Maths', 1, 2],
  ['', 'Page 2', 1, 2],
  ['', 'Re: Page 2 !', 1, 2],
  ['p. 4 refaite', '', 1, 4],
  ['', 'Re: Maths – exercices page 12 (K7Q2)', 1, null],
  ['Voici les pages', '', 1, null],
  ['page 2', '', 2, null],
  ['page 2', '', 0, null],
  ['page 1 et page 2', '', 1, null],
  ["J'ai fait l'exercice 3 page 87", '', 1, null],
  ['page 87 du livre', '', 1, null],
  ['page 0', '', 1, null],
  ['page 123', '', 1, null],
])('%j with the subject %j and %d photos is for page %s', (text, subject, photos, page) => {
  expect(whichPage(text, subject, photos)).toBe(page)
})
