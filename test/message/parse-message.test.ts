/** Hostile and broken messages: nothing is thrown, nothing hangs, the rest of the mail survives. */
import { deflateRawSync } from 'node:zlib'
import { sourceOfBytes } from '../../src/message/byte-source'
import { cutStructure } from '../../src/message/cut-structure'
import { openSmime } from '../../src/message/open-smime'
import { openTnef } from '../../src/message/open-tnef'
import { openZip } from '../../src/message/open-zip'
import { parseMessage } from '../../src/message/parse-message'
import { Shelf } from '../../src/message/shelf-files'

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])
const part = (type: string, body: string): string => `Content-Type: ${type}\r\n\r\n${body}\r\n`
const photo = (name: string): string => `Content-Type: image/jpeg; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${jpeg.toString('base64')}\r\n`
const mixed = (parts: string[], boundary = 'b'): string =>
  `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${parts.map((each) => `--${boundary}\r\n${each}`).join('')}--${boundary}--\r\n`
const read = (text: string): ReturnType<typeof parseMessage> => parseMessage(Buffer.from(`From: a@x.example\r\n${text}`, 'latin1'))

/** A zip of one entry, deflated; `claimed` overrides the size its directory gives. */
function zipOf(name: string, content: Buffer, claimed = content.length): Buffer {
  const data = deflateRawSync(content)
  const names = Buffer.from(name)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(8, 4)
  common.writeUInt32LE(data.length, 14)
  common.writeUInt32LE(claimed, 18)
  common.writeUInt16LE(names.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, names, data])
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, Buffer.alloc(14), names])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}

test('stops at 30 levels of multipart and keeps what came before', async () => {
  let deep = part('text/plain', 'deep')
  for (let level = 0; level < 2000; level += 1) deep = mixed([photo(`p${level}.jpg`), deep], `b${level}`)
  const message = await read(mixed([part('text/plain', 'hello'), photo('first.jpg'), deep], 'top'))
  expect(message.problems).toContain('mime-depth')
  expect(message.text).toContain('hello')
  expect(message.files[0]?.filename).toBe('first.jpg')
})

test('stops at 1,000 parts', async () => {
  const message = await read(mixed([part('text/plain', 'hello'), photo('a.jpg'), ...Array.from({ length: 3000 }, () => part('application/x-none', 'x'))]))
  expect(message.problems).toEqual(expect.arrayContaining(['too-many-parts']))
  expect(message.files[0]?.filename).toBe('a.jpg')
})

test('skips a part whose head is enormous', async () => {
  const message = await read(mixed([part('text/plain', 'hello'), `X: ${'y'.repeat(80_000)}\r\n\r\nx\r\n`]))
  expect(message.problems).toContain('part-head-too-large')
  expect(message.text?.trim()).toBe('hello')
})

test('opens forwarded messages within a limit', async () => {
  let inner = `Subject: x\r\n${mixed([photo('innermost.jpg')], 'z')}`
  for (let level = 0; level < 40; level += 1) inner = mixed([part('message/rfc822', inner)], `m${level}`)
  expect((await read(inner)).problems).toContain('forward-depth')
  const near = await read(mixed([part('message/rfc822', `From: b@x.example\r\n${mixed([photo('inner.jpg')], 'z')}`)]))
  expect(near.files).toMatchObject([{ filename: 'inner.jpg', origin: 'forwarded', within: 0 }])
  expect(near.forwarded[0]?.from?.address).toBe('b@x.example')
})

test.each([
  ['10 MB of one field', `X: ${'a'.repeat(10_000_000)}\r\n\r\nbody`, 'head-too-large'],
  ['100,000 fields', `${'X: a\r\n'.repeat(30_000)}\r\nbody`, 'too-many-fields'],
])('reads a limited head: %s', async (_, text, problem) => {
  const message = await read(text)
  expect(message.problems).toContain(problem)
  expect(message.headers.length).toBeLessThanOrEqual(1000)
  expect(message.text).toBe('body')
})

test('finds the parts when the boundary is not the one that was announced', async () => {
  const message = await read(mixed([part('text/plain', 'hello'), photo('a.jpg')]).replace('boundary=b', 'boundary=c'))
  expect(message.text?.trim()).toBe('hello')
  expect(message.files).toHaveLength(1)
  expect(message.problems).toContain('boundary-missing')
})

test.each([
  ['nothing', ''],
  ['a line end', '\r\n'],
  ['no head', 'hello'],
  ['only a head', 'Subject: x'],
  ['NULs', '\0'.repeat(100)],
  ['dots', '.\r\n.\r\n'],
  ['a multipart without parts', 'Content-Type: multipart/mixed; boundary=x\r\n\r\n'],
  ['broken base64', 'Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ====$$$%%'],
  ['an unknown encoding', 'Content-Type: text/plain\r\nContent-Transfer-Encoding: x-none\r\n\r\nhello'],
])('reads %s', async (_, text) => {
  const message = await parseMessage(Buffer.from(text, 'latin1'))
  expect(message.problems).toContain('no-from')
})

test.each([
  ['Re: repeated', `Subject: ${'Re: '.repeat(20_000)}\r\n\r\nx`],
  ['dashes and blanks', `\r\n${'-'.repeat(200_000)}\r\n${' '.repeat(200_000)}`],
  ['quotation signs', `\r\n${'> '.repeat(5000)}x\r\n`.repeat(20)],
  ['an address that never ends', `\r\nhttp://${'a.'.repeat(100_000)}`],
  ['open tags', `Content-Type: text/html\r\n\r\n${'<div '.repeat(50_000)}`],
  ['nested tags', `Content-Type: text/html\r\n\r\n${'<blockquote>'.repeat(30_000)}x`],
])('is quick on regex bait: %s', async (_, text) => {
  const start = performance.now()
  await read(text)
  expect(performance.now() - start).toBeLessThan(5000)
})

test('takes files out of zips, with their base names', async () => {
  expect(await openZip(sourceOfBytes(zipOf('../../x/a.jpg', jpeg)), new Shelf())).toMatchObject({ files: [{ filename: '../../x/a.jpg' }], problems: [] })
  const message = await read(
    mixed([`Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${zipOf('../x/é.jpg', jpeg).toString('base64')}\r\n`]),
  )
  expect(message.files).toMatchObject([{ filename: 'é.jpg', mediaType: 'image/jpeg', origin: 'zip' }])
})

test.each([
  ['a bomb', zipOf('a.jpg', Buffer.alloc(60_000_000)), 'zip-too-large'],
  ['a lying size', zipOf('a.jpg', Buffer.alloc(1000, 1), 10), 'zip-entry-damaged'],
  ['a cut zip', zipOf('a.jpg', jpeg).subarray(0, 40), 'zip-damaged'],
])('refuses %s', async (_, zip, problem) => {
  expect((await openZip(sourceOfBytes(zip), new Shelf())).problems).toEqual([problem])
})

test('gives what stood before the damage of a winmail.dat', () => {
  const attribute = (id: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(9)
    head[0] = 2
    head.writeUInt32LE(id, 1)
    head.writeUInt32LE(data.length, 5)
    return Buffer.concat([head, data, Buffer.alloc(2)])
  }
  const whole = Buffer.concat([
    Buffer.from([0x78, 0x9f, 0x3e, 0x22, 1, 0]),
    attribute(0x00069002, Buffer.alloc(14)),
    attribute(0x00018010, Buffer.from('a.jpg\0')),
    attribute(0x0006800f, jpeg),
  ])
  expect(openTnef(whole)).toMatchObject({ files: [{ filename: 'a.jpg', content: jpeg }], text: null, html: null, problems: [] })
  expect(openTnef(Buffer.concat([whole, Buffer.from([2, 1, 0, 1, 0, 255, 255, 255, 255, 0, 0])]))).toMatchObject({
    files: [{ filename: 'a.jpg', content: jpeg }],
    problems: ['tnef-damaged'],
  })
  for (let length = 0; length < whole.length; length += 1) expect(() => openTnef(whole.subarray(0, length))).not.toThrow()
})

test('reads the words of a winmail.dat that has no text beside it', async () => {
  const attribute = (id: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(9)
    head[0] = 1
    head.writeUInt32LE(id, 1)
    head.writeUInt32LE(data.length, 5)
    return Buffer.concat([head, data, Buffer.alloc(2)])
  }
  const property = (id: number, type: number, value: Buffer): Buffer => {
    const head = Buffer.alloc(12)
    head.writeUInt16LE(type, 0)
    head.writeUInt16LE(id, 2)
    head.writeUInt32LE(1, 4)
    head.writeUInt32LE(value.length, 8)
    return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)])
  }
  const properties = [property(0x1000, 0x1f, Buffer.from('Voilà mon travail.\0', 'utf16le')), property(0x1013, 0x102, Buffer.from('<p>Voilà mon travail.</p>'))]
  const count = Buffer.alloc(4)
  count.writeUInt32LE(properties.length)
  const tnef = Buffer.concat([Buffer.from([0x78, 0x9f, 0x3e, 0x22, 1, 0]), attribute(0x00069003, Buffer.concat([count, ...properties]))])
  expect(openTnef(tnef)).toMatchObject({ text: 'Voilà mon travail.', html: '<p>Voilà mon travail.</p>', problems: [] })
  const message = await read(
    mixed([`Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n${tnef.toString('base64')}\r\n`]),
  )
  expect(message.text).toBe('Voilà mon travail.')
})

test('opens an opaque signature, definite or not, and nothing else', () => {
  const node = (tag: number, ...content: Buffer[]): Buffer => {
    const body = Buffer.concat(content)
    return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x82, body.length >> 8, body.length & 255]), body])
  }
  const oid = (last: number): Buffer => node(6, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last]))
  const entity = Buffer.from('Content-Type: text/plain\r\n\r\nhello')
  const signed = (content: Buffer): Buffer =>
    node(0x30, oid(2), node(0xa0, node(0x30, node(2, Buffer.from([1])), node(0x31), node(0x30, oid(1), node(0xa0, content)))))
  expect(openSmime(signed(node(4, entity)))).toEqual(entity)
  expect(openSmime(signed(node(0x24, node(4, entity.subarray(0, 9)), node(4, entity.subarray(9)))))).toEqual(entity)
  expect(openSmime(node(0x30, oid(3), node(0xa0)))).toBeNull()
  expect(openSmime(jpeg)).toBeNull()
})

test('takes uuencoded blocks and data addresses out of the text', async () => {
  const plain = await read('\r\nvoilà\r\n\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\nfin\r\n')
  expect(plain.files).toMatchObject([{ filename: 'a.txt', origin: 'uuencode' }])
  expect(plain.files[0]?.content.read(0, 9).toString()).toBe('Cat')
  expect(plain.text).not.toContain('begin 644')
  const html = await read(`Content-Type: text/html\r\n\r\n<p>x<img src="data:image/jpeg;base64,${jpeg.toString('base64')}">`)
  expect(html.files).toMatchObject([{ mediaType: 'image/jpeg', origin: 'data-url', contentId: 'data-1@cartable.invalid' }])
  expect(html.html).toContain('cid:data-1@cartable.invalid')
})

test('measures structure without being fooled by text', () => {
  expect(cutStructure(sourceOfBytes(Buffer.from('--b\r\n\r\n-- \r\nsignature\r\n--b--')), 'multipart/mixed; boundary="b"')).toEqual({
    end: 28,
    problem: null,
    unfolded: [],
  })
  expect(cutStructure(sourceOfBytes(Buffer.from('--x'.repeat(100))), 'text/plain')).toEqual({ end: 300, problem: null, unfolded: [] })
})
