import { packed } from '../../src/act/mail-bundle'

const file = (filename: string, bytes: number) => ({ blob: filename, filename, bytes })

test.each([
  ['all in one', [3, 3, 3], 10, ['0 1 2']],
  ['as few as the order allows', [6, 5, 4, 9], 10, ['0', '1 2', '3']],
  ['one over the limit alone', [2, 50, 2], 10, ['0', '1', '2']],
  ['none', [], 10, []],
])('packs files into mails: %s', (_, sizes, room, mails) =>
  expect(
    packed(
      sizes.map((bytes, index) => file(String(index), bytes)),
      room,
    ).map((mail) => mail.map(({ filename }) => filename).join(' ')),
  ).toEqual(mails),
)

test('a mail holds 40 files at most', () =>
  expect(
    packed(
      Array.from({ length: 90 }, (_, index) => file(String(index), 1)),
      1000,
    ).map((mail) => mail.length),
  ).toEqual([40, 40, 10]))
