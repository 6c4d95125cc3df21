/** What a composed mail looks like on the wire, and what a mail program reads from it. */
import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser'
import { type ComposedMail, openMail } from '../../src/deliver/composed-mail'
import { composeMail } from '../../src/deliver/compose'
import { sweepWireForms, wireFormOf } from '../../src/deliver/wire-form'
import type { OutgoingMail } from '../../src/text/outgoing-mail'
import { noise, now, outgoing, rendered, type Workshop, workshop } from './mails'

let shop: Workshop
beforeEach(() => {
  shop = workshop()
})
afterEach(() => rmSync(shop.folder, { recursive: true }))

const compose = (change: Partial<OutgoingMail> = {}, words = rendered): Promise<ComposedMail> => composeMail(outgoing(change), words, shop)
async function wireOf(mail: ComposedMail): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of openMail(mail)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
const parsed = async (change: Partial<OutgoingMail> = {}, words = rendered): Promise<ParsedMail> => simpleParser(await wireOf(await compose(change, words)))
/** Unfolded fields. */
const fieldsOf = (mail: ComposedMail): string[] =>
  mail.head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .filter((line) => line !== '')
const field = (mail: ComposedMail, name: string): string[] =>
  fieldsOf(mail)
    .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    .map((line) => line.slice(name.length + 1).trim())
const one = (addresses: AddressObject | AddressObject[] | undefined) => (addresses as AddressObject).value[0]

test('a copy carries the header of its class, its pupil and its automaton', async () => {
  const mail = await compose({ inReplyTo: '<a@b.example>', references: ['<root@b.example>', '<a@b.example>'] })
  const expected: Record<string, string[]> = {
    Date: ['Mon, 16 Mar 2020 07:00:00 +0000'],
    'Message-ID': ['<k7q2.abcdefghijklmnop@devoirs.college.example>'],
    'In-Reply-To': ['<a@b.example>'],
    References: ['<root@b.example> <a@b.example>'],
    'Auto-Submitted': ['auto-generated'],
    'X-Auto-Response-Suppress': ['All'],
    'List-Id': ['<3b.devoirs.college.example>'],
    'Content-Language': ['fr'],
    'MIME-Version': ['1.0'],
    'User-Agent': [],
    'X-Mailer': [],
    Bcc: [],
    'List-Unsubscribe': [],
    Received: [],
  }
  for (const [name, values] of Object.entries(expected)) expect([name, field(mail, name)]).toEqual([name, values])
  const read = await simpleParser(await wireOf(mail))
  expect(one(read.from)).toEqual({ name: 'Anne Lefèvre (3B)', address: '3b@devoirs.college.example' })
  expect(one(read.to)).toEqual({ name: 'Zoé Martin', address: 'zoe.martin@famille.example' })
  expect(one(read.replyTo)?.address).toBe('r-abcdefghijklmnop@devoirs.college.example')
  expect(read.subject).toBe(rendered.subject)
  expect(mail.envelope).toEqual({ from: 'b-abcdefghijklmnop@devoirs.college.example', to: 'zoe.martin@famille.example' })
})

test('what need not be there is not there', async () => {
  const mail = await compose({ replyTo: null, listId: null, envelopeSender: '' })
  for (const name of ['In-Reply-To', 'References', 'Reply-To', 'List-Id', 'List-Unsubscribe-Post']) expect(field(mail, name)).toEqual([])
  expect(mail.envelope.from).toBe('')
})

test('one click only where there is an https link', async () => {
  const mailto = 'r-x@devoirs.college.example'
  const plain = await compose({ listUnsubscribe: { mailto, https: null } })
  expect(field(plain, 'List-Unsubscribe')).toEqual([`<mailto:${mailto}>`])
  expect(field(plain, 'List-Unsubscribe-Post')).toEqual([])
  const clicked = await compose({ listUnsubscribe: { mailto: `mailto:${mailto}?subject=STOP`, https: `https://devoirs.example/u/${'a'.repeat(90)}` } })
  expect(field(clicked, 'List-Unsubscribe')).toEqual([`<https://devoirs.example/u/${'a'.repeat(90)}>, <mailto:${mailto}?subject=STOP>`])
  expect(field(clicked, 'List-Unsubscribe-Post')).toEqual(['List-Unsubscribe=One-Click'])
})

test('text comes first, both parts say the same, and every line is short and ASCII', async () => {
  const long = `${'très long '.repeat(300)}fin`
  const mail = await compose(
    { to: { name: 'Łukasz '.repeat(40), address: 'l@famille.example' }, attachments: [shop.attach(noise(5000), `${'énoncé '.repeat(30)}.pdf`)] },
    { subject: 'Énoncé '.repeat(60), text: `${long}\n\0\u0007`, html: `<p>${long}</p>` },
  )
  const wire = await wireOf(mail)
  const lines = wire.toString('latin1').split('\r\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
  expect(/[^\x20-\x7e\t]/.test(lines.join(''))).toBe(false)
  expect(wire.toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  expect(wire.length).toBe(mail.bytes)
  const read = await simpleParser(wire)
  expect(read.text).toContain(long)
  expect(read.html).toContain(long)
  expect(wire.indexOf('text/plain')).toBeLessThan(wire.indexOf('text/html'))
  expect(read.attachments[0]?.filename).toBe(`${'énoncé '.repeat(30).slice(0, 160).trim()}.pdf`)
})

test.each([
  ['CR LF in a name', { to: { name: 'Zoé\r\nBcc: x@evil.example', address: 'z@f.example' } }],
  ['CR LF in the sender name', { from: { name: 'Anne\r\n\r\nbody', address: '3b@devoirs.example' } }],
  ['bare CR and NUL in a name', { to: { name: 'Zoé\rBcc: x@evil.example\0', address: 'z@f.example' } }],
  ['line separator in a name', { to: { name: 'Zo\u2028Bcc: x@evil.example', address: 'z@f.example' } }],
  ['quotes and brackets in a name', { to: { name: '"a" <x@evil.example>, "b', address: 'z@f.example' } }],
  ['CR LF in ids', { messageId: '<a@b.example>\r\nBcc: x@evil.example', references: ['<a@b.example>\r\nBcc: x@evil.example'], inReplyTo: 'junk\r\nBcc: x' }],
  ['CR LF in the list', { listId: '3b.x\r\nBcc: x@evil.example', listUnsubscribe: { mailto: 'a@b\r\nBcc: x', https: 'https://a/\r\nBcc: x' } }],
])('%s begins no field of its own', async (_what, change) => {
  const mail = await compose(change as Partial<OutgoingMail>, { ...rendered, subject: 'a\r\nBcc: x@evil.example\r\n\r\nbody' })
  expect(field(mail, 'Bcc')).toEqual([])
  expect(mail.head).not.toMatch(/\r\n\r\n|\r(?!\n)|[^\r]\n|\0/)
  const read = await simpleParser(await wireOf(mail))
  expect(read.bcc).toBeUndefined()
  expect((read.to as AddressObject).value).toHaveLength(1)
  expect((read.from as AddressObject).value).toHaveLength(1)
  expect(read.text).toContain('exercices 3 à 5')
})

test.each(['no-at-sign', 'a b@c.example', 'a@b@c.example', 'a@c.example>\r\nRCPT TO:<x@y.example', 'a@', '@c.example', '<a@c.example>'])(
  'the address %j is refused before it reaches a command',
  async (address) => {
    await expect(compose({ to: { name: '', address } })).rejects.toMatchObject({ name: 'Fault', code: 'recipient-rejected' })
  },
)
test('a domain in another script goes out in ASCII; a local part needs SMTPUTF8', async () => {
  const domain = await compose({ to: { name: 'Zoé', address: 'zoe@école.example' } })
  expect(domain.envelope.to).toBe('zoe@xn--cole-9oa.example')
  expect(domain.needsUtf8).toBe(false)
  expect((await compose({ to: { name: 'Zoé', address: 'zoé@ecole.example' } })).needsUtf8).toBe(true)
})

test('attachments come back byte for byte, whatever their size, and are encoded once', async () => {
  const files = [0, 1, 56, 57, 58, 57 * 2048, 57 * 2048 + 1, 1_000_003].map(noise)
  const attachments = files.map((bytes, index) => shop.attach(bytes, `f${index}.pdf`))
  const read = await parsed({ attachments })
  expect(read.attachments.map(({ content }) => createHash('sha256').update(content).digest('hex'))).toEqual(attachments.map(({ blob }) => blob))
  const wire = readdirSync(shop.wireFolder)
  await parsed({ attachments })
  expect(readdirSync(shop.wireFolder)).toEqual(wire)
  expect(wire.every((name) => (statSync(join(shop.wireFolder, name)).mode & 0o777) === 0o600)).toBe(true)
})

test('makers at once make one wire file, and the sweep takes what is old', async () => {
  const hash = shop.put(noise(300_000))
  const made = await Promise.all(Array.from({ length: 8 }, () => wireFormOf(hash, shop.blobs.path(hash), shop.wireFolder)))
  expect(new Set(made.map(({ size }) => size)).size).toBe(1)
  expect(readdirSync(shop.wireFolder)).toEqual([`${hash}.b64`])
  expect(await sweepWireForms(shop.wireFolder, new Date(0))).toBe(0)
  expect(await sweepWireForms(shop.wireFolder, new Date(Date.now() + 60_000))).toBe(1)
})

test('pictures of the HTML part stand beside it, files outside', async () => {
  const picture = shop.attach(noise(100), 'logo.png', { mediaType: 'image/png', disposition: 'inline', cid: 'logo@x' })
  const read = await simpleParser(await wireOf(await compose({ attachments: [shop.attach(noise(10), 'a.pdf'), picture] })), { keepCidLinks: true })
  expect(read.attachments.map(({ filename, contentType, cid, related }) => ({ filename, contentType, cid, related }))).toEqual([
    { filename: 'logo.png', contentType: 'image/png', cid: 'logo@x', related: true },
    { filename: 'a.pdf', contentType: 'application/pdf', cid: undefined, related: undefined },
  ])
})

test.each([
  ['message/rfc822', 'application/octet-stream'],
  ['x\r\nBcc: y', 'application/octet-stream'],
  ['image/jpeg', 'image/jpeg'],
])('a file of type %j is sent as %s', async (mediaType, sent) => {
  const mail = await compose({ attachments: [shop.attach(noise(10), '../../e\r\nvil:"name".jpg', { mediaType })] })
  const wire = (await wireOf(mail)).toString()
  expect(wire).toContain(`\r\nContent-Type: ${sent};`)
  expect(wire).not.toContain('\nBcc')
  expect((await simpleParser(wire)).attachments[0]?.filename).toBe('__.._e vil_"name".jpg')
})

test('the due time rides along as a published entry without attendees', async () => {
  const title = `Maths; Thalès, ${'très '.repeat(30)}long\nligne`
  const calendar = { uid: 'k7q2@devoirs.example', sequence: 2, dueAt: '2020-03-20T18:00:00+01:00', title, method: 'PUBLISH' as const }
  const read = await parsed({ calendar, attachments: [shop.attach(noise(10), 'a.pdf')] })
  const part = read.attachments.find(({ contentType }) => contentType === 'text/calendar')
  const lines = (part?.content.toString() ?? '').split('\r\n')
  expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
  const whole = lines.join('\n').replace(/\n /g, '').split('\n')
  expect(whole).toEqual(
    expect.arrayContaining([
      'METHOD:PUBLISH',
      'UID:k7q2@devoirs.example',
      'SEQUENCE:2',
      'DTSTART:20200320T163000Z',
      'DTEND:20200320T170000Z',
      'DTSTAMP:20200316T070000Z',
      `SUMMARY:${title.replace(/[;,]/g, '\\$&').replace('\n', '\\n')}`,
    ]),
  )
  expect(whole.join()).not.toContain('ATTENDEE')
  expect(now.toISOString()).toBe('2020-03-16T07:00:00.000Z')
})
