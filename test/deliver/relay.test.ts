/** What becomes of a mail at an SMTP relay that takes it, refuses it, drops it or is not there; and in a folder. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Relay, RelayMessage, RelayOptions } from '../../src/deliver/next-hop'
import { createRelay } from '../../src/deliver/relay'
import { parseRelayUrl } from '../../src/deliver/relay-url'
import { maskedReply, resultOfReply } from '../../src/deliver/smtp-reply'
import { noise } from './mails'
import { type Sink, startSink } from './sink'

let sink: Sink
let relay: Relay
let folder: string
const relayTo = (url: string, options: Partial<RelayOptions> = {}): Relay => createRelay(url, { folder, heloName: 'gateway.example', ...options })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cartable-relay-'))
  sink = await startSink()
  relay = relayTo(sink.url)
})
afterEach(async () => {
  await relay.close()
  await sink.stop()
  rmSync(folder, { recursive: true, force: true })
})

const head = 'Subject: x\r\nFrom: <3b@d.example>\r\n\r\n'
const message = (to = 'zoe@f.example', body: Buffer = Buffer.from('Hello\r\n.dot\r\n..two\r\n'), change: Partial<RelayMessage> = {}): RelayMessage => ({
  id: `id-${to}`,
  envelope: { from: 'b-1@d.example', to },
  open: () => Readable.from([Buffer.from(head), body], { objectMode: false }),
  bytes: head.length + body.length,
  ...change,
})

test('a mail arrives byte for byte, with its envelope, over one session for many', async () => {
  const body = Buffer.from(`${noise(300_000).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n.\r\nend\r\n`)
  expect(await relay.send(message('a@f.example', body))).toMatchObject({ outcome: 'sent' })
  expect(await relay.send(message('b@f.example', Buffer.from('x\r\n'), { envelope: { from: '', to: 'b@f.example' } }))).toMatchObject({ outcome: 'sent' })
  expect(sink.taken.map(({ from, to }) => [from, to])).toEqual([
    ['b-1@d.example', 'a@f.example'],
    ['', 'b@f.example'],
  ])
  expect(sink.taken[0]?.sha256).toBe(createHash('sha256').update(head).update(body).digest('hex'))
  expect(sink.connections()).toBe(1)
})

test('five sessions at most', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, index) => relay.send(message(`p${index}@f.example`))))
  expect(sink.taken).toHaveLength(30)
  expect(sink.connections()).toBe(5)
})

test.each([
  [450, '4.2.1 greylisted, come back', { outcome: 'temporary', code: 450, status: '4.2.1' }],
  [452, 'no room', { outcome: 'temporary', code: 452, status: '4.0.0' }],
  [550, '5.1.1 <zoe@f.example>: no such user zoe', { outcome: 'permanent', code: 550, status: '5.1.1', reply: '550 5.1.1 <address>: no such user <name>' }],
  [554, 'denied', { outcome: 'permanent', code: 554, status: '5.0.0' }],
])('RCPT answered %i %s, and the session goes on', async (code, text, expected) => {
  sink.answer = (to) => (to.startsWith('zoe') ? { code, text } : null)
  expect(await relay.send(message())).toMatchObject(expected)
  expect(await relay.send(message('b@f.example'))).toMatchObject({ outcome: 'sent' })
  expect(sink.connections()).toBe(1)
})

test('a refusal after the dot is told from one before it by nothing but its words', async () => {
  sink.afterDot = () => ({ code: 554, text: '5.7.1 looks like spam' })
  expect(await relay.send(message())).toMatchObject({ outcome: 'permanent', code: 554, status: '5.7.1' })
})

test.each<[string, (sink: Sink) => void]>([
  ['inside DATA', (s) => (s.onData = () => 'drop')],
  ['after the dot', (s) => (s.afterDot = () => 'drop')],
])('a connection dropped %s is temporary, and the next mail gets a new one', async (_where, spoil) => {
  spoil(sink)
  expect(await relay.send(message('a@f.example', noise(2_000_000)))).toMatchObject({ outcome: 'temporary', code: null, status: '4.4.2' })
  sink.onData = () => undefined
  sink.afterDot = () => null
  expect(await relay.send(message('b@f.example'))).toMatchObject({ outcome: 'sent' })
  expect(sink.taken).toHaveLength(1)
})

test('nobody listening, then somebody', async () => {
  const { port } = sink
  await sink.stop()
  expect(await relay.send(message())).toEqual({ outcome: 'unreachable', reply: 'ECONNREFUSED' })
  sink = await startSink(port)
  expect(await relay.send(message())).toMatchObject({ outcome: 'sent' })
})

test('a session that died of idleness costs the next mail nothing', async () => {
  expect(await relay.send(message('a@f.example'))).toMatchObject({ outcome: 'sent' })
  const { port } = sink
  await sink.stop()
  sink = await startSink(port)
  expect(await relay.send(message('b@f.example'))).toMatchObject({ outcome: 'sent' })
})

describe('a peer that speaks its own way', () => {
  let server: Server
  const sockets = new Set<Socket>()
  const talk = (lines: (line: string) => string | null, greeting: string): Promise<string> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        sockets.add(socket)
        socket.on('error', () => undefined)
        if (greeting !== '') socket.write(`${greeting}\r\n`)
        socket.on('data', (chunk) => {
          for (const line of chunk.toString('latin1').split('\r\n').filter(Boolean)) {
            const answer = lines(line)
            if (answer !== null) socket.write(`${answer}\r\n`)
          }
        })
      }).listen(0, '127.0.0.1', () => resolve(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`))
    })
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const polite = (line: string): string | null => (/^EHLO/.test(line) ? '250-relay.example\r\n250 SIZE 1000' : '250 ok')

  test.each([
    ['421 at the greeting', '421 4.3.2 try later', polite],
    ['554 at the greeting', '554 5.7.1 your address is not known here', polite],
    ['a log-in refused', '220 hi', (line: string) => (/^EHLO/.test(line) ? '250-r\r\n250 AUTH PLAIN' : '535 5.7.8 bad password for user@d.example')],
  ])('%s means the relay, not the pupil', async (_what, greeting, lines) => {
    const other = relayTo((await talk(lines, greeting)).replace('//', '//user%40d.example:secret@'))
    const result = await other.send(message())
    expect(result).toMatchObject({ outcome: 'unreachable' })
    expect(result.reply).not.toContain('@')
    await other.close()
  })

  test('silence ends in time', async () => {
    const other = relayTo(await talk(() => null, ''), { replyMs: 200 })
    expect(await other.send(message())).toMatchObject({ outcome: 'unreachable' })
    await other.close()
  })

  test('silence inside the talk ends in time', async () => {
    const other = relayTo(await talk((line) => (/^EHLO/.test(line) ? '250 relay.example' : null), '220 hi'), { replyMs: 200 })
    expect(await other.send(message())).toMatchObject({ outcome: 'temporary', code: null, status: '4.4.2' })
    await other.close()
  })

  test('a mail larger than SIZE, and one that needs SMTPUTF8, do not go out', async () => {
    const other = relayTo(await talk(polite, '220 hi'))
    expect(await other.send(message('a@f.example', noise(2000)))).toMatchObject({ outcome: 'permanent', status: '5.3.4' })
    expect(await other.send(message('zoé@f.example', noise(2), { needsUtf8: true }))).toMatchObject({ outcome: 'permanent', status: '5.6.7' })
    await other.close()
  })

  test('421 in the middle ends the session', async () => {
    const other = relayTo(await talk((line) => (/^MAIL/.test(line) ? '421 4.7.0 too much' : polite(line)), '220 hi'))
    expect(await other.send(message('a@f.example', noise(2)))).toMatchObject({ outcome: 'temporary', code: 421, status: '4.7.0' })
    await other.close()
  })

  test('closing breaks off what runs', async () => {
    let heard = (): void => undefined
    const asked = new Promise<void>((resolve) => (heard = resolve))
    const deaf = (line: string): string | null => (/^EHLO/.test(line) ? '250 r' : (heard(), null))
    relay = relayTo(await talk(deaf, '220 hi'))
    const result = relay.send(message())
    await asked
    await relay.close()
    expect(await result).toMatchObject({ outcome: 'temporary' })
    expect(await relay.send(message())).toMatchObject({ outcome: 'temporary', status: '4.3.2' })
  })
})

test('a mail whose own file is gone is neither sent cut nor held against the relay', async () => {
  const open = (): Readable =>
    Readable.from(
      (function* () {
        yield Buffer.from(head)
        throw new Error('gone')
      })(),
      { objectMode: false },
    )
  for (const one of [relay, relayTo('file:outbox')])
    expect(await one.send(message('a@f.example', undefined, { open }))).toMatchObject({ outcome: 'temporary', code: null, status: '4.3.0' })
  expect(await relay.send(message('b@f.example'))).toMatchObject({ outcome: 'sent' })
  expect(sink.taken.map(({ to }) => to)).toEqual(['b@f.example'])
})

describe('a folder', () => {
  const files = (): string[] => readdirSync(join(folder, 'outbox')).sort()

  test('holds one .eml a message, envelope on top, in the order sent', async () => {
    const outbox = relayTo('file:outbox', { now: () => new Date('2020-03-16T07:00:00Z') })
    for (const to of ['b@f.example', 'a@f.example']) expect(await outbox.send(message(to, Buffer.from('x\r\n')))).toMatchObject({ outcome: 'sent' })
    await outbox.send(message('c@f.example', Buffer.from('x\r\n'), { envelope: { from: '', to: 'c@f.example' } }))
    expect(files().map((name) => readFileSync(join(folder, 'outbox', name), 'utf8'))).toEqual([
      `X-Envelope-From: b-1@d.example\r\nX-Envelope-To: b@f.example\r\n${head}x\r\n`,
      `X-Envelope-From: b-1@d.example\r\nX-Envelope-To: a@f.example\r\n${head}x\r\n`,
      `X-Envelope-From: <>\r\nX-Envelope-To: c@f.example\r\n${head}x\r\n`,
    ])
    expect(files().every((name) => name.endsWith('.eml') && (statSync(join(folder, 'outbox', name)).mode & 0o777) === 0o600)).toBe(true)
  })

  test('gets the same row once, even after a restart, and again when the file was taken away', async () => {
    const outbox = relayTo('file:outbox')
    await Promise.all(['a', 'b'].map((name) => outbox.send(message(`${name}@f.example`))))
    expect(files()).toHaveLength(2)
    const again = relayTo('file:outbox')
    expect(await again.send(message('a@f.example'))).toMatchObject({ outcome: 'sent' })
    expect(files()).toHaveLength(2)
    for (const name of files()) rmSync(join(folder, 'outbox', name))
    expect(await again.send(message('a@f.example'))).toMatchObject({ outcome: 'sent' })
    expect(files()).toHaveLength(1)
  })

  test('that cannot be written is a relay that cannot be reached', async () => {
    writeFileSync(join(folder, 'plain'), '')
    expect(await relayTo('file:plain').send(message())).toMatchObject({ outcome: 'unreachable' })
  })
})

test.each([
  ['smtp://relay.example', { port: 25, secure: false, auth: null, insecure: false }],
  ['smtp://u%40d:p%2Fw@relay.example', { port: 587, auth: { user: 'u@d', pass: 'p/w' } }],
  ['smtps://relay.example?insecure=1', { port: 465, secure: true, insecure: true }],
  ['smtp://[::1]:2525', { host: '::1', port: 2525 }],
])('%s is understood', (url, expected) => expect(parseRelayUrl(url)).toMatchObject(expected))

test.each(['http://x', 'smtp:', 'nothing', 'smtp://u:secret@x?tls=no', 'file:'])('%s is a fault that shows no secret', (url) => {
  expect(() => relayTo(url)).toThrow(expect.objectContaining({ code: 'config-invalid', message: expect.not.stringContaining('secret') }))
})

test.each([
  ['550 5.1.1 <Zoe.Martin@F.example> unknown', '550 5.1.1 <address> unknown'],
  ['550 User zoe.martin unknown, see https://p.example/?u=zoe.martin%40f.example', '550 User <name> unknown, see <link>'],
  ['550-a\n550 b', '550-a 550 b'],
])('%j is kept as %j', (reply, kept) => expect(maskedReply(reply, 'zoe.martin@f.example')).toBe(kept))

test.each([
  ['550 4.1.1 class does not agree', { outcome: 'permanent', status: '5.0.0' }],
  ['451-4.7.1 a\n451 4.7.1 b', { outcome: 'temporary', code: 451, status: '4.7.1' }],
  ['garbage', { outcome: 'temporary', code: null }],
])('%j is read', (reply, expected) => expect(resultOfReply(reply, 'a@b')).toMatchObject(expected))
