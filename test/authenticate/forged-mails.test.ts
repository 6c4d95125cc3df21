/** Mails that only claim to be hers (THREATS b, F1–F29, H15, H18–H20, A23): never believed, and only DNS trouble is undecided. */
import { createAuthenticate } from '../../src/authenticate/authenticate'
import { parseMessage } from '../../src/message/parse-message'
import { type DnsServer, startDns, type Zone } from './dns-server'
import { anne, arrival, byEvil, bySchool, envelope, evilAddress, honest, keys, mail, sampleZone, seconds } from './sample-mails'
import { signed } from './signer'

let dns: DnsServer
beforeAll(async () => {
  dns = await startDns()
})
afterAll(() => dns.stop())

interface Case {
  mail: string
  from?: Partial<Parameters<typeof envelope>[0]>
  zone?: Zone
  expect?: { spf?: string; dkim?: string; dmarc?: string; belief?: 'undecided' }
}

const evil = 'x@evil.example'
const hers = { sender: anne }
const direct = { sender: anne, clientAddress: honest, helo: 'mail.college.example' }
const spfOf = (record: string, more: Zone = {}): Zone => ({ 'college.example': [`TXT ${record}`], ...more })
const strict: Zone = { '_dmarc.college.example': ['TXT v=DMARC1; p=reject; adkim=s; aspf=S'] }
const subSpf: Zone = { 'news.college.example': [`TXT v=spf1 ip4:${honest} -all`] }
const subEnvelope = { ...direct, sender: 'x@news.college.example' }
const bySub = bySchool(mail(), { d: 'mail.college.example' })
const fromLines = (first: string, second: string, at = 'From: '): string => mail().replace(/^From: .*$/m, `From: ${first}\r\n${at}${second}`)
const many = (count: number, of: (index: number) => string): string => Array.from({ length: count }, (_, index) => of(index)).join(' ')

const cases: Record<string, Case> = {
  'H15 mailed through an ESP': { mail: signed(mail(), { key: keys.other, tags: { d: 'esp.example' } }), expect: { dkim: 'policy', dmarc: 'fail' } },
  'H19 no records at all': {
    mail: mail({ From: 'lea@bare.example' }),
    from: { ...direct, sender: 'lea@bare.example' },
    expect: { spf: 'none', dmarc: 'none' },
  },
  'H20 softfail': { mail: mail(), from: hers, zone: spfOf(`v=spf1 ip4:${honest} ~all`), expect: { spf: 'softfail', dmarc: 'fail' } },
  'H20 neutral': { mail: mail(), from: hers, zone: spfOf('v=spf1 ?all'), expect: { spf: 'neutral' } },
  'H20 p=none is no permission': { mail: mail(), from: hers, zone: { '_dmarc.college.example': ['TXT v=DMARC1; p=none'] }, expect: { dmarc: 'fail' } },

  'F1 her From, his envelope': { mail: mail(), expect: { spf: 'policy', dkim: 'none', dmarc: 'fail' } },
  'F2 her envelope, his address': { mail: mail(), from: hers, expect: { spf: 'fail' } },
  'F2 null sender, HELO his': { mail: mail(), from: { sender: null }, expect: { spf: 'none' } },
  'F2 null sender, HELO hers, honest address': {
    mail: mail(),
    from: { sender: null, clientAddress: honest, helo: 'college.example' },
    expect: { spf: 'none' },
  },
  'F3 signed by evil': { mail: byEvil(), expect: { dkim: 'policy' } },
  'F3 signed by evil with i= hers': { mail: byEvil(mail(), { i: '@college.example' }), expect: { dkim: 'policy' } },
  'F3 signed by her with i= elsewhere': { mail: bySchool(mail(), { i: '@other.example' }), expect: { dkim: 'permerror' } },
  'F4 wrong key': { mail: signed(mail(), { key: keys.evil }), expect: { dkim: 'fail' } },
  'F4 broken b=': { mail: bySchool().replace(/b=(....)(....)/, 'b=$2$1') },
  'F4 b= empty': { mail: bySchool().replace(/ b=[^\r]*/, ' b='), expect: { dkim: 'permerror' } },
  'F5 broken bh=': { mail: bySchool(mail(), { bh: Buffer.alloc(32).toString('base64') }), expect: { dkim: 'fail' } },
  'F5 body changed': { mail: bySchool().replace('vendredi', 'lundi'), expect: { dkim: 'fail' } },
  'F5 Subject changed': { mail: bySchool().replace('Subject: Exercice 12', 'Subject: Exercice 13'), expect: { dkim: 'fail' } },
  'F5 a second Subject on top': { mail: `Subject: ANNULER\r\n${bySchool()}`, expect: { dkim: 'policy' } },
  'F5 a second Content-Type on top': { mail: `Content-Type: text/html\r\n${bySchool()}`, expect: { dkim: 'policy' } },
  'F31 an unsigned Cc of the class': { mail: bySchool().replace('\r\nSubject:', '\r\nCc: 3b@classes.example\r\nSubject:'), expect: { dkim: 'policy' } },
  'F31 an unsigned To': { mail: bySchool(mail(), { h: 'from:subject' }), expect: { dkim: 'policy' } },
  'F6 From not in h=': { mail: bySchool(mail(), { h: 'to:subject:date' }), expect: { dkim: 'permerror' } },
  'F7 rsa-sha1': { mail: bySchool(mail(), {}, { hash: 'sha1' }), expect: { dkim: 'policy' } },
  'F7 768 bit': { mail: signed(mail(), { key: keys.weak, tags: { s: 'weak' } }), expect: { dkim: 'policy' } },
  'F7 revoked': { mail: bySchool(mail(), { s: 'revoked' }), expect: { dkim: 'permerror' } },
  'F7 test key': { mail: bySchool(mail(), { s: 'test' }), expect: { dkim: 'policy' } },
  'F7 key for another service': { mail: bySchool(mail(), { s: 'tls' }), expect: { dkim: 'policy' } },
  'F7 no such selector': { mail: bySchool(mail(), { s: 'nowhere' }), expect: { dkim: 'permerror', dmarc: 'fail' } },
  'F7 a selector that is no name': { mail: bySchool(mail(), { s: `${'a'.repeat(70)}..b` }) },
  'F8 expired a week ago': { mail: bySchool(mail(), { t: seconds(-900_000), x: seconds(-604_800) }), expect: { dkim: 'policy' } },
  'F8 expires before it was made': { mail: bySchool(mail(), { t: seconds(900), x: seconds(600) }), expect: { dkim: 'policy' } },
  'F8 x= is no number': { mail: bySchool(mail(), { x: 'never' }), expect: { dkim: 'permerror' } },
  'F8 made two days from now': { mail: bySchool(mail(), { t: seconds(172_800) }), expect: { dkim: 'policy' } },
  'F9 signed by the parent, a suffix': { mail: signed(mail(), { key: keys.evil, tags: { d: 'example' } }), expect: { dkim: 'policy' } },
  'F10 text appended behind l=': { mail: `${bySchool(mail({}, 'Corps.\r\n'), { l: '8' })}Et plus.\r\n`, expect: { dkim: 'policy' } },
  'F10 l=0, Content-Type replaced': {
    mail: bySchool(mail(), { l: '0', h: 'from:to:subject' }).replace('text/plain', 'multipart/mixed; boundary=x'),
    expect: { dkim: 'policy' },
  },
  'F10 l= longer than the body': { mail: bySchool(mail({}, 'Corps.\r\n'), { l: '80' }), expect: { dkim: 'policy' } },
  'v= missing': { mail: bySchool(mail(), { v: '' }), expect: { dkim: 'permerror' } },
  'a tag twice': { mail: bySchool().replace('d=college.example', 'd=college.example; d=college.example'), expect: { dkim: 'policy' } },
  'a quote in the signature': { mail: bySchool(mail(), { z: '"' }), expect: { dkim: 'policy' } },

  'F11 two From, hers first': { mail: byEvil(fromLines(anne, evil)), expect: { dkim: 'none', spf: 'none' } },
  'F11 two From, hers last': { mail: byEvil(fromLines(evil, anne)) },
  'F11 one prepended after signing': { mail: `From: ${evil}\r\n${bySchool()}` },
  'F11 one appended after signing': { mail: bySchool().replace('\r\n\r\n', `\r\nFrom: ${evil}\r\n\r\n`) },
  'F12 `From :` beside a real one': { mail: bySchool(fromLines(anne, evil, 'From : ')) },
  'F12 `From\\t:`': { mail: bySchool(fromLines(anne, evil, 'From\t: ')) },
  'F12 NUL before From': { mail: bySchool(fromLines(anne, evil, '\0From: ')) },
  'F12 full-width From': { mail: bySchool(fromLines(anne, evil, `${Buffer.from('ｆrom').toString('latin1')}: `)) },
  'F13 two mailboxes, hers first': { mail: byEvil(mail({ From: `${anne}, ${evil}` })) },
  'F13 two mailboxes, hers last, folded': { mail: bySchool(mail({ From: `${evil},\r\n ${anne}` })) },
  'F13 group': { mail: bySchool(mail({ From: `Profs: ${anne}, ${evil};` })) },
  'F15 comment inside': { mail: bySchool(mail({ From: `${anne}(<${evil}>)x` })) },
  'F15 domain behind a comment': { mail: byEvil(mail({ From: 'anne@college.example(x)evil.example' })) },
  'F16 two angles': { mail: bySchool(mail({ From: `<${anne}> <${evil}>` })) },
  'F16 angle in angle': { mail: bySchool(mail({ From: `<${anne}<${evil}>>` })) },
  'F16 source route': { mail: bySchool(mail({ From: `<@college.example,@x:${evil}>` })) },
  'F17 NUL in the address': { mail: bySchool(mail({ From: 'anne\0@college.example' })) },
  'F17 bare CR': { mail: bySchool(mail({ From: `${anne}\rFrom: x` })) },
  'F17 zero-width in the address': { mail: bySchool(mail({ From: 'anne\u200b@college.example' })) },
  'F18 encoded word as the address': { mail: bySchool(mail({ From: '=?utf-8?b?YW5uZUBjb2xsZWdlLmV4YW1wbGU=?=' })) },
  'F21 no From but Sender and Reply-To': { mail: bySchool(mail({ From: '', Sender: anne, 'Reply-To': anne }), { h: 'sender:from:to:subject' }) },
  'F22 From empty': { mail: bySchool(mail({ From: ' ' })) },
  'F22 From `<>`': { mail: bySchool(mail({ From: '<>' })) },
  'F22 a thousand mailboxes': { mail: bySchool(mail({ From: many(1000, () => `${anne},`) })) },
  'no octet at all': { mail: '' },
  'no head': { mail: '\r\n\r\nFrom: anne@college.example\r\n' },
  'no body and no empty line': { mail: `From: ${anne}\r\nTo: x` },
  'a domain that is an address': { mail: mail({ From: 'anne@127.0.0.1' }) },
  'a head of 300 KB': { mail: bySchool(mail({ 'X-Big': 'x'.repeat(300_000) }), { h: 'from:to:subject' }) },
  'a head of 60,000 folds': { mail: bySchool(mail({ 'X-Folds': 'x\r\n '.repeat(60_000) }), { h: 'from:to:subject' }) },

  'F23 Authentication-Results and Received-SPF of anybody': {
    mail: `Authentication-Results: mx.college.example; dmarc=pass header.from=college.example\r\nAuthentication-Results: classes.example; dmarc=pass header.from=college.example\r\nReceived-SPF: pass\r\n${mail()}`,
  },

  'F27 strict record, signed by a subdomain': { mail: bySub, zone: strict, expect: { dkim: 'pass', dmarc: 'fail' } },
  'F27 strict record, envelope of a subdomain': { mail: mail(), from: subEnvelope, zone: { ...strict, ...subSpf }, expect: { spf: 'pass', dmarc: 'fail' } },
  'F27 strict record of the parent': { mail: bySchool(mail({ From: 'a@lycee.college.example' })), zone: strict, expect: { dmarc: 'fail' } },
  'F27 two DMARC records': {
    mail: bySub,
    zone: { '_dmarc.college.example': ['TXT v=DMARC1; p=none', 'TXT v=DMARC1; p=none'] },
    expect: { dmarc: 'permerror' },
  },
  'F27 p= missing': { mail: bySub, zone: { '_dmarc.college.example': ['TXT v=DMARC1; adkim=r; sp=none'] }, expect: { dmarc: 'permerror' } },
  'F27 sp=none for an unsigned subdomain': {
    mail: mail({ From: 'a@lycee.college.example' }),
    zone: { '_dmarc.college.example': ['TXT v=DMARC1; p=reject; sp=none'] },
    expect: { dmarc: 'fail' },
  },

  'F28 include loop': { mail: mail(), from: hers, zone: spfOf('v=spf1 include:college.example -all'), expect: { spf: 'permerror' } },
  'F28 redirect loop': { mail: mail(), from: hers, zone: spfOf('v=spf1 redirect=college.example'), expect: { spf: 'permerror' } },
  'F28 eleven look-ups': {
    mail: mail(),
    from: direct,
    zone: spfOf(
      `v=spf1 ${many(11, (i) => `a:h${i}.example`)} ip4:${honest} -all`,
      Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`h${i}.example`, ['A 192.0.2.1']])),
    ),
    expect: { spf: 'permerror' },
  },
  'F28 three void look-ups': {
    mail: mail(),
    from: direct,
    zone: spfOf(`v=spf1 a:n1.example a:n2.example a:n3.example ip4:${honest} -all`),
    expect: { spf: 'permerror' },
  },
  'F28 +all': { mail: mail(), from: hers, zone: spfOf('v=spf1 +all'), expect: { spf: 'policy' } },
  'F28 +all behind an include': {
    mail: mail(),
    from: hers,
    zone: spfOf('v=spf1 include:wide.example -all', { 'wide.example': ['TXT v=spf1 all'] }),
    expect: { spf: 'policy' },
  },
  'F28 the world in two halves': { mail: mail(), from: hers, zone: spfOf('v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all'), expect: { spf: 'policy' } },
  'F28 macro bomb': { mail: mail(), from: hers, zone: spfOf(`v=spf1 exists:${'%{l}.'.repeat(200)}evil.example -all`) },
  'F28 five hundred includes': {
    mail: mail(),
    from: hers,
    zone: spfOf(`v=spf1 ${many(500, (i) => `include:i${i}.example`)} -all`),
    expect: { spf: 'permerror' },
  },
  'F28 two SPF records': {
    mail: mail(),
    from: direct,
    zone: { 'college.example': [`TXT v=spf1 ip4:${honest} -all`, 'TXT v=spf1 +all'] },
    expect: { spf: 'permerror' },
  },
  'F29 five hundred signatures of evil, a head too long': {
    mail: `${Array.from({ length: 500 }, (_, i) => byEvil().split('\r\n')[0]?.replace('s=s1', `s=x${i}`)).join('\r\n')}\r\n${mail()}`,
    expect: { dkim: 'none' },
  },
  'F29 twelve signatures of evil': {
    mail: `${Array.from({ length: 12 }, () => byEvil().split('\r\n')[0]).join('\r\n')}\r\n${mail()}`,
    expect: { dkim: 'policy' },
  },

  'H18 key: SERVFAIL': { mail: bySchool(), zone: { 's1._domainkey.college.example': 'servfail' }, expect: { dkim: 'temperror', belief: 'undecided' } },
  'H18 key: refused': { mail: bySchool(), zone: { 's1._domainkey.college.example': 'refused' }, expect: { dkim: 'temperror', belief: 'undecided' } },
  'A23 SPF: SERVFAIL': { mail: mail(), from: direct, zone: { 'college.example': 'servfail' }, expect: { spf: 'temperror', belief: 'undecided' } },
  'A23 SERVFAIL of an include': {
    mail: mail(),
    from: direct,
    zone: spfOf('v=spf1 include:esp.example -all', { 'esp.example': 'servfail' }),
    expect: { spf: 'temperror', belief: 'undecided' },
  },
  'A23 the DMARC record might be strict': { mail: bySub, zone: { '_dmarc.college.example': 'servfail' }, expect: { dmarc: 'temperror', belief: 'undecided' } },
  'A23 trouble with the key of a stranger decides nothing': { mail: byEvil(), zone: { 's1._domainkey.evil.example': 'servfail' }, expect: { dkim: 'policy' } },
  'A23 trouble with the envelope of a stranger decides nothing': { mail: mail(), zone: { 'evil.example': 'servfail' }, expect: { spf: 'policy' } },
  'A23 trouble with a subdomain under a strict record decides nothing': {
    mail: bySub,
    zone: { ...strict, 's1._domainkey.mail.college.example': 'servfail' },
    expect: { dkim: 'temperror', dmarc: 'fail' },
  },
  'A23 DMARC trouble alone decides nothing': { mail: mail(), zone: { '_dmarc.college.example': 'servfail' }, expect: { dmarc: 'temperror' } },
}

test.each(Object.entries(cases))('%s: not believed', async (_name, { mail: text, from, zone, expect: want }) => {
  dns.zone = { ...sampleZone(), ...zone }
  dns.heard()
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  const found = await authenticate(Buffer.from(text, 'latin1'), envelope(from), arrival)
  expect(found).toMatchObject({ belief: 'no', signedAt: null, ...want })
  // A refused or failed question is put again by the resolver itself.
  expect(new Set(dns.heard()).size).toBeLessThanOrEqual(30)
})

/** Then the mail is of evil, who may be believed to be himself: the roster does not know him. */
const asHimself: Record<string, string> = {
  'F14 her address as a display name': mail({ From: `"${anne}" <${evil}>` }),
  'F14 an encoded word with a bracket': mail({ From: `=?utf-8?q?${anne}=3E?= <${evil}>` }),
  'F16 her address before his': mail({ From: `${anne} <${evil}>` }),
}

test.each(Object.entries(asHimself))('%s: believed as evil alone', async (_name, text) => {
  dns.zone = sampleZone()
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  const raw = Buffer.from(text, 'latin1')
  expect((await parseMessage(raw)).from?.address).toBe(evil)
  expect(await authenticate(raw, envelope(), arrival)).toMatchObject({ belief: 'yes', spf: 'pass' })
  expect(await authenticate(raw, envelope(direct), arrival)).toMatchObject({ belief: 'no', spf: 'policy' })
})

const neighbours = ['college.example.evil.example', 'evilcollege.example', 'college-example.example', 'сollege.example', 'xn--ollege-4nf.example']

test.each(neighbours)('F19, F20 %s is not her domain', async (domain) => {
  dns.zone = sampleZone()
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  const text = bySchool(mail({ From: `anne@${domain}` }))
  expect(await authenticate(Buffer.from(text, 'latin1'), envelope(direct), arrival)).toMatchObject({ belief: 'no', spf: 'policy', dkim: 'policy' })
})

test('DMARC trouble does not matter to her very own domain', async () => {
  dns.zone = { ...sampleZone(), '_dmarc.college.example': 'servfail' }
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  expect(await authenticate(Buffer.from(bySchool(), 'latin1'), envelope(), arrival)).toMatchObject({ belief: 'yes' })
})

test('a silent server is given up in time, and nothing is decided', async () => {
  dns.zone = { ...sampleZone(), 's1._domainkey.college.example': 'silent' }
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [], timeMs: 300 })
  const start = performance.now()
  expect(await authenticate(Buffer.from(bySchool(), 'latin1'), envelope(), arrival)).toMatchObject({ dkim: 'temperror', belief: 'undecided' })
  expect(performance.now() - start).toBeLessThan(2000)
})

test('no server at all: undecided for what is signed, a plain no for what is not', async () => {
  const authenticate = createAuthenticate({ servers: ['127.0.0.1:9'], domain: 'classes.example', authservId: null, trustedNetworks: [], timeMs: 300 })
  expect(await authenticate(Buffer.from(bySchool(), 'latin1'), envelope(), arrival)).toMatchObject({ belief: 'undecided' })
  expect(await authenticate(Buffer.from(mail(), 'latin1'), envelope({ clientAddress: evilAddress }), arrival)).toMatchObject({ belief: 'no' })
})

test('at most ten signatures are verified', async () => {
  dns.zone = sampleZone()
  dns.heard()
  const line = (i: number): string => signed(mail(), { key: keys.evil, tags: { s: `k${i}` } }).split('\r\n')[0] ?? ''
  const text = `${Array.from({ length: 12 }, (_, i) => line(i)).join('\r\n')}\r\n${mail()}`
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  expect(await authenticate(Buffer.from(text, 'latin1'), envelope(), arrival)).toMatchObject({ belief: 'no' })
  expect(dns.heard().filter((question) => question.includes('_domainkey'))).toHaveLength(10)
})

test('servers that are no addresses are a fault of the configuration', () => {
  expect(() => createAuthenticate({ servers: ['dns.example'], domain: 'x', authservId: null, trustedNetworks: [] })).toThrow('dns.servers')
})
