import { bundleVariant, plainBundle } from '../../src/understand/bundle-variant'

const told = (argument: string): string | null => {
  const variant = bundleVariant(argument)
  return (
    variant &&
    Object.entries(variant)
      .flatMap(([name, value]) => (value === true ? [name] : typeof value === 'number' ? [`${name} ${value}`] : []))
      .join(' ')
  )
}

test.each([
  ['', ''],
  ['RECTO', 'frontSides'],
  ['simplex', 'frontSides'],
  ['en recto seulement', 'frontSides'],
  ['SÉPARÉES', 'separate'],
  ['separees', 'separate'],
  ['séparés', 'separate'],
  ['separately', 'separate'],
  ['Anonymes', 'anonymous'],
  ['annonymes', 'anonymous'],
  ['ANONYMOUS', 'anonymous'],
  ['nouvelles', 'onlyNew'],
  ['les nouvelles seulement', 'onlyNew'],
  ['new', 'onlyNew'],
  ['only the new ones', 'onlyNew'],
  ['recto, anonymes et nouvelles', 'frontSides anonymous onlyNew'],
  ['SEPARATE + ANONYMOUS', 'separate anonymous'],
  ['EX 3', 'exercise 3'],
  ['exercice 12', 'exercise 12'],
  ['ex. 3 anonymes', 'anonymous exercise 3'],
])('COPIES %s', (argument, variant) => expect(told(argument)).toBe(variant))

test.each(['Zoé', 'pour vendredi', 'recto verso', 'corrigées', 'nouvelles de la semaine', 'seulement', 'ex 123', 'anonymes svp Zoé', 'neuf'])(
  'no pile is meant by: %s',
  (argument) => expect(bundleVariant(argument)).toBeNull(),
)

test('the plain pile is nothing in particular', () => expect(bundleVariant('')).toEqual(plainBundle))
