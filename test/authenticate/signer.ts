/** Signs mails for tests, by the letter of RFC 6376 and as wrongly as a case wants. Shares no code with what verifies. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export interface Key {
  algorithm: 'rsa' | 'ed25519'
  privateKey: KeyObject
  /** TXT record of the public half. */
  record: string
  pem: string
}

export function makeKey(algorithm: 'rsa' | 'ed25519' = 'rsa', bits = 2048): Key {
  const { privateKey, publicKey } =
    algorithm === 'rsa'
      ? generateKeyPairSync('rsa', {
          modulusLength: bits,
          privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
          publicKeyEncoding: { type: 'spki', format: 'pem' },
        })
      : generateKeyPairSync('ed25519', { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' })
  const p = (algorithm === 'rsa' ? der : der.subarray(-32)).toString('base64')
  return { algorithm, privateKey: createPrivateKey(privateKey), record: `v=DKIM1; k=${algorithm}; p=${p}`, pem: privateKey }
}

export interface SignOptions {
  key: Key
  /** Added to or laid over the usual tags; '' leaves one out. */
  tags?: Record<string, string>
  /** Changes the hash of body and head, for rsa-sha1. */
  hash?: 'sha256' | 'sha1'
}

const relaxedField = (line: string): string => {
  const colon = line.indexOf(':')
  const value = line.slice(colon + 1).replace(/\r\n/g, '')
  return `${line.slice(0, colon).trim().toLowerCase()}:${value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')}`
}

function canonicalBody(body: string, form: string): string {
  const text = form === 'relaxed' ? body.replace(/[ \t]+(?=\r\n|$)/g, '').replace(/[ \t]+/g, ' ') : body
  const bare = text.replace(/(\r\n)*$/, '')
  return bare === '' && form === 'relaxed' ? '' : `${bare}\r\n`
}

/** The mail with a DKIM-Signature on top. Texts are octets as Latin-1. */
export function signed(mail: string, { key, tags = {}, hash = 'sha256' }: SignOptions): string {
  const end = mail.indexOf('\r\n\r\n')
  const fields = mail.slice(0, end).split(/\r\n(?![ \t])/)
  const all: Record<string, string> = {
    v: '1',
    a: `${key.algorithm}-${hash}`,
    c: 'relaxed/relaxed',
    d: 'college.example',
    s: 's1',
    h: fields.map((field) => field.slice(0, field.indexOf(':')).trim()).join(':'),
    ...tags,
  }
  const [headForm = 'simple', bodyForm = 'simple'] = (all.c ?? '').split('/')
  const body = canonicalBody(mail.slice(end + 4), bodyForm)
  all.bh =
    tags.bh ??
    createHash(hash)
      .update(body.slice(0, all.l === undefined || all.l === '' ? undefined : Number(all.l)), 'latin1')
      .digest('base64')
  const written = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  const line = `DKIM-Signature: ${written}; b=`
  const form = (field: string): string => (headForm === 'relaxed' ? relaxedField(field) : field)
  const left = [...fields]
  const chosen = (all.h ?? '').split(':').flatMap((name) => {
    const place = left.findLastIndex((field) => field.slice(0, field.indexOf(':')).trim().toLowerCase() === name.trim().toLowerCase())
    return place < 0 ? [] : left.splice(place, 1)
  })
  const text = Buffer.from([...chosen.map((field) => `${form(field)}\r\n`), form(line)].join(''), 'latin1')
  const value = key.algorithm === 'rsa' ? sign(`rsa-${hash}`, text, key.privateKey) : sign(null, createHash('sha256').update(text).digest(), key.privateKey)
  return `${line}${value.toString('base64')}\r\n${mail}`
}
