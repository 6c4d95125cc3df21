import { anonymousNumbers, namelessFile, withoutName } from '../../src/bundle/anonymous'
import { markKey, otherKey } from './sample-class'

const students = Array.from({ length: 28 }, (_, index) => `e-${index}`)

test('numbers are 1 to n, the same each time, and not the roster’s order', () => {
  const numbers = anonymousNumbers(students, 'K7Q2', markKey)
  expect([...numbers.values()].sort((a, b) => a - b)).toEqual(students.map((_, index) => index + 1))
  expect(anonymousNumbers([...students].reverse(), 'K7Q2', markKey)).toEqual(new Map([...numbers]))
  const inRoster = (map: Map<string, number>): number => students.filter((student, index) => map.get(student) === index + 1).length
  expect(inRoster(numbers)).toBeLessThan(8)
  for (const other of [anonymousNumbers(students, 'K7Q3', markKey), anonymousNumbers(students, 'K7Q2', otherKey)])
    expect(students.filter((student) => other.get(student) === numbers.get(student)).length).toBeLessThan(8)
})

test.each([
  ['Bonjour, c’est Zoé.', 'Bonjour, c’est ***.'],
  ['MARTIN Zoe\u0301, 3B', '*** ***, 3B'],
  ['Les martins-pêcheurs et Zoélie', 'Les martins-pêcheurs et Zoélie'],
  ['', ''],
])('strikes the name out of: %s', (text, shown) => expect(withoutName(text, 'Zoé Martin')).toBe(shown))

test('a name of signs only strikes nothing', () => expect(withoutName('a (b)', '.* +')).toBe('a (b)'))

test.each([
  ['Zoé Martin devoir.DOCX', 'document.docx'],
  ['sans nom', 'document'],
  ['a.b.odt', 'document.odt'],
  ['x.zoemartin', 'document'],
])('of the file name %s its kind stays', (name, shown) => expect(namelessFile(name)).toBe(shown))
