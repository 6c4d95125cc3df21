/** What dialogues cannot say: segments, many connections, time, TLS, shutdown. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import { smallDisk } from '../spool/small-disk'
import { makeCertificate } from './certificate'
import { domain, type GatewayOptions, startGateway, type TestGateway } from './gateway'
import { SmtpClient } from './smtp-client'

let gateway: TestGateway
let clients: SmtpClient[] = []
const start = async (options: GatewayOptions = {}): Promise<void> => {
  gateway = await startGateway(options)
}
const dial = async (): Promise<SmtpClient> => {
  const client = new SmtpClient(gateway.port)
  clients.push(client)
  expect(await client.reply()).toMatch(/^220 /)
  return client
}
/** Greets, and gives an envelope up to the 354. */
const untilData = async (client: SmtpClient, recipients = ['3b']): Promise<void> => {
  expect(await client.ask('EHLO mail.college.example')).toMatch(/^250-/)
  expect(await client.ask('MAIL FROM:<a@b.example>')).toMatch(/^250 /)
  for (const recipient of recipients) expect(await client.ask(`RCPT TO:<${recipient}@${domain}>`)).toMatch(/^250 /)
  expect(await client.ask('DATA')).toMatch(/^354 /)
}

afterEach(async () => {
  for (const client of clients) client.end()
  clients = []
  await gateway.stop()
})

test('the envelope, the octets and their hash are what was sent', async () => {
  await start()
  const client = await dial()
  await untilData(client, ['3B', '4a'])
  const octets = Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 31) % 256)), Buffer.from('\r\n')])
  client.raw(Buffer.from(octets.toString('latin1').replace(/(^|\r\n)\./g, '$1..'), 'latin1'))
  expect(await client.ask('.')).toMatch(/^250 2\.6\.0 /)
  const [{ mail, text } = { mail: null, text: '' }] = await gateway.mails()
  expect(text).toBe(octets.toString('latin1'))
  expect(mail).toMatchObject({
    source: 'smtp',
    bytes: octets.length,
    sha256: createHash('sha256').update(octets).digest('hex'),
    envelope: {
      sender: 'a@b.example',
      recipients: [`3B@${domain}`, `4a@${domain}`],
      clientAddress: '127.0.0.1',
      helo: 'mail.college.example',
      receivedAt: new Date('2020-03-16T07:00:00Z'),
    },
  })
})

const notTheEnd: [string, string][] = [
  ['LF.LF', '\n.\n'],
  ['LF.CRLF', '\n.\r\n'],
  ['CRLF.LF', '\r\n.\n'],
  ['CR.CR', '\r.\r'],
  ['CR.CRLF', '\r.\r\n'],
  ['CRLF.CR', '\r\n.\r'],
  ['LF.CR', '\n.\r'],
  ['CRLF.NUL CRLF', '\r\n.\0\r\n'],
  ['CRLF NUL.CRLF', '\r\n\0.\r\n'],
  ['CRLF.CR CRLF', '\r\n.\r\r\n'],
  ['CR CRLF.CR CRLF', '\r\r\n.\r\r\n'],
  ['CRLF.blank CRLF', '\r\n. \r\n'],
  ['CRLF.tab CRLF', '\r\n.\t\r\n'],
  ['VT.VT', '\v.\v'],
  ['NEL.NEL', '\x85.\x85'],
  ['line separators', '\xe2\x80\xa8.\xe2\x80\xa8'],
]
test('no false end of data ends a message, in one segment or octet by octet (THREATS C1)', async () => {
  await start()
  const smuggled = `MAIL FROM:<evil@b.example>\r\nRCPT TO:<3b@${domain}>\r\nDATA\r\nsmuggled`
  for (const [name, end] of notTheEnd) {
    for (const cut of [false, true]) {
      const client = await dial()
      await untilData(client)
      client.raw('Subject: x\r\n\r\nbefore')
      if (cut) {
        for (const octet of end) {
          client.raw(octet)
          await new Promise((resolve) => setImmediate(resolve))
        }
      } else client.raw(end)
      client.raw(`${smuggled}\r\n.\r\n`)
      expect(`${name} ${await client.reply()}`).toMatch(/ 250 2\.6\.0 /)
      expect(`${name} ${await client.ask('NOOP')}`).toMatch(/ 250 2\.0\.0 OK$/)
      client.end()
    }
  }
  const mails = await gateway.mails()
  expect(mails).toHaveLength(notTheEnd.length * 2)
  expect(mails.every(({ text, mail }) => text.includes('smuggled') && mail.envelope.sender === 'a@b.example')).toBe(true)
})

test('who talks before the greeting is not obeyed', async () => {
  await start()
  const client = new SmtpClient(gateway.port)
  clients.push(client)
  client.raw(`HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<3b@${domain}>\r\nDATA\r\nx\r\n.\r\n`)
  const said = await client.closed()
  // The loopback is quick: where the greeting was quicker still, this is a pipelining client like any other.
  if (!said.startsWith('220 ')) {
    expect(said).toMatch(/^421 /)
    expect(await gateway.mails()).toHaveLength(0)
  }
}, 10_000)

test('a hundred recipients are taken, the next ones are asked to wait, and no error is counted for it', async () => {
  await start({ checkRecipient: () => Promise.resolve(null) })
  const client = await dial()
  await client.ask('HELO x')
  await client.ask('MAIL FROM:<a@b.example>')
  const answers: string[] = []
  for (let i = 0; i < 130; i++) answers.push(await client.ask(`RCPT TO:<p${i}@${domain}>`))
  expect(answers.slice(0, 100).every((answer) => answer.startsWith('250 2.1.5 '))).toBe(true)
  expect(answers.slice(100).every((answer) => answer.startsWith('452 4.5.3 '))).toBe(true)
  await client.ask('DATA')
  expect(await client.ask('.')).toMatch(/^250 /)
  expect((await gateway.mails())[0]?.mail.envelope.recipients).toHaveLength(100)
})

test('commands without mail end after a thousand, with mail they do not', async () => {
  await start()
  const client = await dial()
  await untilData(client)
  await client.ask('.')
  client.raw('NOOP\r\n'.repeat(20_000))
  const said = await client.closed()
  expect(said.split('\r\n').filter((line) => line.startsWith('250'))).toHaveLength(1000)
  expect(said).toMatch(/421 4\.7\.0 [^\r]*\r\n$/)
})

test.each([
  ['513 octets', 'NOOP '.padEnd(511, 'x')],
  ['a million without an end', 'NOOP '.padEnd(1_000_000, 'x')],
])('a command line of %s is closed', async (_what, line) => {
  await start()
  const client = await dial()
  client.line(line)
  expect(await client.closed()).toMatch(/^500 5\.5\.2 [^\r]*\r\n$/)
})

test('a refused message is read to its end, then answered; far beyond the limit its line is cut', async () => {
  await start({ maxMessageBytes: 70_000 })
  const client = await dial()
  await untilData(client)
  for (let i = 0; i < 40; i++) client.raw(`${'x'.repeat(98)}\r\n`.repeat(1000))
  expect(await client.ask('.')).toMatch(/^552 5\.3\.4 /)
  await untilData(client)
  client.line('x'.repeat(69_000))
  expect(await client.ask('.')).toMatch(/^250 /)
  expect(await gateway.mails()).toHaveLength(1)
})

test('LMTP tells each recipient of a disk that is full at the end of the message', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-full-'))
  const remove = smallDisk(join(folder, 'disk'), 1)
  if (!remove) return start()
  try {
    writeFileSync(join(folder, 'disk', 'ballast'), Buffer.alloc(980_000))
    await start({ protocol: 'lmtp', folder: join(folder, 'disk', 'storage') })
    const client = await dial()
    await client.ask('LHLO x')
    expect(await client.ask('MAIL FROM:<a@b.example>')).toMatch(/^250 /)
    await client.ask(`RCPT TO:<3b@${domain}>`)
    await client.ask(`RCPT TO:<4a@${domain}>`)
    await client.ask('DATA')
    client.raw(`${'x'.repeat(98)}\r\n`.repeat(950))
    expect(await client.ask('.')).toMatch(/^452 4\.3\.1 /)
    expect(await client.reply()).toMatch(/^452 4\.3\.1 /)
    expect(await client.ask('NOOP')).toMatch(/^250 /)
    expect(await gateway.mails()).toEqual([])
  } finally {
    remove()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a client that leaves in the middle of its message leaves nothing', async () => {
  await start()
  const client = await dial()
  await untilData(client)
  client.raw(`Subject: half\r\n\r\n${'x'.repeat(90_000)}`)
  client.end()
  while (gateway.listener.connections() > 0) await new Promise((resolve) => setImmediate(resolve))
  const other = await dial()
  await untilData(other)
  expect(await other.ask('.')).toMatch(/^250 /)
  expect(await gateway.mails()).toHaveLength(1)
})

test('one network holds only so many connections', async () => {
  await start({ maxConnections: { total: 100, perAddress: 2, exempt: () => false } })
  const [first] = [await dial(), await dial()]
  const third = new SmtpClient(gateway.port)
  clients.push(third)
  expect(await third.closed()).toMatch(/^421 4\.7\.0 .*Too many connections.*\r\n$/)
  await first?.ask('QUIT')
  // The place is free once the system has told us of the end.
  let greeting = ''
  while (!greeting.startsWith('220 ')) {
    const next = new SmtpClient(gateway.port)
    clients.push(next)
    greeting = await next.reply()
  }
})

test('all together hold only so many, and who waits in vain is told (the answer that lives in the replaced init)', async () => {
  await start({ maxConnections: { total: 2, perAddress: 1 } })
  await dial()
  await dial()
  const third = new SmtpClient(gateway.port)
  clients.push(third)
  expect(await third.closed()).toMatch(/^421 4\.7\.0 .*Too many connections.*\r\n$/)
})

test('a silent connection gives its place to the next one, one with mail does not', async () => {
  await start({ maxConnections: { total: 2, perAddress: 1 }, timeouts: { evictableMs: 50 } })
  const [busy, silent] = [await dial(), await dial()]
  await busy.ask('HELO x')
  await busy.ask('MAIL FROM:<a@b.example>')
  let greeting = ''
  while (!greeting.startsWith('220 ')) {
    const next = new SmtpClient(gateway.port)
    clients.push(next)
    greeting = await next.reply()
  }
  expect(await silent.closed()).toMatch(/^421 4\.7\.0 /)
  expect(await busy.ask(`RCPT TO:<3b@${domain}>`)).toMatch(/^250 /)
})

test('an honest client is served beside a thousand idle connections', async () => {
  await start()
  const idle = Array.from({ length: 1000 }, () => new SmtpClient(gateway.port))
  clients.push(...idle)
  await Promise.all(idle.map((client) => client.reply()))
  const started = performance.now()
  const client = await dial()
  await untilData(client)
  expect(await client.ask('.')).toMatch(/^250 /)
  expect(performance.now() - started).toBeLessThan(1000)
})

test('the package is the one whose init was replaced', () => {
  expect((JSON.parse(readFileSync(require.resolve('smtp-server/package.json'), 'utf8')) as { version: string }).version).toBe('3.21.6')
  const init = SMTPConnection.prototype.init.toString()
  expect(init).toContain('maxClients')
  expect(init).toContain('connectionReady(), 100)')
  return start()
})

test('the greeting does not wait', async () => {
  await start()
  const started = performance.now()
  for (let i = 0; i < 20; i++) await dial()
  expect(performance.now() - started).toBeLessThan(1500)
})

test('silent and dripping sessions end, those that bring mail stay', async () => {
  await start({ timeouts: { commandMs: 400, sessionMs: 60_000, dataMs: 60_000, windowMs: 100, windowBytes: 50, evictableMs: 60_000 } })
  const [silent, dripping, honest] = [await dial(), await dial(), await dial()]
  await untilData(dripping)
  await untilData(honest)
  const drip = setInterval(() => dripping.raw('x'), 20)
  const bring = setInterval(() => honest.line('x'.repeat(98)), 20)
  expect(await silent.closed()).toMatch(/^421 /)
  expect(await dripping.closed()).toMatch(/^421 4\.4\.2 Too slow/)
  clearInterval(drip)
  clearInterval(bring)
  expect(await honest.ask('\r\n.')).toMatch(/^250 /)
})

test('a session and a message do not last for ever', async () => {
  await start({ timeouts: { commandMs: 60_000, sessionMs: 300, dataMs: 300, windowMs: 50, windowBytes: 1, evictableMs: 60_000 } })
  const [busy, sending] = [await dial(), await dial()]
  await untilData(sending)
  const bring = setInterval(() => sending.line('x'), 10)
  const ask = setInterval(() => busy.line('NOOP'), 10)
  expect(await busy.closed()).toMatch(/421 4\.4\.2 Session too long\r\n$/)
  expect(await sending.closed()).toMatch(/^421 4\.4\.2 Too slow/)
  clearInterval(bring)
  clearInterval(ask)
})

describe('STARTTLS', () => {
  test('is offered with a certificate, once, and starts the session over', async () => {
    await start({ tls: makeCertificate(domain) })
    const client = await dial()
    expect(await client.ask('EHLO x')).toContain('STARTTLS')
    await client.ask('MAIL FROM:<a@b.example>')
    // What is sent behind STARTTLS in the clear is never obeyed (CVE-2011-0411).
    client.raw('STARTTLS\r\nMAIL FROM:<evil@b.example>\r\n')
    expect(await client.reply()).toMatch(/^220 /)
    await client.startTls()
    expect(await client.ask('RCPT TO:<3b@devoirs.example>')).toMatch(/^503 /)
    expect(await client.ask('EHLO x')).not.toContain('STARTTLS')
    expect(await client.ask('STARTTLS')).toMatch(/^503 /)
    await untilData(client)
    client.line('secret')
    expect(await client.ask('.')).toMatch(/^250 /)
    expect((await gateway.mails()).map(({ mail, text }) => [mail.envelope.sender, text])).toEqual([['a@b.example', 'secret\r\n']])
  })

  test('is not there without one', async () => {
    await start()
    const client = await dial()
    expect(await client.ask('EHLO x')).not.toContain('STARTTLS')
    expect(await client.ask('STARTTLS')).toMatch(/^50[02] /)
  })
})

test('at the end idle sessions hear 421, a running message still gets its 250', async () => {
  await start()
  const [idle, running, half] = [await dial(), await dial(), await dial()]
  await untilData(running)
  await half.ask('HELO x')
  await half.ask('MAIL FROM:<a@b.example>')
  running.line('first half')
  const closed = gateway.listener.close(5000)
  expect(await idle.closed()).toMatch(/^421 4\.3\.2 .*\r\n$/)
  expect(await half.closed()).toMatch(/^421 4\.3\.2 .*\r\n$/)
  running.line('second half')
  expect(await running.ask('.')).toMatch(/^250 2\.6\.0 /)
  expect(await running.closed()).toMatch(/^421 4\.3\.2 /)
  await closed
  expect((await gateway.mails()).map(({ text }) => text)).toEqual(['first half\r\nsecond half\r\n'])
})

test('at the end of the grace a message that does not end is cut, and not stored', async () => {
  await start()
  const running = await dial()
  await untilData(running)
  running.line('first half')
  const started = performance.now()
  await gateway.listener.close(200)
  expect(performance.now() - started).toBeLessThan(2000)
  expect(await running.closed()).toBe('')
  expect(await gateway.mails()).toEqual([])
})

test('a port that is taken is an error of the start', async () => {
  await start()
  await expect(startGateway({ port: gateway.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('the log names nobody', async () => {
  await start()
  const client = await dial()
  await untilData(client)
  client.line('Subject: Zoé')
  await client.ask('.')
  await client.ask('MAIL FROM:<anne@college.example>')
  await client.ask(`RCPT TO:<nobody@${domain}>`)
  await client.ask(`RCPT TO:<broken@${domain}>`)
  // Ids are random: they may spell anything.
  const log = JSON.stringify(gateway.lines, (key, value: unknown) => (key === 'id' || key === 'session' ? '' : value))
  expect(gateway.lines.map(({ event }) => event)).toEqual(['mail-accepted', 'smtp-recipient-refused', 'smtp-recipient-check-failed'])
  expect(log).not.toMatch(/anne|nobody|broken|3b|college|Zo|127\.0/)
})
