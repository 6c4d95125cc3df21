/** Mails that were split, put together again. */
import { bytesOf, sourceOfBytes } from '../../src/message/byte-source'
import { parseMessage } from '../../src/message/parse-message'
import { allParts, joined, type PartOfMail, partialAt, partialOf } from '../../src/message/partial'

const part = (number: number, total: number | null, body: string): Buffer =>
  Buffer.from(
    `Received: from copier\r\nFrom: copier@college.example\r\nTo: 3b@devoirs.college.example\r\nSubject: scan (${number})\r\nMessage-ID: <p${number}@copier>\r\nMIME-Version: 1.0\r\nContent-Type: message/partial; id="abc@copier"; number=${number}${total === null ? '' : `; total=${total}`}\r\n\r\n${body}`,
  )

test.each([
  ['message/partial', { id: 'a', number: '1', total: '3' }, { id: 'a', number: 1, total: 3 }],
  ['message/partial', { id: 'a', number: '2' }, { id: 'a', number: 2, total: null }],
  ['message/partial', { id: 'a', number: '2', total: '1' }, { id: 'a', number: 2, total: null }],
  ['message/partial', { id: 'a', number: '0' }, null],
  ['message/partial', { id: 'a', number: 'x' }, null],
  ['message/partial', { id: 'a', number: '9999' }, null],
  ['message/partial', { number: '1' }, null],
  ['text/plain', { id: 'a', number: '1' }, null],
])('%s %j', (type, params, partial) => {
  expect(partialOf({ type, params: params as unknown as Record<string, string> })).toEqual(partial)
})

test('all parts, in order, once each; nothing while one is missing or the number of them is unknown', () => {
  const of = (number: number, total: number | null): { partial: PartOfMail } => ({ partial: { id: 'a', number, total } })
  expect(allParts([of(3, 3), of(1, null), of(2, null)])?.map(({ partial }) => partial.number)).toEqual([1, 2, 3])
  const twice = [of(2, 2), of(1, null), of(2, 2)]
  expect(allParts(twice)?.[1]).toBe(twice[0])
  expect(allParts([of(3, 3), of(1, null)])).toBeNull()
  expect(allParts([of(1, null), of(2, null)])).toBeNull()
})

test('the whole has the fields of both heads that RFC 2046 names, and all of the body', async () => {
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500, 7)])
  const inner = `Subject: la pile\r\nMessage-ID: <whole@copier>\r\nReceived: not kept\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: image/jpeg; name=scan.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n${jpeg.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`
  const cuts = [inner.slice(0, 200), inner.slice(200, 500), inner.slice(500)]
  const parts = cuts.map((cut, at) => sourceOfBytes(part(at + 1, at === 2 ? 3 : null, cut)))
  expect(parts.map((each) => partialAt(each))).toEqual([1, 2, 3].map((number) => ({ id: 'abc@copier', number, total: number === 3 ? 3 : null })))
  const pieces = [...joined(parts)].map((piece) => ('text' in piece ? Buffer.from(piece.text, 'latin1') : piece.source.read(piece.start, piece.end)))
  const message = await parseMessage(Buffer.concat(pieces))
  expect(message).toMatchObject({ subject: 'la pile', messageId: '<whole@copier>', from: { address: 'copier@college.example' } })
  expect(message.headers.filter((field) => field.name === 'received').map((field) => field.value)).toEqual(['from copier'])
  expect(message.files.map((file) => [file.filename, bytesOf(file.content).equals(jpeg)])).toEqual([['scan.jpg', true]])
})
