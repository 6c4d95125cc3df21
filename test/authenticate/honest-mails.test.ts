/** Mails of hers that must be believed without a question (THREATS b, H1–H20). */
import { createAuthenticate } from '../../src/authenticate/authenticate'
import { type DnsServer, startDns, type Zone } from './dns-server'
import { anne, arrival, bySchool, envelope, honest, keyAt, keys, mail, sampleZone, seconds } from './sample-mails'
import { makeKey, signed } from './signer'

let dns: DnsServer
beforeAll(async () => {
  dns = await startDns()
})
afterAll(() => dns.stop())

interface Case {
  mail: string
  from?: Partial<Parameters<typeof envelope>[0]>
  zone?: Zone
  expect?: { spf?: string; dkim?: string; dmarc?: string }
}

const direct = { sender: anne, clientAddress: honest, helo: 'mail.college.example' }
const big = makeKey('rsa', 4096)
const strict: Zone = { '_dmarc.college.example': ['TXT v=DMARC1; p=reject; adkim=s; aspf=s'] }

const cases: Record<string, Case> = {
  'H1 signed by the school, from any client': { mail: bySchool(), expect: { spf: 'policy', dkim: 'pass', dmarc: 'pass' } },
  'H1 signed, and her own envelope fails SPF after forwarding': {
    mail: bySchool(),
    from: { sender: anne },
    expect: { spf: 'fail', dkim: 'pass', dmarc: 'pass' },
  },
  'H2 her envelope from the honest address, unsigned': { mail: mail(), from: direct, expect: { spf: 'pass', dkim: 'none', dmarc: 'pass' } },
  'H2 the same as IPv4 in IPv6': { mail: mail(), from: { ...direct, clientAddress: `::ffff:${honest}` }, expect: { spf: 'pass' } },
  'H3 SPF passes, a footer broke the signature': {
    mail: `${bySchool()}-- \r\nliste\r\n`,
    from: direct,
    expect: { spf: 'pass', dkim: 'fail', dmarc: 'pass' },
  },
  'H4 signed by a subdomain': { mail: bySchool(mail(), { d: 'mail.college.example' }) },
  'H4 From at a subdomain, signed by the parent': { mail: bySchool(mail({ From: 'anne@lycee.college.example' })), expect: { dmarc: 'pass' } },
  'H4 envelope at a subdomain': {
    mail: mail(),
    from: { ...direct, sender: 'bounce@news.college.example' },
    zone: { 'news.college.example': [`TXT v=spf1 ip4:${honest} -all`] },
    expect: { spf: 'pass' },
  },
  'H5 strict record, exact domain': { mail: bySchool(), zone: strict, expect: { dmarc: 'pass' } },
  'H5 strict record, exact envelope': { mail: mail(), from: direct, zone: strict, expect: { dmarc: 'pass' } },
  "H6 two signatures, the provider's above": { mail: signed(bySchool(), { key: keys.other, tags: { d: 'esp.example', h: 'from:to:subject' } }) },
  "H6 two signatures, the school's above": { mail: bySchool(signed(mail(), { key: keys.other, tags: { d: 'esp.example' } }), { h: 'from:to:subject:date' }) },
  'H6 ed25519 alone': { mail: signed(mail(), { key: keys.second, tags: { s: 'ed' } }), expect: { dkim: 'pass' } },
  'H6 RSA broken, ed25519 good': { mail: bySchool(signed(mail(), { key: keys.second, tags: { s: 'ed' } }), { bh: 'AAAA' }), expect: { dkim: 'pass' } },
  'H7 no DMARC record, DKIM': { mail: bySchool(mail({ From: 'lea@small.example' }), { d: 'small.example' }), expect: { dkim: 'pass', dmarc: 'none' } },
  'H7 no DMARC record, SPF': {
    mail: mail({ From: 'lea@small.example' }),
    from: { ...direct, sender: 'lea@small.example' },
    expect: { spf: 'pass', dmarc: 'none' },
  },
  'H8 domain in capitals': { mail: bySchool(mail({ From: 'ANNE.LEFEVRE@COLLEGE.EXAMPLE' })) },
  'H8 name as encoded word': { mail: bySchool(mail({ From: `=?utf-8?q?Anne_Lef=C3=A8vre?= <${anne}>` })) },
  'H8 name in raw UTF-8': { mail: bySchool(mail({ From: `Anne Lefèvre <${anne}>` })) },
  'H8 name as comment': { mail: bySchool(mail({ From: `${anne} (Anne)` })) },
  'H8 no name, folded': { mail: bySchool(mail({ From: `\r\n ${anne}` })) },
  'H9 U-labels': { mail: bySchool(mail({ From: 'hélène@collège.example' }), { d: 'xn--collge-6ua.example' }) },
  'H9 A-label': { mail: bySchool(mail({ From: 'helene@xn--collge-6ua.example' }), { d: 'xn--collge-6ua.example' }) },
  'H9 U-labels in the envelope': {
    mail: mail({ From: 'hélène@collège.example' }),
    from: { ...direct, sender: 'hélène@collège.example' },
    expect: { spf: 'pass' },
  },
  'H10 ten To, Resent-* by herself, Sender of her secretary': {
    mail: bySchool(
      mail({ To: Array.from({ length: 10 }, (_, i) => `c${i}@classes.example`).join(',\r\n '), Sender: 'sec@college.example', 'Resent-From': anne }),
    ),
  },
  'H11 l= of the whole body': { mail: bySchool(mail({}, 'Corps.\r\n'), { l: '8' }), expect: { dkim: 'pass' } },
  'H11 l= of the whole body in its relaxed form': { mail: bySchool(mail({}, 'Un   corps \t \r\n\r\n\r\n'), { l: '10' }), expect: { dkim: 'pass' } },
  'H11 simple/simple': { mail: bySchool(mail(), { c: 'simple/simple' }), expect: { dkim: 'pass' } },
  'H11 empty body, simple': { mail: bySchool(mail({}, ''), { c: 'simple/simple', l: '2' }), expect: { dkim: 'pass' } },
  'H11 1024 bit': { mail: signed(mail(), { key: keys.short, tags: { s: 'short' } }), expect: { dkim: 'pass' } },
  'H11 4096 bit, a record too long for UDP': {
    mail: signed(mail(), { key: big, tags: { s: 'big' } }),
    zone: keyAt('college.example', 'big', big.record),
    expect: { dkim: 'pass' },
  },
  'H17 expired after arrival': { mail: bySchool(mail(), { x: seconds(60) }), expect: { dkim: 'pass' } },
  'H17 signed five minutes ahead': { mail: bySchool(mail(), { t: seconds(300) }), expect: { dkim: 'pass' } },
  'fields are oversigned': { mail: bySchool(mail(), { h: 'from:from:to:to:cc:subject:subject:date:reply-to' }), expect: { dkim: 'pass' } },
  'i= names a mailbox below d=': { mail: bySchool(mail(), { i: 'anne@lycee.college.example' }), expect: { dkim: 'pass' } },
  'SPF through include, a, mx and redirect': {
    mail: mail(),
    from: direct,
    zone: {
      'college.example': ['TXT v=spf1 a:web.college.example mx include:esp.example redirect=last.college.example', 'MX 10 in.college.example'],
      'web.college.example': ['A 192.0.2.1', 'AAAA 2001:db8::1'],
      'in.college.example': ['A 192.0.2.2'],
      'esp.example': ['TXT v=spf1 ip4:192.0.2.3 ~all'],
      'last.college.example': [`TXT v=spf1 ip4:${honest} -all`],
    },
    expect: { spf: 'pass' },
  },
  'SPF for an IPv6 client': {
    mail: mail(),
    from: { ...direct, clientAddress: '2001:db8::25' },
    zone: { 'college.example': ['TXT v=spf1 ip6:2001:db8::/64 -all'] },
    expect: { spf: 'pass' },
  },
}

test.each(Object.entries(cases))('%s: believed', async (_name, { mail: text, from, zone, expect: want }) => {
  dns.zone = { ...sampleZone(), ...zone }
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  const found = await authenticate(Buffer.from(text, 'latin1'), envelope(from), arrival)
  expect(found).toMatchObject({ belief: 'yes', ...want })
})

test('the signing time is the earliest of the aligned signatures, never after arrival', async () => {
  dns.zone = sampleZone()
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  const timeOf = async (text: string): Promise<string | undefined> =>
    (await authenticate(Buffer.from(text, 'latin1'), envelope(), arrival)).signedAt?.toISOString()
  expect(await timeOf(bySchool(mail(), { t: seconds(-3600) }))).toBe('2026-03-16T07:00:00.000Z')
  expect(await timeOf(bySchool(bySchool(mail(), { t: seconds(-3600) }), { t: seconds(-60), h: 'from:to:subject' }))).toBe('2026-03-16T07:00:00.000Z')
  expect(await timeOf(bySchool(mail(), { t: seconds(300) }))).toBe(arrival.toISOString())
  expect(await timeOf(bySchool(mail(), { t: '' }))).toBeUndefined()
  expect(await timeOf(bySchool(mail(), { t: seconds(-3600) }).replace('Exercice', 'Exercise'))).toBeUndefined()
  expect(await timeOf(signed(mail(), { key: keys.evil, tags: { d: 'evil.example', t: seconds(-3600) } }))).toBeUndefined()
})
