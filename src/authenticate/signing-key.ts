/** The public key of a signature, from DNS (RFC 6376 §3.6, RFC 8463). One that is weak, for tests or for other services is none. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { errnoOf } from '../errors'
import type { Ask } from './ask-dns'
import { namesIn, tagList } from './signature-tags'

/** RFC 8301 §3.2. */
const leastRsaBits = 1024

/** SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410). */
const ed25519Prefix = Buffer.from('302a300506032b6570032100', 'hex')

/** The key, or why there is none in words of RFC 8601: `temperror` nobody said, `permerror` none or broken, `policy` there is one that proves nothing. */
export async function findKey(
  wanted: { domain: string; selector: string; algorithm: 'rsa' | 'ed25519'; forSubdomain: boolean },
  ask: Ask,
): Promise<KeyObject | string> {
  let rows: string[][]
  try {
    rows = (await ask(`${wanted.selector}._domainkey.${wanted.domain}`, 'TXT')) as string[][]
  } catch (error) {
    return errnoOf(error) === 'ETIMEOUT' ? 'temperror' : 'permerror'
  }
  const record = rows.map((row) => row.join('')).find((text) => /(^|;)\s*p\s*=/.test(text))
  const tags = record === undefined ? null : tagList(record)
  if (tags === null || (tags.get('v') ?? 'DKIM1') !== 'DKIM1' || (tags.get('k') ?? 'rsa') !== wanted.algorithm) return 'permerror'
  const key = keyOf(tags.get('p') ?? '', wanted.algorithm)
  if (key === null || key.asymmetricKeyType !== wanted.algorithm) return 'permerror'
  const isWeak = wanted.algorithm === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastRsaBits
  return isWeak || !isForMail(tags, wanted.forSubdomain) ? 'policy' : key
}

/** §3.6.1: not a test key (t=y), not one for other services or other hashes, and with t=s not for subdomains. */
export function isForMail(tags: Map<string, string>, forSubdomain: boolean): boolean {
  const list = (name: string): string[] => namesIn(tags.get(name) ?? '')
  if (list('t').includes('y') || (list('t').includes('s') && forSubdomain)) return false
  return (!tags.has('s') || list('s').some((service) => service === '*' || service === 'email')) && (!tags.has('h') || list('h').includes('sha256'))
}

/** null for what is no key. RSA keys stand as SubjectPublicKeyInfo in practice, as RSAPublicKey by the letter of §3.6.1. */
function keyOf(text: string, algorithm: 'rsa' | 'ed25519'): KeyObject | null {
  const octets = Buffer.from(text.replace(/\s+/g, ''), 'base64')
  if (algorithm === 'ed25519')
    return octets.length === 32 ? createPublicKey({ key: Buffer.concat([ed25519Prefix, octets]), format: 'der', type: 'spki' }) : null
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      return createPublicKey({ key: octets, format: 'der', type })
    } catch (error) {
      if (errnoOf(error) === null) throw error
    }
  }
  return null
}
