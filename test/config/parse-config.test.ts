import { bytesOf, millisecondsOf } from '../../src/config/key-types'
import { parseConfig } from '../../src/config/parse-config'

const parse = (toml: string, env: Record<string, string> = {}, files: Record<string, string> = {}) =>
  parseConfig({
    toml,
    env,
    readSecretFile: (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return text
    },
  })
const configOf = (toml: string, env: Record<string, string> = {}, files: Record<string, string> = {}) => {
  const outcome = parse(toml, env, files)
  if (!outcome.ok) throw new Error(outcome.faults.join('\n'))
  return outcome.config
}
const faultsOf = (toml: string, env: Record<string, string> = {}): string[] => {
  const outcome = parse(toml, env)
  return outcome.ok ? [] : outcome.faults
}

test('nothing written gives the documented defaults', () => {
  const config = configOf('')
  expect([
    config.domain,
    config.smtp.port,
    config.smtp.maxMessageBytes,
    config.bundle.graceMs,
    config.receipt.waitMs,
    config.auth.policy,
    config.outbound.url,
    config.imap,
  ]).toEqual(['localhost', 2525, 40_000_000, 900_000, 60_000, 'dmarc', 'file:outbox', []])
})

test('the environment overrides the file, arrays of tables too', () => {
  const config = configOf('[smtp]\nport = 25\n[[imap]]\nhost = "a"\nuser = "u"', {
    CARTABLE_SMTP__PORT: '2626',
    CARTABLE_IMAP__0__HOST: 'b',
    CARTABLE_DOMAIN: 'devoirs.example',
    CARTABLE_DIGEST__DAYS: 'mon,fri',
    CARTABLE_LOG: 'debug',
  })
  expect([config.smtp.port, config.imap[0]?.host, config.imap[0]?.user, config.domain, config.digest.days]).toEqual([
    2626,
    'b',
    'u',
    'devoirs.example',
    ['mon', 'fri'],
  ])
})

test('an IMAP mailbox can come from the environment alone', () => {
  expect(configOf('', { CARTABLE_IMAP__0__HOST: 'imap.example', CARTABLE_IMAP__0__PORT: '143', CARTABLE_IMAP__0__SECURE: 'false' }).imap[0]).toMatchObject({
    host: 'imap.example',
    port: 143,
    secure: false,
    mailbox: 'INBOX',
  })
})

test('a secret is read from its file, without the line end', () => {
  expect(configOf('secret_file = "key"', {}, { key: 'sixteen characters and more\n' }).secret).toBe('sixteen characters and more')
})

test.each([
  ['unknown key with a slip', '[smtp]\nprot = 25', 'smtp.prot: unknown key: did you mean "port"?'],
  ['unknown section', '[smpt]\nport = 25', 'smpt: unknown key: did you mean "smtp"?'],
  ['unknown key of the top', 'flavour = "mint"', 'flavour: unknown key: remove it, or see the table of keys in README.md'],
  ['number out of range', '[smtp]\nport = 70000', 'smtp.port: is number 70000: use a whole number from 0 to 65535'],
  ['text for a number', '[smtp]\nport = "many"', 'smtp.port: is string many: use a whole number from 0 to 65535'],
  ['size without a unit', '[smtp]\nmax_message_size = "40"', 'smtp.max_message_size: is string 40: use a size such as "35MB"'],
  ['time without a unit', '[bundle]\ngrace = "fifteen"', 'bundle.grace: is string fifteen: use a time such as "15m", "90d"'],
  ['choice that is none', '[auth]\npolicy = "maybe"', 'auth.policy: is "maybe": use one of "dmarc", "confirm", "off"'],
  ['zone that is none', 'timezone = "Mars/Olympus"', 'timezone: is "Mars/Olympus": use an IANA name such as "Europe/Paris"'],
  ['day that is none', '[digest]\ndays = ["fryday"]', 'digest.days: holds "fryday": use mon, tue, wed, thu, fri, sat, sun'],
  ['section given as a value', 'smtp = 3', 'smtp: must be a table: write [smtp] above its keys'],
  ['imap as one table', '[imap]\nhost = "a"', 'imap: must be a list of tables: write [[imap]] above its keys'],
  ['certificate without its key', '[smtp]\ntls_cert = "a.pem"', 'smtp.tls_cert: give tls_cert and tls_key together, or neither'],
  ['half a signing key', '[dkim]\ndomain = "a.example"', 'dkim.domain: give domain, selector and key_file together, or none'],
  ['short secret', 'secret = "abc"', 'secret: is shorter than 16 characters: use a long random text, or leave it out'],
  ['secret twice', 'secret = "0123456789abcdef"\nsecret_file = "x"', 'secret: stands beside its _file form: keep one of them'],
  ['secret file that is not there', 'secret_file = "x"', 'secret: _file cannot be read (ENOENT): check path and rights'],
  ['domain with blanks', 'domain = "my school"', 'domain: is "my school": use a domain such as "devoirs.college.example"'],
])('says what is wrong and the mend: %s', (_story, toml, fault) => {
  expect(faultsOf(toml)).toEqual([fault])
})

test('tells every fault, not only the first', () => {
  expect(faultsOf('timezone = "x"\n[smtp]\nport = -1\nprotocol = "uucp"').length).toBe(3)
})

test('a variable of ours that is no key is a fault too', () => {
  expect(faultsOf('', { CARTABLE_SMTP__PROT: '1' })).toEqual(['smtp.prot: unknown key: did you mean "port"?'])
})

test('broken TOML names its line', () => {
  expect(faultsOf('domain = "a"\n[smtp\nport = 1')[0]).toMatch(/^line 2: not valid TOML/)
})

test.each([
  ['35MB', 35_000_000],
  ['1KiB', 1024],
  ['2.5 GB', 2_500_000_000],
  ['10B', 10],
  ['10', null],
  ['MB', null],
])('size %s', (text, bytes) => expect(bytesOf(text)).toBe(bytes))
test.each([
  ['15m', 900_000],
  ['90d', 7_776_000_000],
  ['60s', 60_000],
  ['0s', 0],
  ['1.5h', 5_400_000],
  ['15', null],
])('time %s', (text, ms) => expect(millisecondsOf(text)).toBe(ms))
