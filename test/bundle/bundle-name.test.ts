import { bundleFileName, fileWord, studentFileName } from '../../src/bundle/bundle-name'
import { partOverheadBytes, sheetOverheadBytes, splitByBytes } from '../../src/bundle/split-by-bytes'

test.each([
  ['accents and words', '3B', 'Théorème de Thalès', '3b_K7Q2_Theoreme-de-Thales.pdf'],
  ['what Windows refuses', '3B', 'Oui/non: "a*b?" <c>|d', '3b_K7Q2_Oui-non-a-b-c-d.pdf'],
  ['folders', '3B', '../../etc/passwd', '3b_K7Q2_etc-passwd.pdf'],
  ['letters without accents to drop', '3B', 'L’œuvre de Łukasz, Straße', '3b_K7Q2_L-oeuvre-de-Lukasz-Strasse.pdf'],
  ['a title in another script', '3B', '数学', '3b_K7Q2.pdf'],
  ['a device name', 'CON', 'A', 'classe-con_K7Q2_A.pdf'],
  ['a long title', '3B', 'mot '.repeat(40), `3b_K7Q2_${'mot-'.repeat(15).slice(0, -1)}.pdf`],
  ['a group', '3b+g1', 'Fin.', '3b-g1_K7Q2_Fin.pdf'],
])('names a pile: %s', (_, className, title, name) => expect(bundleFileName({ className, code: 'K7Q2', title })).toBe(name))

test('numbers a part', () => expect(bundleFileName({ className: '3B', code: 'K7Q2', title: 'A', part: 2 })).toBe('3b_K7Q2_A_2.pdf'))
test.each([
  ['Zoé Martin', 'MARTIN-Zoe_3b_K7Q2.pdf'],
  ['Marie-Éléonore de La Rochefoucauld', 'DE-LA-ROCHEFOUCAULD-Marie-Eleonore_3b_K7Q2.pdf'],
  ['Łukasz', 'Lukasz_3b_K7Q2.pdf'],
  ['李伟', 'e-7_3b_K7Q2.pdf'],
  ['Wei 李', 'Wei_3b_K7Q2.pdf'],
  ['../../Con', 'Con_3b_K7Q2.pdf'],
])('names the file of %s', (name, file) => expect(studentFileName({ name, id: 'e-7', className: '3b', code: 'K7Q2' })).toBe(file))
test('numbers a part of one pupil', () =>
  expect(studentFileName({ name: 'Zoé Martin', id: 'e', className: '3b', code: 'K7Q2', part: 2 })).toBe('MARTIN-Zoe_3b_K7Q2_2.pdf'))
test('a word never begins or ends with a dash', () => expect(fileWord('…—a—…')).toBe('a'))

describe('splitByBytes', () => {
  const limit = 1_000_000 + partOverheadBytes
  const student = (name: string, ...pageBytes: number[]): { student: string; pageBytes: number[] } => ({ student: name, pageBytes })
  const shape = (parts: { student: string; start: number; end: number }[][]): string[] =>
    parts.map((part) => part.map(({ student: name, start, end }) => `${name}${start}-${end}`).join(' '))

  test.each([
    ['all in one', [student('a', 100_000), student('b', 100_000)], ['a0-1 b0-1']],
    ['cut at the border', [student('a', 400_000, 200_000), student('b', 400_000, 100_000), student('c', 1)], ['a0-2', 'b0-2 c0-1']],
    ['without pages beside the others', [student('a', 900_000), student('b'), student('c', 900_000)], ['a0-1 b0-0', 'c0-1']],
    ['one over the limit is cut at pages', [student('a', 1), student('b', 600_000, 600_000, 300_000), student('c', 10)], ['a0-1', 'b0-1', 'b1-3 c0-1']],
    ['one page over the limit', [student('a', 5_000_000), student('b', 1)], ['a0-1', 'b0-1']],
    ['nobody', [], []],
  ])('%s', (_, students, parts) => expect(shape(splitByBytes(students, limit))).toEqual(parts))

  test('every part keeps the limit and every page comes once, in order', () => {
    const students = Array.from({ length: 40 }, (_, index) =>
      student(String(index), ...Array.from({ length: (index * 7) % 5 }, (__, page) => 50_000 + ((index * 31 + page * 17) % 300) * 1000)),
    )
    const parts = splitByBytes(students, limit)
    for (const part of parts) {
      const bytes = part.flatMap(({ student: name, start, end }) => students[Number(name)]?.pageBytes.slice(start, end) ?? [])
      expect(bytes.reduce((sum, each) => sum + each + sheetOverheadBytes, 0)).toBeLessThanOrEqual(1_000_000)
    }
    const seen = parts.flat().flatMap(({ student: name, start, end }) => Array.from({ length: end - start }, (_, page) => `${name}.${start + page}`))
    expect(seen).toEqual(students.flatMap(({ student: name, pageBytes }) => pageBytes.map((_, page) => `${name}.${page}`)))
  })
})
