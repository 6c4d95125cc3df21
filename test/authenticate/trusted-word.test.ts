/** Whose Authentication-Results and ARC seals count (THREATS b, H12–H14, F23–F26; RFC 8601, RFC 8617). */
import { sealMessage } from 'mailauth'
import { createAuthenticate } from '../../src/authenticate/authenticate'
import { parseAuthenticationResults } from '../../src/authenticate/authentication-results'
import { networks } from '../../src/authenticate/trusted-word'
import { type DnsServer, startDns } from './dns-server'
import { anne, arrival, envelope, evilAddress, honest, keys, mail, relayAddress, sampleZone } from './sample-mails'
import type { Key } from './signer'

const authservId = 'mx.college.example'

let dns: DnsServer
beforeAll(async () => {
  dns = await startDns()
})
afterAll(() => dns.stop())

const authenticateBy = (text: string, from: Parameters<typeof envelope>[0]): Promise<{ belief: string; dmarc: string; spf: string }> => {
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId, trustedNetworks: ['10.0.0.0/8', 'fd00::/8'] })
  return authenticate(Buffer.from(text, 'latin1'), envelope(from), arrival)
}

const relay = { clientAddress: relayAddress, sender: anne }
const imap = { clientAddress: null, sender: null, helo: null }
const results = (value: string): string => `Authentication-Results: ${value}\r\n`
const good = `${authservId}; dmarc=pass header.from=college.example`

const believed: Record<string, { head: string; from?: Parameters<typeof envelope>[0] }> = {
  'H12 the relay says pass': { head: results(good) },
  'H12 with Received above': { head: `Received: from x by ${authservId}; Mon, 16 Mar 2026 09:00:00 +0100\r\n${results(good)}` },
  'H12 a relay on IPv6': { head: results(good), from: { ...relay, clientAddress: 'fd00::1' } },
  'H12 id in capitals, version 1, comments, other methods': {
    head: results(
      `MX.College.Example 1; spf=pass (sender IP is x) smtp.mailfrom="a b"@c;\r\n dkim=none; dmarc=pass (p=REJECT sp=NONE) action=none header.from=College.Example`,
    ),
  },
  'H12 the same issuer says more below, of other methods': { head: `${results(good)}${results(`${authservId}; dkim=pass header.d=college.example`)}` },
  'H12 another issuer below': { head: `${results(good)}${results('elsewhere.example; dmarc=fail header.from=college.example')}` },
  'H13 a mailbox of ours': { head: results(good), from: imap },
}

test.each(Object.entries(believed))('%s: believed', async (_name, { head, from }) => {
  dns.zone = sampleZone()
  expect(await authenticateBy(`${head}${mail()}`, from ?? relay)).toMatchObject({ belief: 'yes', dmarc: 'pass' })
})

const asked: Record<string, { head: string; from?: Parameters<typeof envelope>[0] }> = {
  'F23 nobody says anything': { head: '' },
  'F23 from an address outside the networks': { head: results(good), from: { clientAddress: evilAddress } },
  'F24 fail on top, pass below': { head: `${results(`${authservId}; dmarc=fail header.from=college.example`)}${results(good)}` },
  'F24 pass on top, fail below': { head: `${results(good)}${results(`${authservId}; dmarc=fail header.from=college.example`)}` },
  'F24 SPF alone on top, pass below': { head: `${results(`${authservId}; spf=fail`)}${results(good)}` },
  'F24 pass twice': { head: results(good).repeat(2) },
  'F24 another issuer on top': { head: `${results('elsewhere.example; dmarc=pass header.from=college.example')}${results(good)}` },
  'F24 none on top': { head: `${results('elsewhere.example; none')}${results(good)}` },
  'F25 the id as a prefix': { head: results(`${authservId}.evil.example; dmarc=pass header.from=college.example`) },
  'F25 the id as an ending': { head: results(`x${authservId}; dmarc=pass header.from=college.example`) },
  'F25 pass in a comment': { head: results(`${authservId}; dmarc=fail (dmarc=pass header.from=college.example)`) },
  'F25 pass in a nested comment': { head: results(`${authservId}; (a (b); dmarc=pass header.from=college.example) dmarc=fail`) },
  'F25 pass in a quoted reason': { head: results(`${authservId}; spf=fail reason="x; dmarc=pass header.from=college.example"`) },
  'F25 header.from of another domain': { head: results(`${authservId}; dmarc=pass header.from=evil.example`) },
  'F25 header.from of a subdomain': { head: results(`${authservId}; dmarc=pass header.from=news.college.example`) },
  'F25 header.from twice': { head: results(`${authservId}; dmarc=pass header.from=evil.example header.from=college.example`) },
  'F25 no header.from': { head: results(`${authservId}; dmarc=pass`) },
  'F25 header.from of another method': { head: results(`${authservId}; dmarc=pass; dkim=pass header.from=college.example`) },
  'F25 version 2': { head: results(`${authservId} 2; dmarc=pass header.from=college.example`) },
  'F25 dmarc twice in one': { head: results(`${authservId}; dmarc=fail header.from=college.example; dmarc=pass header.from=college.example`) },
  'F25 a quote never closed': { head: results(`${authservId}; dmarc=pass header.from=college.example reason="`) },
  'F25 spf and dkim pass, no word of dmarc': { head: results(`${authservId}; spf=pass; dkim=pass header.d=college.example`) },
  'the relay stands in her SPF record, and forwards a forgery': { head: '', from: { ...relay, clientAddress: '10.9.9.9' } },
}

test.each(Object.entries(asked))('%s: not believed', async (_name, { head, from }) => {
  dns.zone = { ...sampleZone(), 'college.example': [`TXT v=spf1 ip4:${honest} ip4:10.9.9.9 -all`] }
  expect(await authenticateBy(`${head}${mail()}`, from ?? relay)).toMatchObject({ belief: 'no' })
})

test('without authserv_id nobody is trusted', async () => {
  dns.zone = sampleZone()
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: ['10.0.0.0/8'] })
  expect(await authenticate(Buffer.from(`${results(good)}${mail()}`, 'latin1'), envelope(relay), arrival)).toMatchObject({ belief: 'no' })
})

interface Seal {
  domain?: string
  key?: Key
  selector?: string
  says?: string
  cv?: 'none' | 'pass' | 'fail'
}

async function sealed(text: string, { domain = 'college.example', key = keys.school, selector = 's1', says = good, cv = 'none' }: Seal = {}): Promise<string> {
  const seal = { signingDomain: domain, selector, privateKey: key.pem, algorithm: 'rsa-sha256', cv, authResults: says, signTime: arrival }
  const head = await sealMessage(Buffer.from(text, 'latin1'), seal)
  return `${head.toString('latin1')}${text}`
}

const byEvilChain: Seal = { domain: 'evil.example', key: keys.evil, says: 'mx.evil.example; dmarc=pass header.from=college.example' }

const chains: Record<string, { text: () => Promise<string>; belief: 'yes' | 'no' }> = {
  'H14 sealed by the domain of authserv_id': { text: () => sealed(mail()), belief: 'yes' },
  'H14 sealed by authserv_id itself': { text: () => sealed(mail(), { domain: authservId }), belief: 'yes' },
  'H14 the last of two, the first by a stranger': { text: async () => sealed(await sealed(mail(), byEvilChain), { cv: 'pass' }), belief: 'yes' },
  'F26 the trusted relay says fail': { text: () => sealed(mail(), { says: `${authservId}; dmarc=fail header.from=college.example` }), belief: 'no' },
  'F26 it speaks of another author': { text: () => sealed(mail(), { says: `${authservId}; dmarc=pass header.from=evil.example` }), belief: 'no' },
  'F26 sealed by evil': { text: () => sealed(mail(), byEvilChain), belief: 'no' },
  'F26 results of the trusted name, sealed by evil': { text: () => sealed(mail(), { ...byEvilChain, says: good }), belief: 'no' },
  'F26 evil behind the trusted relay': { text: async () => sealed(await sealed(mail()), { ...byEvilChain, cv: 'pass' }), belief: 'no' },
  'F26 sealed with another key': { text: () => sealed(mail(), { key: keys.evil }), belief: 'no' },
  'F26 sealed by the suffix': { text: () => sealed(mail(), { domain: 'example', key: keys.evil }), belief: 'no' },
  'F26 with a test key': { text: () => sealed(mail(), { selector: 'test' }), belief: 'no' },
  'F26 body changed after the seal': { text: async () => (await sealed(mail())).replace('vendredi', 'lundi'), belief: 'no' },
  'F26 From changed after the seal': { text: async () => (await sealed(mail())).replace('From: Anne', 'From: Anna'), belief: 'no' },
  'F26 results changed after the seal': {
    text: async () => (await sealed(mail(), { says: `${authservId}; dmarc=fail header.from=college.example` })).replace('dmarc=fail', 'dmarc=pass'),
    belief: 'no',
  },
  'F26 a Subject added on top': { text: async () => `Subject: ANNULER\r\n${await sealed(mail())}`, belief: 'no' },
  'F26 results without seal': { text: async () => `ARC-Authentication-Results: i=1; ${good}\r\n${mail()}`, belief: 'no' },
  'F26 the seal is missing': { text: async () => (await sealed(mail())).replace(/ARC-Seal:[\s\S]*?\r\n(?=\S)/, ''), belief: 'no' },
  'F26 begins at i=2': { text: async () => (await sealed(mail())).replace(/\bi=1/g, 'i=2'), belief: 'no' },
  'F26 sixty sets': {
    text: async () =>
      `${`ARC-Seal: i=1; cv=none; d=college.example; s=s1; a=rsa-sha256; b=AA==\r\nARC-Message-Signature: i=1; d=college.example\r\nARC-Authentication-Results: i=1; ${good}\r\n`.repeat(60)}${mail()}`,
    belief: 'no',
  },
}

test.each(Object.entries(chains))('%s', async (_name, { text, belief }) => {
  dns.zone = { ...sampleZone(), [`s1._domainkey.${authservId}`]: [`TXT ${keys.school.record}`] }
  expect(await authenticateBy(await text(), { clientAddress: evilAddress })).toMatchObject({ belief })
})

test('trouble with the key of a trusted seal is undecided; nothing of a stranger is looked up', async () => {
  dns.zone = { ...sampleZone(), 's1._domainkey.college.example': 'servfail', 's1._domainkey.evil.example': 'servfail' }
  expect(await authenticateBy(await sealed(mail()), { clientAddress: evilAddress })).toMatchObject({ belief: 'undecided' })
  dns.heard()
  expect(await authenticateBy(await sealed(mail(), byEvilChain), { clientAddress: evilAddress })).toMatchObject({ belief: 'no' })
  expect(dns.heard().filter((question) => question.includes('_domainkey'))).toEqual([])
})

test.each([
  ['mx.example; none', { id: 'mx.example', results: [] }],
  ['mx.example', { id: 'mx.example', results: [] }],
  ['mx.example (x) 1 ; spf = pass', { id: 'mx.example', results: [{ method: 'spf', result: 'pass', properties: new Map() }] }],
  [
    '"mx.example"; dkim/1=PASS header.b="a\\"b=" x.y=1',
    {
      id: 'mx.example',
      results: [
        {
          method: 'dkim',
          result: 'pass',
          properties: new Map([
            ['header.b', ['a"b=']],
            ['x.y', ['1']],
          ]),
        },
      ],
    },
  ],
  ['spf=pass smtp.mailfrom=x; dmarc=pass', null],
  ['mx.example 2; dmarc=pass', null],
  ['mx.example; dmarc/2=pass', null],
  ['mx.example; dmarc', null],
  ['mx.example; (', null],
  ['mx.example; )', null],
  ['', null],
])('Authentication-Results %j', (value, want) => {
  expect(parseAuthenticationResults(value)).toEqual(want)
})

test.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['10.0.0.0/8'], '::ffff:10.0.0.1', true],
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['2001:db8::/32'], '2001:db8::1', true],
  [['2001:db8::/32', '10.0.0.0/33', 'x', '/8'], '10.0.0.1', false],
  [[], '127.0.0.1', false],
  [['0.0.0.0/0'], 'unknown', false],
])('networks %j hold %s: %s', (entries, address, want) => {
  expect(networks(entries)(address)).toBe(want)
})
