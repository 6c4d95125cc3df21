import type { PersonId } from '../../src/school/people'
import { looksLikeRemarks, remarksIn } from '../../src/understand/which-remarks'

const students = [
  ['zoe', 'Zoé Martin'],
  ['hugo', 'Hugo Martin'],
  ['hugo2', 'Hugo Petit'],
  ['lea', 'Léa Bernard'],
  ['jp', 'Jean-Paul Le Goff'],
  ['lukasz', 'Łukasz Nowak'],
  ['zelie', 'Zélie Roux'],
].map(([person = '', name = '']) => ({ person: person as PersonId, name }))

/** "zoe 15/20 (bien)": who, mark, words; "? name: candidates" for what is to be asked. */
const told = (text: string): string[] => {
  const { remarks, unclear } = remarksIn(text, students)
  return [
    ...remarks.map(({ student, mark, words }) => [student, mark, words === '' ? null : `(${words})`].filter((part) => part !== null).join(' ')),
    ...unclear.map(({ name, candidates }) => `? ${name}${candidates.length > 0 ? `: ${candidates.join(', ')}` : ''}`),
  ]
}

test.each([
  ['Zoé : 15/20, bien', ['zoe 15/20 (bien)']],
  ['Zoé: 15 / 20', ['zoe 15/20']],
  ['zoe 15,5/20 très bon travail', ['zoe 15,5/20 (très bon travail)']],
  ['Martin Hugo 12', ['hugo 12']],
  ['MARTIN Zoé 12 bien', ['zoe 12 (bien)']],
  ['Z. Martin – 8,5/20', ['zoe 8,5/20']],
  ['Bernard L. : 14', ['lea 14']],
  ['Zoé M. = 16 sur 20 ; bravo', ['zoe 16/20 (bravo)']],
  ['- Léa : revoir la conclusion.', ['lea (revoir la conclusion.)']],
  ['• Jean Paul : B+', ['jp B+']],
  ['3. Lukasz Nowak: 13.5 good work', ['lukasz 13.5 (good work)']],
  ['Léa Bernard\t15\tbien, à poursuivre', ['lea 15 (bien, à poursuivre)']],
  ['| Zélie Roux | 11/20 | attention aux unités |', ['zelie 11/20 (attention aux unités)']],
  ['Le Goff   17/20   excellent', ['jp 17/20 (excellent)']],
  ['Zoé 15, Léa 12,5 ; Lukasz 8/20', ['zoe 15', 'lea 12,5', 'lukasz 8/20']],
  ['15/20 – Zoé Martin', ['zoe 15/20']],
  ['Zoé : 15/20\nZoé : attention au soin', ['zoe 15/20 (attention au soin)']],
  ['Léa : 85%, well done', ['lea 85% (well done)']],
  ['Léa: 14 out of 20. Nice figure', ['lea 14/20 (Nice figure)']],
  ['Zoé : 2 pages manquent', ['zoe (2 pages manquent)']],
  ['Zoé : Bien', ['zoe (Bien)']],
  ['Zoé : À refaire, venez me voir', ['zoe (À refaire, venez me voir)']],
  ['Bonjour,\n\nvoici les copies.\nZoé : 12\n\nCordialement,\nAnne Lefèvre', ['zoe 12']],
])('%j is given to whom it names', (text, expected) => expect(told(text)).toEqual(expected))

test.each([
  ['Hugo : 12/20', ['? Hugo: Hugo Martin, Hugo Petit']],
  ['Martin 9', ['? Martin: Zoé Martin, Hugo Martin']],
  ['Chloé : 14/20, bien', ['? Chloé']],
  ['Z. : 12', ['? Z.']],
  ['Élève 7 : très bien', ['? Élève 7']],
  ['Copie 12 : 15/20, bravo', ['? Copie 12']],
  ['7 : 15/20', ['? 7']],
  ['n° 7 : 12/20', ['? n° 7']],
  ['P7 : 15/20', ['? P7']],
  ['Student 3: see me', ['? Student 3']],
])('%j is asked about', (text, expected) => expect(told(text)).toEqual(expected))

test.each([
  'Pour lundi : exercice 3',
  'Note : voir p. 12',
  'Moyenne : 12/20',
  'n° 7 : voir la correction page 12',
  '18:30',
  '8h : 20',
  '20/03 : remise des copies',
  'Barème : 4/20',
  'Exercice 3 : 5 points',
  'Merci Zoé : super',
  'Bonjour Zoé,',
  'Hugo a rendu 2 pages',
  'Zoé 2 pages manquent',
  'Rendez-vous : 14 h',
  'Rappel : 20 mars',
  'Objet : copies corrigées',
  'Salle 12',
  'Average: 11.5/20',
  'Homework for Monday: exercise 3',
  'Tel : 01 23 45 67 89',
  'http://example.org/a:12',
  'Anne Lefèvre',
  '3B : 26 copies',
  'Nom\tNote\tRemarque',
])('%j is no remark', (text) => expect(told(text)).toEqual([]))

test('a text without any such line is not looked into', () => {
  expect(looksLikeRemarks('Bonjour,\nmerci pour les copies.')).toBe(false)
  expect(looksLikeRemarks('Zoé 15')).toBe(true)
})

test('takes bounded time for hostile lines', () => {
  const lines = ['a '.repeat(290), 'a.'.repeat(290), `Zoé ${'1'.repeat(500)}`, 'Zoé : '.repeat(90), 'é'.repeat(590)]
  expect(told(lines.flatMap((line) => Array.from({ length: 60 }, () => line)).join('\n')).length).toBeLessThan(10)
})
