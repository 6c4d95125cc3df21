import { loadBundleFonts } from '../../src/bundle/bundle-fonts-files'
import { PdfFile } from '../../src/bundle/pdf-file'
import { shownName, shownText } from '../../src/bundle/shown-text'
import { textRuns } from '../../src/bundle/text-runs'
import { Typeface } from '../../src/bundle/typeface'
import { Hours } from '../../src/bundle/when'
import { wrappedText } from '../../src/bundle/wrapped-text'
import { loadBundleWords } from '../../src/text/bundle-words-files'

const pdf = new PdfFile(() => undefined)
const { regularFont, boldFont } = loadBundleFonts()
const face = new Typeface(regularFont, 'R', pdf.reserve())
const bold = new Typeface(boldFont, 'B', pdf.reserve())

test.each([
  ['a name it can draw', 'Łukasz', { shown: 'Łukasz' }],
  ['one in Chinese', '李伟', { shown: 'e-7', actualText: '李伟' }],
  ['one half in Chinese', 'Wei 李', { shown: 'Wei (e-7)', actualText: 'Wei 李' }],
  ['one in Chinese beside empty brackets', 'Wei (伟)', { shown: 'Wei (e-7)', actualText: 'Wei (伟)' }],
  ['one behind joined pictures', '👩‍👩‍👧 Léa', { shown: 'Léa (e-7)', actualText: '👩‍👩‍👧 Léa' }],
  ['one in Tamil', 'தமிழ்', { shown: 'e-7', actualText: 'தமிழ்' }],
])('shows %s', (_, name, shown) => expect(shownName(name, 'e-7', bold)).toEqual(shown))

test.each(['Zoé', 'Nguyễn Thị', 'محمد علي', 'שרה', 'Іван', 'Γιώργος', 'გიორგი', 'Արամ'])('both faces draw %s', (name) => {
  for (const each of [face, bold]) expect(shownText(name, each)).toEqual({ shown: name })
})

test('other text gets one ellipsis for a run of signs without glyph', () => expect(shownText('a 数学数 b', face).shown).toBe('a […] b'))

test.each([
  ['Latin', 'Zoé (3B)', [['Zoé (3B)', false]]],
  ['Arabic', 'محمد علي', [['محمد علي', true]]],
  [
    'Arabic with Latin behind',
    'محمد Ali',
    [
      ['Ali', false],
      ['محمد ', true],
    ],
  ],
  [
    'Latin with Arabic in brackets',
    'Ayşe (أمينة)',
    [
      ['Ayşe (', false],
      ['أمينة', true],
      [')', false],
    ],
  ],
  [
    'Arabic with a number',
    'علي 12',
    [
      ['12', false],
      ['علي ', true],
    ],
  ],
  ['brackets inside Arabic', 'أ (ب) ج', [['أ )ب( ج', true]]],
  ['nothing', '', []],
])('orders runs: %s', (_, text, runs) => expect(textRuns(text).map((run) => [run.text, run.rightToLeft])).toEqual(runs))

test('wraps at words, cuts words that are too long, stops at the limit', () => {
  const { lines } = wrappedText(`un deux trois ${'x'.repeat(200)}\n\nfin`, face, 10, 100, 100)
  expect(lines[0]).toBe('un deux trois')
  expect(lines.slice(-2)).toEqual(['', 'fin'])
  for (const line of lines) expect(face.width(line, 10)).toBeLessThanOrEqual(100)
  expect(wrappedText('mot '.repeat(1000), face, 10, 100, 5)).toMatchObject({ cut: true, lines: { length: 5 } })
})

test.each([
  ['winter', '2020-03-20T17:00:00Z', 'ven. 20 mars, 18 h 00'],
  ['summer', '2020-07-01T22:30:00Z', 'jeu. 2 juillet, 0 h 30'],
  ['with offset', '2020-03-20T18:00:00+01:00', 'ven. 20 mars, 18 h 00'],
  ['no time', 'bientôt', ''],
  ['null', null, ''],
])('says an hour in the school’s zone: %s', (_, iso, said) => expect(new Hours(loadBundleWords('fr'), 'Europe/Paris').full(iso)).toBe(said))

test('both languages have the same words with the same places for data', () => {
  const shape = (value: unknown): unknown =>
    typeof value === 'string'
      ? [...value.matchAll(/\{\w+\}/g)]
          .map(String)
          .filter((place) => place !== '{year}')
          .sort()
      : Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, shape(inner)]))
  expect(shape(loadBundleWords('en'))).toEqual(shape(loadBundleWords('fr')))
})
