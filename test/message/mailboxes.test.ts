/** The author of a mail: exactly one From with exactly one clean mailbox (THREATS F11 to F22, H8). */
import { mailboxesOf } from '../../src/message/mailboxes'
import { parseMessage } from '../../src/message/parse-message'

const fromOf = async (head: string): Promise<[string | null, string[]]> => {
  const message = await parseMessage(Buffer.from(`${head}\r\nSubject: x\r\n\r\ntext\r\n`))
  return [message.from?.address ?? null, message.problems]
}

test.each([
  ['name and address', 'From: Anne Martin <a@college.example>', 'a@college.example'],
  ['address alone', 'From: a@college.example', 'a@college.example'],
  ['name in a comment', 'From: a@college.example (Anne)', 'a@college.example'],
  ['name in an encoded word', 'From: =?UTF-8?Q?Anne_Lef=C3=A8vre?= <a@college.example>', 'a@college.example'],
  ['folded', 'From: Anne\r\n <a@college.example>', 'a@college.example'],
  ['comma in a quoted name', 'From: "Lefèvre, Anne" <a@college.example>', 'a@college.example'],
  ['comma in an encoded name', 'From: =?UTF-8?Q?a=2C_b=40c?= <a@college.example>', 'a@college.example'],
  ['capitals in the domain', 'From: <a@COLLEGE.example>', 'a@college.example'],
  ['a name that is an address', 'From: "anne@college.example" <x@evil.example>', 'x@evil.example'],
  ['a comment that is an address', 'From: x@evil.example (anne@college.example)', 'x@evil.example'],
])('believes one author: %s', async (_, head, address) => {
  expect(await fromOf(head)).toEqual([address, []])
})

test.each([
  ['two From fields', 'From: a@college.example\r\nFrom: x@evil.example', 'several-from'],
  ['a second From with a blank before its colon', 'From: a@college.example\r\nFrom : x@evil.example', 'disguised-from'],
  ['a full-width From', 'From: a@college.example\r\nＦrom: x@evil.example', 'disguised-from'],
  ['NUL in the field name', 'From: a@college.example\r\n\0From: x@evil.example', 'disguised-from'],
  ['two mailboxes', 'From: a@college.example, x@evil.example', 'several-authors'],
  ['a group', 'From: us: a@college.example;', 'malformed-from'],
  ['an address within a quoted local part', 'From: "anne@college.example x"@evil.example', 'malformed-from'],
  ['a comment that splits a domain', 'From: anne@college.example(x)evil.example', 'malformed-from'],
  ['an address in a comment in angles', 'From: anne@college.example(<x@evil.example>)y', 'malformed-from'],
  ['two angles', 'From: <a@college.example> <x@evil.example>', 'malformed-from'],
  ['an angle in an angle', 'From: <a@college.example<x@evil.example>>', 'malformed-from'],
  ['a source route', 'From: <@college.example,@x:x@evil.example>', 'malformed-from'],
  ['an encoded word as the address', 'From: =?UTF-8?B?YUBjb2xsZWdlLmV4YW1wbGU=?=', 'malformed-from'],
  ['a zero-width sign in the address', 'From: <a\u200b@college.example>', 'malformed-from'],
  ['a control in the value', 'From: a\x01@college.example', 'malformed-from'],
  ['empty angles', 'From: "" <>', 'malformed-from'],
  ['no From but Sender and Reply-To', 'Sender: a@college.example\r\nReply-To: a@college.example', 'no-from'],
])('believes nobody: %s', async (_, head, problem) => {
  const [address, problems] = await fromOf(head)
  expect(address).toBeNull()
  expect(problems).toEqual([problem])
})

test('reads at most 200 addresses, and groups by their members', () => {
  const many = mailboxesOf(Array.from({ length: 5000 }, (_, at) => `p${at}@x.example`).join(', '))
  expect(many.mailboxes).toHaveLength(200)
  expect(many.cut).toBe(true)
  expect(mailboxesOf('us: a@x.example, B <b@x.example>;, c@x.example').mailboxes.map((mailbox) => mailbox.address)).toEqual([
    'a@x.example',
    'b@x.example',
    'c@x.example',
  ])
})

test.each([
  ['comments nested 50,000 deep', `${'('.repeat(50_000)}x${')'.repeat(50_000)} <a@x.example>`],
  ['open comments', '('.repeat(250_000)],
  ['open quotes', '"'.repeat(250_001)],
  ['a name behind a comment', `x (c) ${'a'.repeat(250_000)}`],
  ['commas', ','.repeat(200_000)],
])('is quick on %s', (_, value) => {
  const start = performance.now()
  mailboxesOf(value)
  expect(performance.now() - start).toBeLessThan(2000)
})
