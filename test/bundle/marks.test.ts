import { coverPageId, largestPageId, markOf, marksIn, readMark } from '../../src/bundle/marks'
import { markKey, otherKey } from './sample-class'

const mark = markOf(4711, 'K7Q2', markKey)
const swapped = (text: string, at: number): string => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`

test.each([
  ['an ordinary page', 4711, 'K7Q2'],
  ['the first page', 1, 'ABCD'],
  ['a cover', coverPageId, 'K7Q2'],
  ['the largest number', largestPageId, '2222'],
])('reads back %s', (_, pageId, code) => {
  const text = markOf(pageId, code, markKey)
  expect(text).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{7}-[0-9A-Z]{13}$/)
  expect(readMark(text, markKey)).toEqual({ pageId, code })
})

test.each([
  ['another key', mark, otherKey],
  ['a changed code', swapped(mark, 0), markKey],
  ['a changed page number', swapped(mark, 11), markKey],
  ['a changed first sign of the MAC', swapped(mark, 13), markKey],
  ['a changed last sign of the MAC', swapped(mark, 25), markKey],
  ['a mark cut short', mark.slice(0, -1), markKey],
  ['a mark with more behind', `${mark}0`, markKey],
  ['the MAC of another page', `${mark.slice(0, 13)}${markOf(4712, 'K7Q2', markKey).slice(13)}`, markKey],
  ['a sign outside the alphabet', mark.replace(/.$/, 'U'), markKey],
  ['a web address', 'https://example.org/K7Q2', markKey],
  ['nothing', '', markKey],
])('refuses %s', (_, text, key) => expect(readMark(text, key)).toBeNull())

test('every single wrong sign is refused', () => {
  for (let at = 0; at < mark.length; at++) expect(readMark(swapped(mark, at) === mark ? '' : swapped(mark, at), markKey)).toBeNull()
})

test('reads a mark in lower case and between spaces', () => expect(readMark(` ${mark.toLowerCase()}\n`, markKey)).toEqual({ pageId: 4711, code: 'K7Q2' }))

test('finds authentic marks in running text, once each, broken after a dash too', () => {
  const other = markOf(5, 'K7Q2', markKey)
  const text = `Zoé Martin\n${mark}\n… ${mark.slice(0, 13)}\n${mark.slice(13)} forged ${markOf(6, 'K7Q2', otherKey)} ${other}`
  expect(marksIn(text, markKey)).toEqual([
    { pageId: 4711, code: 'K7Q2' },
    { pageId: 5, code: 'K7Q2' },
  ])
})

test.each([
  ['a negative page', () => markOf(-1, 'K7Q2', markKey)],
  ['a page too large', () => markOf(largestPageId + 1, 'K7Q2', markKey)],
  ['a code of five', () => markOf(1, 'K7Q22', markKey)],
  ['a short key', () => markOf(1, 'K7Q2', 'abcd')],
])('never makes a mark for %s', (_, make) => expect(make).toThrow(RangeError))
