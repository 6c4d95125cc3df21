/** Every key of cartable.toml, in the order of the README's table. Parser, environment override, error lines and that table come from here. */
import {
  days,
  domainName,
  duration,
  flag,
  hour,
  hours,
  isNetwork,
  type Key,
  list,
  mailAddress,
  oneOf,
  optionalText,
  pattern,
  size,
  text,
  timezone,
  webAddress,
  wholeNumber,
} from './key-types'

/** RFC 5321 §4.5.3.1.7: what every server has to take. */
const leastMessage = '64KiB'
const anyPort = { min: 0, max: 65535 }

export const schema = {
  domain: domainName('domain', 'localhost', 'domain of class and reply addresses'),
  school: text('school', 'Cartable', 'name shown in mails'),
  office: mailAddress('office', "address of the school's office: unreachable families; may mail rosters in"),
  operator: mailAddress('operator', 'address of the operator: incidents, mail to postmaster'),
  swap: flag('swap', false, 'the command `ÉCHANGER` is allowed'),
  locale: oneOf('locale', 'fr', ['fr', 'en'], 'default language'),
  timezone: timezone('timezone', 'Europe/Paris', 'IANA name: deadlines, digests'),
  secret: optionalText('secret', 'key of reply tokens, page marks and links; made on first start and kept in storage', {
    secret: true,
    shown: 'made on first start',
  }),
  storage: {
    path: text('path', 'storage', 'folder of everything that is kept; relative to the configuration file'),
    database: pattern(
      'database',
      'sqlite:cartable.db',
      /^(sqlite:.+|postgres(ql)?:\/\/.+)$/,
      '"sqlite:cartable.db" or "postgres://user@host/name"',
      '`sqlite:FILE` (in path) or `postgres://…`',
    ),
    blobs: pattern('blobs', 'file:blobs', /^file:.+$/, '"file:blobs"', '`file:FOLDER` (in path)'),
    reserveBytes: size('reserve', '200MB', 'free space under which mail is answered `452`'),
  },
  smtp: {
    host: text('host', '127.0.0.1', 'address the listener binds'),
    port: wholeNumber('port', 2525, anyPort, '0: no listener'),
    protocol: oneOf('protocol', 'smtp', ['smtp', 'lmtp'], '`lmtp` behind Postfix, Exim …'),
    maxMessageBytes: size('max_message_size', '40MB', 'announced as SIZE', leastMessage),
    tlsCert: optionalText('tls_cert', 'certificate chain file: STARTTLS'),
    tlsKey: optionalText('tls_key', 'private key file'),
    trustedNetworks: list('trusted_networks', 'relays whose `Authentication-Results` count, e.g. `["10.0.0.0/8"]`', (entry) =>
      isNetwork(entry) ? null : `holds ${JSON.stringify(entry)}: use networks such as "10.1.0.0/16"`,
    ),
  },
  outbound: {
    url: pattern(
      'url',
      'file:outbox',
      /^(smtps?:\/\/.+|file:(\/\/(localhost)?\/.+|(?!\/\/).+))$/,
      '"smtp://relay.college.example:587" or "file:outbox"',
      'relay, `smtp://…` or `smtps://…` (credentials in the URL), or a folder (in path): one `.eml` a message',
    ),
    maxMessageBytes: size('max_message_size', '20MB', 'larger bundles are split', leastMessage),
  },
  dkim: {
    domain: optionalText('domain', 'sign all that goes out as this domain'),
    selector: optionalText('selector', 'selector of the key'),
    keyFile: optionalText('key_file', 'PEM file of the private key'),
  },
  auth: {
    policy: oneOf(
      'policy',
      'dmarc',
      ['dmarc', 'confirm', 'off'],
      "how a teacher's From is believed: aligned DKIM or SPF pass, else asked; always asked; never asked (tests, closed networks)",
    ),
    authservId: optionalText('authserv_id', 'trusted `Authentication-Results` issuer (IMAP mailboxes, upstream relays)'),
  },
  dns: {
    servers: list('servers', 'resolvers, e.g. `["127.0.0.1:5300"]`; none: the system\'s', (entry) =>
      /^[\w.:[\]-]+$/.test(entry) ? null : `holds ${JSON.stringify(entry)}: use addresses such as "127.0.0.1:5300"`,
    ),
  },
  http: {
    host: text('host', '127.0.0.1', 'address of the web face'),
    port: wholeNumber('port', 8080, anyPort, '0: none'),
    publicUrl: webAddress('public_url', 'base of links in mails; none: mails hold no links'),
  },
  bundle: {
    graceMs: duration('grace', '15m', 'after the deadline, before the bundle goes out'),
    late: oneOf('late', 'daily', ['each', 'daily', 'never'], 'late work goes to the teacher'),
    lateBy: oneOf(
      'late_by',
      'postmark',
      ['postmark', 'arrival'],
      'lateness judged by the signing time of a verified, aligned DKIM signature, else by arrival; or always by arrival',
    ),
  },
  receipt: {
    waitMs: duration('wait', '60s', "a pupil's receipt leaves when nothing more has come from them for this long"),
  },
  post: {
    undoMs: duration('undo', '0s', "copies leave after this pause; the teacher's ANNULER within it stops them"),
  },
  quiet: {
    hours: hours('hours', 'e.g. `"20:00-07:00"`: nothing leaves for pupils and parents inside'),
    days: days('days', [], 'e.g. `["sat","sun"]`'),
    calendar: optionalText('calendar', 'an `.ics` of holidays'),
  },
  digest: {
    at: hour('at', '18:00', "hour of parents' digests"),
    days: days('days', ['fri'], "days of parents' digests"),
  },
  limits: {
    mailsPerSenderHour: wholeNumber('mails_per_sender_hour', 60, { min: 1, max: 100_000 }, 'mails an hour from one address; more are held'),
    pagesPerSubmission: wholeNumber(
      'pages_per_submission',
      60,
      { min: 1, max: 1000 },
      'pages a pupil may hand in for one assignment; more are set aside and said',
    ),
    photosPerMessage: wholeNumber('photos_per_message', 40, { min: 1, max: 1000 }, 'pictures taken from one mail'),
    pixels: wholeNumber('pixels', 100_000_000, { min: 1_000_000, max: 400_000_000 }, 'pixels an image may have; refused by its header'),
    connections: wholeNumber('connections', 200, { min: 1, max: 10_000 }, 'SMTP sessions at once'),
    connectionsPerAddress: wholeNumber('connections_per_address', 100, { min: 1, max: 10_000 }, 'SMTP sessions at once from one address'),
    pageWorkers: wholeNumber('page_workers', 2, { min: 1, max: 64 }, 'pictures worked on at once'),
  },
  retention: {
    mailMs: duration('mail', '30d', 'received mail is deleted after this'),
    pagesMs: duration('pages', '365d', 'assignments, pages and bundles are deleted after this'),
  },
  antivirus: {
    clamd: optionalText('clamd', '`host:port` or socket path; mail waits while it does not answer, infected mail is held'),
  },
} as const

/** The keys of each `[[imap]]` table. */
export const imapSchema = {
  host: text('host', '127.0.0.1', 'IMAP server'),
  port: wholeNumber('port', 993, { min: 1, max: 65535 }, ''),
  secure: flag('secure', true, 'TLS from the start; false: STARTTLS where offered'),
  user: text('user', 'cartable', 'log-in'),
  password: optionalText('password', 'password', { secret: true }),
  mailbox: text('mailbox', 'INBOX', 'folder to watch'),
  processed: text('processed', 'Cartable/Processed', 'folder that handled mail is moved to'),
  failed: text('failed', 'Cartable/Failed', 'folder for mail that is not for us or too big'),
} as const

type Section = { readonly [name: string]: Key<unknown> }
export type Infer<S> = { -readonly [K in keyof S]: S[K] extends Key<infer T> ? T : Infer<S[K]> }

export type ImapConfig = Infer<typeof imapSchema>
export type Config = Infer<typeof schema> & { imap: ImapConfig[] }

export const isKey = (value: Key<unknown> | Section): value is Key<unknown> => typeof (value as Key<unknown>).read === 'function'

/** Rows for the README: section ('' at the top), TOML name, default, meaning. */
export function keyRows(): { section: string; toml: string; shownDefault: string; meaning: string }[] {
  const rowsOf = (section: string, keys: Section) =>
    Object.values(keys).map((one) => ({ section, toml: one.toml, shownDefault: one.shownDefault, meaning: one.meaning }))
  const top = Object.entries(schema as Record<string, Key<unknown> | Section>)
  return [
    ...top.flatMap(([, value]) => (isKey(value) ? rowsOf('', { value }) : [])),
    ...top.flatMap(([name, value]) => (isKey(value) ? [] : rowsOf(`[${name}]`, value))),
    ...rowsOf('[[imap]]', imapSchema),
  ]
}
