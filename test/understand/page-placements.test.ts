import { placementsIn } from '../../src/understand/page-placements'

test.each([
  ['P7 = Zoé', ['7 Zoé']],
  ['P7=Zoé Martin; P8 = JETER', ['7 Zoé Martin', '8 -']],
  ['p 7 = zoé\np8 = drop.', ['7 zoé', '8 -']],
  ['P7 = Zoé, P8 = Hugo P9 = Léa', ['7 Zoé', '8 Hugo', '9 Léa']],
  ['P7 = Zoé; P7 = Hugo', ['7 Hugo']],
  ['P7 = Jean-Paul Le Goff.', ['7 Jean-Paul Le Goff']],
  ['P7 =', []],
  ['Page 7 : Zoé', []],
  ['', []],
])('%j', (argument, expected) => expect(placementsIn(argument).map(({ number, name }) => `${number} ${name ?? '-'}`)).toEqual(expected))
