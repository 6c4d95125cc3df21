/** Encoded words, character sets and file names. */
import { decodeCharset, guessText, mendC1 } from '../../src/message/decode-charset'
import { decodeWords } from '../../src/message/decode-words'
import { cleanFilename } from '../../src/message/file-name'
import { dateOf, messageIdsOf } from '../../src/message/head-values'

test.each([
  ['plain text', 'Devoir', 'Devoir'],
  ['Q with underscores', '=?ISO-8859-1?Q?Th=E9or=E8me_de_Thal=E8s?=', 'Théorème de Thalès'],
  ['B', '=?UTF-8?B?w6l0w6k=?=', 'été'],
  ['neighbours without the blank between them', '=?UTF-8?Q?a?= =?UTF-8?Q?b?= c', 'ab c'],
  ['a sign split over two words', '=?UTF-8?B?w6k=?= =?UTF-8?B?w6nD?= =?UTF-8?B?qQ==?=', 'ééé'],
  ['windows-1252 called Latin-1', '=?iso-8859-1?Q?l=92=E9t=E9?=', 'l’été'],
  ['ISO-2022-JP', '=?ISO-2022-JP?B?GyRCJCIbKEI=?=', 'あ'],
  ['an unknown character set', '=?x-none?Q?=C3=A9?=', 'é'],
  ['UTF-7 is not decoded', '=?utf-7?Q?+ADw-script+AD4-?=', '+ADw-script+AD4-'],
  ['a line end inside becomes a blank', '=?UTF-8?Q?a=0D=0ABcc:_x?=', 'a Bcc: x'],
  ['decoded once', '=?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fx=3F=3D?=', '=?UTF-8?Q?x?='],
  ['an unfinished word', 'a =?UTF-8?Q?b', 'a =?UTF-8?Q?b'],
])('decodes %s', (_, raw, text) => {
  expect(decodeWords(raw)).toBe(text)
})

test('is quick on words that never end', () => {
  const start = performance.now()
  decodeWords('=?a?b?'.repeat(40_000))
  decodeWords('=?'.repeat(100_000))
  expect(performance.now() - start).toBeLessThan(3000)
})

test('guesses unlabelled bytes: UTF-8, else windows-1252', () => {
  expect(guessText(Buffer.from('été'))).toBe('été')
  expect(guessText(Buffer.from([0xe9, 0x92]))).toBe('é’')
  expect(decodeCharset(Buffer.from([0xb0, 0xa1]), 'ks_c_5601-1987')).toBe('가')
  expect(mendC1('l\u0092été \u0080')).toBe('l’été €')
})

test.each([
  ['../../etc/x.jpg', 'x.jpg'],
  ['C:\\Users\\Zoé\\devoir.pdf', 'devoir.pdf'],
  ['a\u202egpj.exe', 'agpj.exe'],
  ['a\r\nb.jpg', 'ab.jpg'],
  ['...', null],
  ['', null],
  [`${'é'.repeat(300)}.jpeg`, `${'é'.repeat(95)}.jpeg`],
])('cleans the file name %j', (raw, name) => {
  expect(cleanFilename(raw)).toBe(name)
})

test('reads ids and dates, and nothing where there is none', () => {
  expect(messageIdsOf('<a@b> (x) <c@d>')).toEqual(['<a@b>', '<c@d>'])
  expect(messageIdsOf('a@b')).toEqual(['<a@b>'])
  expect(messageIdsOf(Array.from({ length: 500 }, (_, at) => `<${at}@b>`).join(' '))).toHaveLength(100)
  expect(dateOf('Mon, 16 Mar 2020 18:12:00 +0100 (CET)')?.toISOString()).toBe('2020-03-16T17:12:00.000Z')
  expect(dateOf('yesterday')).toBeNull()
  expect(dateOf('1 Jan 1904 00:00:00 +0000')).toBeNull()
})
