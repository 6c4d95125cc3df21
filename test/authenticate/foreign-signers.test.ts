/** Signatures made by other programs than ours are verified, and what breaks them is seen: canonical forms (RFC 6376 §3.4) of odd bodies. */
import { dkimSign } from 'mailauth'
import { createAuthenticate } from '../../src/authenticate/authenticate'
import { digestBody, fieldForm, withoutValue } from '../../src/authenticate/canonical-form'
import { type DnsServer, startDns } from './dns-server'
import { arrival, bySchool, envelope, keys, mail, sampleZone } from './sample-mails'

let dns: DnsServer
beforeAll(async () => {
  dns = await startDns(sampleZone())
})
afterAll(() => dns.stop())

const bodies: Record<string, string> = {
  empty: '',
  'one line end': '\r\n',
  'empty lines alone': '\r\n\r\n\r\n',
  'blanks alone': ' \t \r\n  \r\n',
  'no line end': 'Corps',
  'blanks at both ends': '  Corps \t de   texte  \r\n',
  'empty lines inside and behind': 'a\r\n\r\n\r\nb\r\n\r\n \r\n',
  'UTF-8 that ends in a no-break space': `${Buffer.from('Voilà').toString('latin1')}\r\n`,
  'a line of 3000': `${'x'.repeat(3000)}\r\n`,
  'more than one buffer': `${'y'.repeat(70)}\r\n`.repeat(2000),
}
const forms = ['relaxed/relaxed', 'simple/simple', 'relaxed/simple', 'simple/relaxed']

test.each(Object.entries(bodies).flatMap(([name, body]) => forms.map((form) => [name, form, body] as const)))(
  'body: %s, %s',
  async (_name, canonicalization, body) => {
    const text = mail({ Subject: '  Exercice   12\r\n\t(suite) ' }, body)
    const { signatures } = await dkimSign(Buffer.from(text, 'latin1'), {
      canonicalization,
      signTime: arrival,
      signatureData: [{ signingDomain: 'college.example', selector: 's1', privateKey: keys.school.pem, algorithm: 'rsa-sha256' }],
    } as Parameters<typeof dkimSign>[1])
    const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
    const found = async (mailText: string): Promise<string> => (await authenticate(Buffer.from(mailText, 'latin1'), envelope(), arrival)).dkim
    expect(await found(`${signatures}${text}`)).toBe('pass')
    expect(await found(`${signatures}${text}+`)).toBe('fail')
  },
)

test('a head field in raw UTF-8 keeps its octets', async () => {
  const authenticate = createAuthenticate({ servers: [dns.address], domain: 'classes.example', authservId: null, trustedNetworks: [] })
  const text = bySchool(mail({ Subject: 'Voilà' }))
  expect(await authenticate(Buffer.from(text, 'latin1'), envelope(), arrival)).toMatchObject({ dkim: 'pass' })
})

test.each([
  ['Subject :  a\r\n\t b  ', 'relaxed', 'subject:a b'],
  ['Subject:', 'relaxed', 'subject:'],
  ['X: Voil\u00c3\u00a0', 'relaxed', 'x:Voil\u00c3\u00a0'],
  ['Subject :  a\r\n\t b  ', 'simple', 'Subject :  a\r\n\t b  '],
] as const)('field %j, %s', (raw, form, want) => {
  expect(fieldForm(raw, form)).toBe(want)
})

test.each([
  ['DKIM-Signature: b=abc; bh=x', 'DKIM-Signature: b=; bh=x'],
  ['DKIM-Signature: v=1; bh=b=; b=a\r\n b c', 'DKIM-Signature: v=1; bh=b=; b='],
  ['DKIM-Signature:b = a;d=x', 'DKIM-Signature:b =;d=x'],
])('%j is signed as %j', (raw, want) => {
  expect(withoutValue(raw)).toBe(want)
})

test('millions of octets of any kind are hashed in seconds', async () => {
  const start = performance.now()
  for (const piece of [' ', '\r\n', ' \r\n']) {
    const { length } = await digestBody(Buffer.alloc(3_000_000, piece), 'relaxed')
    expect(length).toBe(0)
  }
  expect(performance.now() - start).toBeLessThan(10_000)
})
