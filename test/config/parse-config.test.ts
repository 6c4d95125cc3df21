import { bytesOf, isNetwork, millisecondsOf } from '../../src/config/key-types'
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
  ['a mailbox that is no table', 'imap = [1]', 'imap.0: must be a table: write [[imap]] above its keys; in the environment count mailboxes 0, 1, 2 …'],
  ['a network that is none', '[smtp]\ntrusted_networks = ["10.0.0.0/99"]', 'smtp.trusted_networks: holds "10.0.0.0/99": use networks such as "10.1.0.0/16"'],
  [
    'a folder as a host',
    '[outbound]\nurl = "file://outbox"',
    'outbound.url: is "file://outbox": use for instance "smtp://relay.college.example:587" or "file:outbox"',
  ],
  ['messages of no size', '[smtp]\nmax_message_size = "0MB"', 'smtp.max_message_size: is string 0MB: use at least "64KiB"'],
  ['a time beyond all dates', '[bundle]\ngrace = "1000000000d"', 'bundle.grace: is string 1000000000d: use at most "36500d"'],
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

test.each([
  ['CARTABLE_IMAP__X__HOST', 'a name for its number'],
  ['CARTABLE_IMAP__01__HOST', 'a number in another form'],
  ['CARTABLE_IMAP__HOST', 'no number'],
  ['CARTABLE_IMAP__0', 'no key'],
  ['CARTABLE_IMAP__LENGTH', 'a property of lists'],
])('%s is no mailbox: %s', (variable) => {
  expect(faultsOf('', { [variable]: 'a' })).toEqual([`${variable}: is no key of a mailbox: write for instance CARTABLE_IMAP__0__HOST`])
})

test('a mailbox that the environment leaves out is told, in any order of the variables', () => {
  expect(faultsOf('', { CARTABLE_IMAP__2__HOST: 'c', CARTABLE_IMAP__0__HOST: 'a' })).toEqual([
    'imap.1: must be a table: write [[imap]] above its keys; in the environment count mailboxes 0, 1, 2 …',
  ])
  expect(configOf('', { CARTABLE_IMAP__1__HOST: 'b', CARTABLE_IMAP__0__HOST: 'a' }).imap.map(({ host }) => host)).toEqual(['a', 'b'])
})

test('the environment overrides a secret in either form, and two forms there are still one too many', () => {
  const [inFile, said] = ['secret_file = "a"', 'secret = "0123456789abcdef"']
  expect(configOf(inFile, { CARTABLE_SECRET: 'fedcba9876543210' }).secret).toBe('fedcba9876543210')
  expect(configOf(said, { CARTABLE_SECRET_FILE: 'k' }, { k: 'sixteen characters and more' }).secret).toBe('sixteen characters and more')
  expect(faultsOf('', { CARTABLE_SECRET: 'fedcba9876543210', CARTABLE_SECRET_FILE: 'k' })).toEqual(['secret: stands beside its _file form: keep one of them'])
})

test('what is none unless it is given can be taken back by an empty variable', () => {
  const config = configOf('office = "o@a.example"\noperator = "p@a.example"\n[quiet]\nhours = "20:00-07:00"\ndays = ["sat"]\n[antivirus]\nclamd = "a:1"', {
    CARTABLE_OFFICE: '',
    CARTABLE_OPERATOR: '',
    CARTABLE_QUIET__HOURS: '',
    CARTABLE_QUIET__DAYS: '',
    CARTABLE_ANTIVIRUS__CLAMD: '',
  })
  expect([config.office, config.operator, config.quiet.hours, config.quiet.days, config.antivirus.clamd]).toEqual([null, null, null, [], null])
})

test.each([
  ['10.0.0.0/8', true],
  ['192.0.2.7', true],
  ['2001:db8::/32', true],
  ['::1', true],
  ['10.0.0.0/33', false],
  ['2001:db8::/129', false],
  ['999.1.1.1', false],
  ['10.1', false],
  ['relay.example', false],
])('network %s', (entry, is) => expect(isNetwork(entry)).toBe(is))

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
