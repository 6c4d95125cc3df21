/** Tables for the pure parts of receiving. */
import { Fault, faultCodes } from '../../src/errors'
import { ConnectionCount, networkOf } from '../../src/receive/connection-limits'
import { ReceivedCount } from '../../src/receive/head-watch'
import { addressesIn, recipientsIn, senderIn } from '../../src/receive/imap-envelope'
import { placeOf } from '../../src/receive/recipient'
import { asciiOf, replyFor } from '../../src/receive/smtp-reply'

test.each([
  ['one', 'Received: x\r\n\r\n', 1],
  ['any case, blanks before the colon', 'RECEIVED: x\r\nreceived :y\r\nReceived\t: z\r\n\r\n', 3],
  ['folded lines are no fields', 'Received: x\r\n Received: y\r\n\r\n', 1],
  ['other fields', 'Received-SPF: pass\r\nX-Received: x\r\nReceive: d\r\nSubject: Received: x\r\n\r\n', 0],
  ['not in the body', 'Received: x\r\n\r\nReceived: y\r\n', 1],
  ['bare line feeds', 'Received: x\nReceived: y\n\nReceived: z\n', 2],
  ['no body', 'Received: x', 1],
  ['nothing', '', 0],
])('Received fields: %s', (_what, text, count) => {
  const whole = new ReceivedCount()
  whole.exceededBy(Buffer.from(text))
  const cut = new ReceivedCount()
  for (const octet of Buffer.from(text)) cut.exceededBy(Buffer.from([octet]))
  expect([whole.count, cut.count]).toEqual([count, count])
})

test('25 Received fields are taken, 26 are too many', () => {
  expect(new ReceivedCount().exceededBy(Buffer.from('Received: x\r\n'.repeat(25)))).toBe(false)
  expect(new ReceivedCount().exceededBy(Buffer.from('Received: x\r\n'.repeat(26)))).toBe(true)
})

test.each([
  ['ours', '3b@devoirs.example', { kind: 'ours', address: '3b@devoirs.example' }],
  ['its case', 'R-Abc@DEVOIRS.example', { kind: 'ours', address: 'R-Abc@devoirs.example' }],
  ['needless quotes', '"3b"@devoirs.example', { kind: 'ours', address: '3b@devoirs.example' }],
  ['postmaster alone', 'PostMaster', { kind: 'always', address: 'postmaster@devoirs.example' }],
  ['abuse', 'ABUSE@devoirs.example', { kind: 'always', address: 'abuse@devoirs.example' }],
  ['another alone', 'abuse', { kind: 'elsewhere' }],
  ['a subdomain', 'x@a.devoirs.example', { kind: 'elsewhere' }],
  ['a parent', 'x@example', { kind: 'elsewhere' }],
  ['a literal', 'x@[127.0.0.1]', { kind: 'elsewhere' }],
])('recipient: %s', (_what, address, place) => {
  expect(placeOf(address, 'devoirs.example')).toEqual(place)
})

test('recipient: a domain is the same in both its forms', () => {
  expect(placeOf('x@collège.example', 'xn--collge-6ua.example').kind).toBe('ours')
  expect(placeOf('x@xn--collge-6ua.example', 'collège.example').kind).toBe('ours')
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('network of %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('connections are counted by network, loopback apart', () => {
  const count = new ConnectionCount({ total: 5, perAddress: 1 })
  for (const address of ['2001:db8::1', '2001:db8::2', '127.0.0.1', '127.0.0.1', '192.0.2.1']) count.enter(address)
  expect([count.tooManyFrom('2001:db8::1'), count.tooManyFrom('127.0.0.1'), count.tooManyFrom('192.0.2.1'), count.tooMany]).toEqual([true, false, false, false])
  count.leave('2001:db8::2')
  expect(count.tooManyFrom('2001:db8::1')).toBe(false)
})

test.each(faultCodes)('the reply to %s is ASCII and begins with its enhanced code', (code) => {
  const { code: number, text } = replyFor(new Fault(code))
  expect(number).toBeGreaterThanOrEqual(421)
  expect(text).toMatch(/^[45]\.\d\.\d+ [\x20-\x7e]+$/)
  expect(text[0]).toBe(String(number)[0])
})

test('an unknown error is temporary', () => {
  expect(replyFor(new TypeError('x'))).toMatchObject({ code: 451, text: expect.stringMatching(/^4\.3\.0 /) as string })
  expect(asciiOf('Répondez à l’été 李')).toBe("Repondez a l'ete ?")
})

test.each([
  ['a bare one', 'a@b.example', ['a@b.example']],
  ['several, with names', 'Zoé <a@b.example>, "Martin, L." <c@d.example>', ['a@b.example', 'c@d.example']],
  ['a name that looks like one', '"3b@devoirs.example" <x@y.example>', ['x@y.example']],
  ['a bare name that looks like one', '3b@devoirs.example <x@y.example>', ['x@y.example']],
  ['a comment that looks like one', 'x@y.example (3b@devoirs.example)', ['x@y.example']],
  ['nested comments, escapes', '(a (b@c.example) \\) d@e.example) x@y.example', ['x@y.example']],
  ['a group', 'class: a@b.example, c@d.example;', ['a@b.example', 'c@d.example']],
  ['a source route', '<@r.example:a@b.example>', ['a@b.example']],
  ['none', 'undisclosed-recipients:;', []],
  ['never closed', '"a@b.example', []],
])('addresses in a field: %s', (_what, value, addresses) => {
  expect(addressesIn(value)).toEqual(addresses)
})

test('an envelope is read from the head: delivery first, folded lines joined, doubles once', () => {
  const head = 'To: B@x.example,\r\n c@x.example\r\nDelivered-To: a@x.example\r\nCc: b@x.example\r\nReturn-Path: <>\r\nFrom: z@y.example\r\n'
  expect(recipientsIn(head)).toEqual(['a@x.example', 'B@x.example', 'c@x.example'])
  expect(senderIn(head)).toBeNull()
  expect(senderIn('From: z@y.example\r\n')).toBe('z@y.example')
  expect(senderIn('From: z@y.example, y@y.example\r\n')).toBeNull()
  expect(recipientsIn(`To: ${'a@b.example,'.repeat(10)}${Array.from({ length: 1000 }, (_, i) => `p${i}@b.example`).join(',')}`)).toHaveLength(200)
})
