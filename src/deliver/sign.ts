/** DKIM signatures of what goes out (RFC 6376): rsa-sha256, relaxed/relaxed, whole body. Verifies nothing. */
import { createHash, createPrivateKey, createSign, type Hash, type KeyObject } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { Fault } from '../errors'
import { bytesOf, type ComposedMail, type Piece } from './composed-mail'

export interface DkimKey {
  domain: string
  selector: string
  /** RSA private key, PEM. */
  privateKey: string
}

export interface Signer {
  /** The same mail with a DKIM-Signature on top. Attachments are read once, as a stream. */
  sign(mail: ComposedMail, now: Date): Promise<ComposedMail>
}

/** What is signed where it is there (RFC 6376 §5.4.1; RFC 8058 §4 for the two of List-Unsubscribe). */
const signedFields = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'reply-to',
  'in-reply-to',
  'references',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'content-language',
  'auto-submitted',
  'mime-version',
  'content-type',
]

/** @throws Fault config-invalid where the key cannot be used */
export function createSigner(key: DkimKey): Signer {
  const privateKey = readKey(key.privateKey)
  return {
    async sign(mail, now) {
      const fields = fieldsOf(mail.head)
      const present = signedFields.filter((name) => fields.has(name))
      // From is listed once more than it is there: a second one added on the way breaks the signature (RFC 6376 §5.4.2, §8.15).
      const listed = present.flatMap((name) => (name === 'from' ? [name, name] : [name]))
      const unsigned = [
        'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;',
        ` d=${domainToASCII(key.domain)}; s=${key.selector}; t=${Math.floor(now.getTime() / 1000)};`,
        ` bh=${await bodyHashOf(mail.body)};`,
        ` h=${foldList(listed)};`,
        ' b=',
      ].join('\r\n')
      const signed = [...present.map((name) => `${relaxedField(fields.get(name) ?? '')}\r\n`), relaxedField(unsigned)].join('')
      const signature = createSign('RSA-SHA256').update(signed, 'utf8').sign(privateKey, 'base64')
      const field = `${unsigned}${signature.replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`
      return { ...mail, head: field + mail.head, bytes: mail.bytes + Buffer.byteLength(field) }
    },
  }
}

function readKey(pem: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (error) {
    throw new Fault('config-invalid', '[dkim] key_file holds no private key in PEM form', { cause: error })
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Fault('config-invalid', '[dkim] key_file must hold an RSA key (openssl genrsa 2048)')
  return key
}

/** Last field of each name, folded as it stands: signers go from the bottom up (RFC 6376 §5.4.2), and ours are all single. */
function fieldsOf(head: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const field of head.split(/\r\n(?![ \t])/)) if (field !== '') fields.set(field.slice(0, field.indexOf(':')).trim().toLowerCase(), field)
  return fields
}

/** RFC 6376 §3.4.2. */
export function relaxedField(field: string): string {
  const colon = field.indexOf(':')
  const value = field.slice(colon + 1)
  return `${field.slice(0, colon).trim().toLowerCase()}:${value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '')}`
}

/** Of a list joined by colons, in lines a person can read. */
function foldList(names: string[]): string {
  let line = ' h='.length
  return names
    .map((name, index) => {
      const text = index === names.length - 1 ? name : `${name}:`
      line += text.length
      if (line <= 74) return text
      line = 1 + text.length
      return `\r\n ${text}`
    })
    .join('')
}

async function bodyHashOf(body: Piece[]): Promise<string> {
  const hash = createHash('sha256')
  const lines = new RelaxedLines(hash)
  for (const piece of body) {
    // Wire files are base64 lines: canonical as they are, so they go to the hash untouched.
    if ('bytes' in piece) lines.add(piece.bytes)
    else if (piece.size > 0) {
      lines.release()
      for await (const chunk of bytesOf([piece])) hash.update(chunk)
    }
  }
  return hash.digest('base64')
}

/** RFC 6376 §3.4.4, for pieces that end with a line: blanks at line ends go, runs of blanks are one, empty lines wait until something follows them. */
class RelaxedLines {
  private emptyLines = 0

  constructor(private readonly hash: Hash) {}

  add(bytes: Buffer): void {
    // Latin-1 keeps every byte; only ASCII blanks are touched.
    const lines = bytes.toString('latin1').split('\r\n')
    if (lines[lines.length - 1] === '') lines.pop()
    for (const line of lines) {
      const text = line.replace(/[ \t]+/g, ' ').replace(/ $/, '')
      if (text === '') this.emptyLines++
      else {
        this.release()
        this.hash.update(`${text}\r\n`, 'latin1')
      }
    }
  }

  release(): void {
    this.hash.update('\r\n'.repeat(this.emptyLines))
    this.emptyLines = 0
  }
}
