/** Signatures verify with another library, and break where they must. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { rmSync } from 'node:fs'
import { authenticate } from 'mailauth'
import { composeMail } from '../../src/deliver/compose'
import { type ComposedMail, openMail } from '../../src/deliver/composed-mail'
import { createSigner, relaxedField } from '../../src/deliver/sign'
import { noise, now, outgoing, rendered, type Workshop, workshop } from './mails'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const record = `v=DKIM1; k=rsa; p=${createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')}`
const signer = createSigner({ domain: 'devoirs.college.example', selector: 'c1', privateKey })

let shop: Workshop
beforeEach(() => {
  shop = workshop()
})
afterEach(() => rmSync(shop.folder, { recursive: true }))

async function wireOf(mail: ComposedMail): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of openMail(mail)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function verdictOn(wire: Buffer | string) {
  const { dkim } = await authenticate(wire, {
    ip: '192.0.2.1',
    helo: 'relay.example',
    sender: 'b@devoirs.college.example',
    disableArc: true,
    disableDmarc: true,
    disableBimi: true,
    resolver: (name: string, type: string) =>
      type === 'TXT' && name === 'c1._domainkey.devoirs.college.example'
        ? Promise.resolve([[record]])
        : Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
  })
  return dkim.results[0]
}

const signed = async (): Promise<ComposedMail> => {
  const mail = outgoing({
    inReplyTo: '<a@b.example>',
    references: ['<a@b.example>'],
    attachments: [shop.attach(noise(400_000), 'énoncé.pdf')],
    calendar: { uid: 'u@x.example', sequence: 0, dueAt: '2020-03-20T18:00:00Z', title: 'Thalès', method: 'PUBLISH' },
    listUnsubscribe: { mailto: 'r@devoirs.college.example', https: 'https://devoirs.college.example/u/x' },
  })
  return signer.sign(await composeMail(mail, { ...rendered, text: 'a  b \t \n\n\n  c\n\n\n\n' }, shop), now)
}

test('a signed copy passes, all that matters is signed, and its size is right', async () => {
  const mail = await signed()
  const wire = await wireOf(mail)
  expect(wire.length).toBe(mail.bytes)
  const verdict = await verdictOn(wire)
  expect(verdict?.status.result).toBe('pass')
  expect(verdict?.signingDomain).toBe('devoirs.college.example')
  const signature = mail.head.slice(0, mail.head.search(/\r\n(?![ \t])/)).replace(/\r\n[ \t]+/g, '')
  expect(/;h=([^;]+);/.exec(signature)?.[1]?.split(':')).toEqual([
    ...['from', 'from', 'to', 'subject', 'date', 'message-id', 'reply-to', 'in-reply-to', 'references', 'list-id'],
    ...['list-unsubscribe', 'list-unsubscribe-post', 'content-language', 'auto-submitted', 'mime-version', 'content-type'],
  ])
  expect(signature).not.toMatch(/[; ]l=/)
  expect(mail.head.split('\r\n').every((line) => line.length <= 78)).toBe(true)
})

test.each([
  ['a second From', (wire: string) => `From: <evil@evil.example>\r\n${wire}`],
  ['another subject', (wire: string) => wire.replace('Subject: ', 'Subject: x')],
  ['another attachment', (wire: string) => wire.replace(/\r\n\r\n([A-Za-z0-9+/]{4})([A-Za-z0-9+/]{70})/, '\r\n\r\nAAAA$2')],
  ['text added below', (wire: string) => `${wire}more\r\n`],
])('%s breaks it', async (_what, spoil) => {
  const wire = (await wireOf(await signed())).toString('latin1')
  const spoilt = spoil(wire)
  expect(spoilt).not.toBe(wire)
  expect((await verdictOn(Buffer.from(spoilt, 'latin1')))?.status.result).not.toBe('pass')
})

test('empty lines added at the end do not', async () => {
  expect((await verdictOn(`${(await wireOf(await signed())).toString('latin1')}\r\n\r\n`))?.status.result).toBe('pass')
})

test.each([
  ['no key', 'nothing'],
  ['another kind of key', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
])('%s is a fault of the configuration', (_what, pem) => {
  expect(() => createSigner({ domain: 'd.example', selector: 's', privateKey: pem })).toThrow(expect.objectContaining({ code: 'config-invalid' }))
})

test.each([
  ['Subject:  a \t b  ', 'subject:a b'],
  ['SUBJECT : a\r\n\t b', 'subject:a b'],
  ['X:', 'x:'],
])('the relaxed form of %j is %j', (field, relaxed) => expect(relaxedField(field)).toBe(relaxed))
