import type { PersonId } from '../../src/school/people'
import { titleOf } from '../../src/understand/what-title'
import { audienceOf, studentsNamed } from '../../src/understand/which-students'

test.each([
  ['the subject', 'Théorème de Thalès', 'x', 'Théorème de Thalès'],
  ['without Re: and class', 'Re: TR : [3B] Théorème de Thalès', 'x', 'Théorème de Thalès'],
  ['an empty subject: the first sentence', '', 'Bonjour à tous,\n\nFaites les exercices 3 et 4. Merci.', 'Faites les exercices 3 et 4'],
  ['only "Re:"', 'Re:', 'Lire le chapitre 2', 'Lire le chapitre 2'],
  ['a copier’s subject', 'Scanned from a Copier', 'La carte des climats', 'La carte des climats'],
  ['greeting and sentence on one line', '', 'Bonjour, lire le chapitre 2.', 'lire le chapitre 2'],
  [
    'a long sentence is cut at a word',
    '',
    'Rédigez un texte argumenté sur la place des femmes dans la littérature du dix-neuvième siècle',
    'Rédigez un texte argumenté sur la place des femmes dans la…',
  ],
  ['a short subject counts', 'TP', 'x', 'TP'],
  ['nothing at all', '', 'Bonjour,', null],
])('title: %s', (_story, subject, text, title) => expect(titleOf(subject, text)).toBe(title))

const students = [
  { person: 'e1' as PersonId, name: 'Zoé Martin', groups: ['g1'] },
  { person: 'e2' as PersonId, name: 'Łukasz Nowak', groups: ['g1', 'g2'] },
  { person: 'e3' as PersonId, name: 'Zoé Petit', groups: ['g2'] },
]
test.each([
  ['everybody', null, 'Exercices', { students: null, text: 'Exercices' }],
  ['a group of the address', 'G2', 'x', { students: ['e2', 'e3'], text: 'x' }],
  ['a first line', null, 'Pour : g1\nExercices', { students: ['e1', 'e2'], text: 'Exercices' }],
  ['names, in roster order', null, 'Pour : Lukasz et Zoé Martin\nExercices', { students: ['e1', 'e2'], text: 'Exercices' }],
  ['in English', null, 'For: g2\nRead', { students: ['e2', 'e3'], text: 'Read' }],
  ['an unknown name', null, 'Pour : Hugo\nx', { unknown: 'Hugo' }],
  ['a name of two', null, 'Pour : Zoé\nx', { unknown: 'Zoé' }],
  ['an unknown group', 'g9', 'x', { unknown: 'g9' }],
  ['"pour" in a sentence is no audience', null, 'Pour vendredi : exercice 3', { students: null, text: 'Pour vendredi : exercice 3' }],
])('audience: %s', (_story, group, text, audience) => expect(audienceOf(group, text, students)).toEqual(audience))

test.each([
  ['zoe martin', ['e1']],
  ['NOWAK', ['e2']],
  ['Martin Zoé', ['e1']],
  ['zoé p', ['e3']],
  ['', []],
])('the name %j', (typed, found) => expect(studentsNamed(typed, students).map((student) => student.person)).toEqual(found))
