/** `cartable check`: what it tells of each thing, in lines and as JSON (CONTRACT sections 2, 3, 10; THREATS F43, G5). */
import { execFile } from 'node:child_process'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DnsServer, startDns, type Zone } from '../authenticate/dns-server'
import { startSink } from '../deliver/sink'
import { makeCertificate } from '../receive/certificate'

interface Line {
  name: string
  state: string
  message: string
  mend: string | null
}

let folder: string
let dns: DnsServer
beforeAll(async () => {
  dns = await startDns()
})
afterAll(() => dns.stop())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cartable-check-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const cli = join(__dirname, '..', '..', 'dist', 'cli.js')

function run(toml: string, options: string[] = ['--json'], mode = 0o600): Promise<{ code: number; out: string; err: string; lines: Record<string, Line> }> {
  const file = join(folder, 'cartable.toml')
  writeFileSync(file, toml)
  chmodSync(file, mode)
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'check', '--config', file, ...options], { env: { PATH: process.env.PATH } }, (error, out, err) => {
      const lines = options.includes('--json')
        ? out
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Line)
        : []
      resolve({ code: error === null ? 0 : Number(error.code), out, err, lines: Object.fromEntries(lines.map((line) => [line.name, line])) })
    })
  })
}

const statesOf = (lines: Record<string, Line>): Record<string, string> => Object.fromEntries(Object.values(lines).map(({ name, state }) => [name, state]))
const quiet = '[smtp]\nport = 0\n'

test('built-in defaults: nothing is wrong, in JSON', async () => {
  const { code, lines, err } = await run('')
  expect(statesOf(lines)).toEqual({
    configuration: 'ok',
    auth: 'ok',
    secrets: 'ok',
    database: 'ok',
    storage: 'ok',
    disk: expect.stringMatching('ok|warning'),
    dns: 'ok',
    tls: 'ok',
    relay: 'ok',
    imap: 'ok',
  })
  expect(Object.keys(lines.tls ?? {}).sort()).toEqual(['mend', 'message', 'name', 'state'])
  expect(code).toBe(0)
  expect(err).toBe('')
})

test('a line each for people, with the mend', async () => {
  const { code, out } = await run('[auth]\npolicy = "off"\n[smtp]\nhost = "0.0.0.0"\n', [])
  expect(code).toBe(1)
  expect(out).toMatch(/^wrong {4}auth: .*anybody can post as a teacher: set \[auth\] policy = "dmarc"$/m)
  expect(out).toMatch(/^ok {7}database: /m)
})

test('a wrong configuration is told with its key, exit 2', async () => {
  const { code, err, lines } = await run('[smtp]\nprot = 1\n')
  expect(code).toBe(2)
  expect(err).toMatch(/smtp\.prot/)
  expect(lines.configuration).toMatchObject({ state: 'wrong', message: expect.stringMatching(/smtp\.prot/) })
})

test.each([
  ['policy off on loopback', '[auth]\npolicy = "off"\n', 'ok'],
  ['policy off without listener', '[auth]\npolicy = "off"\n[smtp]\nport = 0\nhost = "0.0.0.0"\n', 'ok'],
  ['policy off beyond loopback', '[auth]\npolicy = "off"\n[smtp]\nhost = "::"\n', 'wrong'],
  ['policy confirm beyond loopback', '[auth]\npolicy = "confirm"\n[smtp]\nhost = "0.0.0.0"\n', 'ok'],
])('auth: %s', async (_name, toml, state) => {
  expect((await run(toml)).lines.auth?.state).toBe(state)
})

test.each([
  ['a secret that everybody reads', 'secret = "0123456789abcdef0123"\n', 0o644, 'wrong'],
  ['a secret for the owner', 'secret = "0123456789abcdef0123"\n', 0o600, 'ok'],
  ['no secret', 'school = "x"\n', 0o644, 'ok'],
])('secrets: %s', async (_name, toml, mode, state) => {
  expect((await run(toml, ['--json'], mode)).lines.secrets?.state).toBe(state)
})

test('secrets: a relay password in the URL, and a secret file that everybody reads', async () => {
  writeFileSync(join(folder, 'secret'), 'x'.repeat(32), { mode: 0o644 })
  chmodSync(join(folder, 'secret'), 0o644)
  expect((await run('secret_file = "secret"\n')).lines.secrets).toMatchObject({ state: 'wrong', mend: expect.stringMatching(/chmod 600 .*secret$/) })
  const found = await run(`[outbound]\nurl = "smtp://me:hunter2@127.0.0.1:9"\n`, ['--json'], 0o644)
  expect(found.lines.secrets?.state).toBe('wrong')
  expect(found.out).not.toContain('hunter2')
})

test('storage: rights, no room, a damaged database', async () => {
  mkdirSync(join(folder, 'storage'), { mode: 0o755 })
  chmodSync(join(folder, 'storage'), 0o755)
  writeFileSync(join(folder, 'storage', 'cartable.db'), 'this is no database'.repeat(100))
  const { code, lines } = await run('[storage]\nreserve = "999999GB"\n')
  expect(statesOf(lines)).toMatchObject({ storage: 'warning', disk: 'wrong', database: 'wrong' })
  expect(code).toBe(1)
})

describe('names', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const p = createPublicKey(publicKey).export({ type: 'spki', format: 'der' }).toString('base64')
  const good: Zone = {
    'classes.example': ['MX 10 in.classes.example', 'TXT v=spf1 mx -all'],
    '_dmarc.classes.example': ['TXT v=DMARC1; p=reject'],
    's1._domainkey.classes.example': [`TXT v=DKIM1; k=rsa; p=${p}`],
  }
  const fine = { mx: 'ok', spf: 'ok', dkim: 'ok', dmarc: 'ok' }
  test.each<[string, Zone, Record<string, string>]>([
    ['all published', {}, fine],
    [
      'nothing published',
      { 'classes.example': [], '_dmarc.classes.example': [], 's1._domainkey.classes.example': [] },
      { mx: 'wrong', spf: 'warning', dkim: 'wrong', dmarc: 'warning' },
    ],
    ['an address alone', { 'classes.example': ['A 192.0.2.1', 'TXT v=spf1 a -all'] }, { ...fine, mx: 'warning' }],
    ['SPF for the world', { 'classes.example': ['MX 10 a.example', 'TXT v=spf1 +all'] }, { ...fine, spf: 'wrong' }],
    ['two SPF records', { 'classes.example': ['MX 10 a.example', 'TXT v=spf1 -all', 'TXT v=spf1 mx -all'] }, { ...fine, spf: 'wrong' }],
    ['another key', { 's1._domainkey.classes.example': ['TXT v=DKIM1; p=AAAA'] }, { ...fine, dkim: 'wrong' }],
    ['a test key', { 's1._domainkey.classes.example': [`TXT v=DKIM1; t=y; p=${p}`] }, { ...fine, dkim: 'warning' }],
    ['DMARC without policy', { '_dmarc.classes.example': ['TXT v=DMARC1; rua=mailto:x@y'] }, { ...fine, dmarc: 'wrong' }],
    [
      'DNS in trouble',
      { 'classes.example': 'servfail', '_dmarc.classes.example': 'servfail', 's1._domainkey.classes.example': 'servfail' },
      { mx: 'warning', spf: 'warning', dkim: 'warning', dmarc: 'warning' },
    ],
  ])('%s', async (_name, zone, want) => {
    dns.zone = { ...good, ...zone }
    writeFileSync(join(folder, 'dkim.pem'), privateKey, { mode: 0o600 })
    const { lines } = await run(
      `domain = "classes.example"\n${quiet}[dns]\nservers = ["${dns.address}"]\n[dkim]\ndomain = "classes.example"\nselector = "s1"\nkey_file = "dkim.pem"\n`,
    )
    expect(statesOf(lines)).toMatchObject(want)
  })
})

test('TLS: a good pair, one that does not fit, one that is not there', async () => {
  const [one, other] = [makeCertificate('mx.classes.example'), makeCertificate('mx.classes.example')]
  writeFileSync(join(folder, 'cert.pem'), one.cert)
  writeFileSync(join(folder, 'key.pem'), one.key, { mode: 0o600 })
  writeFileSync(join(folder, 'other.pem'), other.key, { mode: 0o600 })
  const tls = async (key: string): Promise<Line | undefined> => (await run(`[smtp]\ntls_cert = "cert.pem"\ntls_key = "${key}"\n`)).lines.tls
  // Made for two days.
  expect(await tls('key.pem')).toMatchObject({ state: 'warning', message: expect.stringMatching(/expires on/) })
  expect(await tls('other.pem')).toMatchObject({ state: 'wrong', message: expect.stringMatching(/does not belong/) })
  expect(await tls('missing.pem')).toMatchObject({ state: 'wrong', message: expect.stringMatching(/ENOENT/) })
})

test('relay: answers, does not answer, refuses the log-in; nothing is sent', async () => {
  const sink = await startSink()
  const relay = async (url: string): Promise<Line | undefined> => (await run(`[outbound]\nurl = "${url}"\n`)).lines.relay
  try {
    expect(await relay(sink.url)).toMatchObject({ state: 'ok' })
    expect(sink.taken).toEqual([])
    expect(await relay(sink.url.replace('smtp://', 'smtp://me:hunter2@'))).toMatchObject({ state: 'wrong', message: expect.not.stringContaining('hunter2') })
  } finally {
    await sink.stop()
  }
  expect(await relay(sink.url)).toMatchObject({ state: 'wrong', message: expect.stringMatching(/ECONNREFUSED/) })
})

/** An IMAP server that knows one log-in and one folder, as far as a probe asks. */
async function startImap(): Promise<{ port: number; stop(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        const [tag = '', command = ''] = line.split(' ')
        if (/^CAPABILITY$/i.test(command)) socket.write('* CAPABILITY IMAP4rev1\r\n')
        if (/^LIST|^LSUB/i.test(command)) socket.write(`* ${command} () "/" INBOX\r\n`)
        socket.write(/^LOGIN$/i.test(command) && !line.includes('right') ? `${tag} NO [AUTHENTICATIONFAILED] no\r\n` : `${tag} OK done\r\n`)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, stop: () => void server.close() }
}

test('IMAP: lets us in, refuses, has no such folder, is not there', async () => {
  const imap = await startImap()
  const mailbox = async (password: string, more = ''): Promise<Line | undefined> =>
    (await run(`${quiet}[[imap]]\nhost = "127.0.0.1"\nport = ${imap.port}\nsecure = false\nuser = "u"\npassword = "${password}"\n${more}`)).lines.imap
  try {
    expect(await mailbox('right')).toMatchObject({ state: 'ok' })
    expect(await mailbox('left')).toMatchObject({ state: 'wrong', message: expect.stringMatching(/refuses the log-in/) })
    expect(await mailbox('right', 'mailbox = "Devoirs"\n')).toMatchObject({ state: 'wrong', message: expect.stringMatching(/no folder/) })
  } finally {
    imap.stop()
  }
  expect(await mailbox('right')).toMatchObject({ state: 'wrong', message: expect.stringMatching(/ECONNREFUSED/) })
})

test('a peer that says nothing is given up in seconds', async () => {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { lines, code } = await run(`${quiet}[outbound]\nurl = "smtp://127.0.0.1:${port}"\n`)
  server.close()
  expect(lines.relay?.state).toBe('wrong')
  expect(code).toBe(1)
})
