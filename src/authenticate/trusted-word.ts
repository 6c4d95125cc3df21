/** What a trusted receiver says of a mail: its Authentication-Results, or those it sealed (ARC). A header of anybody else says nothing. */
import { BlockList, isIP } from 'node:net'
import { arc, dkimVerify } from 'mailauth'
import { errnoOf } from '../errors'
import type { Head, RawField } from '../message/split-head'
import { asciiDomain, organisationOf } from './alignment'
import type { Ask } from './ask-dns'
import { dmarcWordOf, parseAuthenticationResults } from './authentication-results'
import { signatureTagsOf, tagList } from './signature-tags'
import { type SignedBody, verifySignature } from './verify-signatures'

/** Whether a client stands in one of the networks, `10.0.0.0/8` or a single address; entries that are none are left out. */
export function networks(entries: string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const version = isIP(address)
    const size = version === 6 ? 128 : 32
    const prefix = bits === undefined ? size : Number(bits)
    if (version !== 0 && Number.isInteger(prefix) && prefix >= 0 && prefix <= size) list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4')
  }
  return (text) => {
    const address = text.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '')
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * Whether the topmost Authentication-Results is of `authservId` and says dmarc=pass for the author's domain (RFC 8601 §5, §7.1).
 * The caller knows that the mail came from a trusted relay or mailbox. Two words of DMARC under that name contradict each other, whatever they say.
 */
export function saysPass(head: Head, authservId: string, fromDomain: string): boolean {
  const fields = head.fields.filter((field) => field.name === 'authentication-results').map((field) => parseAuthenticationResults(field.value))
  const ofTheirs = fields.filter((field) => field !== null && field.id === authservId.toLowerCase())
  const top = fields[0]
  if (!top || top !== ofTheirs[0] || dmarcWordOf(top, fromDomain) !== 'pass') return false
  return ofTheirs.slice(1).every((field) => field === null || dmarcWordOf(field, fromDomain) === null)
}

const mostSets = 10

/**
 * Whether the newest ARC set is sealed by the domain of `authservId`, holds, and says dmarc=pass for the author's domain (RFC 8617): a chain is worth its last sealer.
 * `undecided`: DNS gave no answer about its keys. Nothing is looked up for a seal of somebody else.
 */
export async function sealedPass(
  head: Head,
  body: SignedBody,
  { authservId, fromDomain, at }: { authservId: string; fromDomain: string; at: Date },
  ask: Ask,
): Promise<'yes' | 'no' | 'undecided'> {
  const newest = newestSet(head)
  if (newest === null) return 'no'
  const { seal, signature, results } = newest
  const signer = signatureTagsOf(signature, head, at).domain
  if (![asciiDomain(seal.get('d') ?? ''), signer].every((domain) => isDomainOf(authservId, domain))) return 'no'
  const sealer = asciiDomain(seal.get('d') ?? '')
  if ((await organisationOf(sealer)) !== (await organisationOf(asciiDomain(authservId)))) return 'no'
  const said = parseAuthenticationResults(results)
  if (said === null || said.id !== authservId.toLowerCase() || dmarcWordOf(said, fromDomain) !== 'pass') return 'no'
  return holds(head, signature, body, at, ask)
}

/** `mx.college.example` is of college.example; the suffix `example` is excluded by the caller. */
const isDomainOf = (authservId: string, domain: string): boolean =>
  domain !== '' && (asciiDomain(authservId) === domain || asciiDomain(authservId).endsWith(`.${domain}`))

interface NewestSet {
  seal: Map<string, string>
  /** ARC-Message-Signature. */
  signature: RawField
  /** ARC-Authentication-Results without its `i=`. */
  results: string
}

function newestSet(head: Head): NewestSet | null {
  const named = (name: string) => head.fields.filter((field) => field.name === name)
  const seals = named('arc-seal')
  const count = seals.length
  if (count === 0 || count > mostSets || named('arc-message-signature').length !== count || named('arc-authentication-results').length !== count) return null
  const tagsOf = (field: RawField): Map<string, string> | null => tagList(field.raw.slice(field.raw.indexOf(':') + 1))
  const isNewest = (field: RawField): boolean => tagsOf(field)?.get('i') === String(count)
  const seal = seals.filter(isNewest).map(tagsOf)[0]
  const signature = named('arc-message-signature').find(isNewest)
  const results = named('arc-authentication-results').find((field) => new RegExp(`^\\s*i\\s*=\\s*${count}\\s*;`).test(field.value))
  return seal && signature && results ? { seal, signature, results: results.value.replace(/^[^;]*;/, '') } : null
}

/** The message signature is verified as any other; of the seals mailauth judges the chain. */
async function holds(head: Head, signature: RawField, body: SignedBody, at: Date, ask: Ask): Promise<'yes' | 'no' | 'undecided'> {
  const result = await verifySignature(signature, signatureTagsOf(signature, head, at), head, body, ask)
  if (result !== 'pass') return result === 'temperror' ? 'undecided' : 'no'
  let trouble = false
  const resolver: Ask = (name, type) =>
    ask(name, type).catch((error: unknown) => {
      // mailauth takes a key that it cannot get for a broken seal.
      trouble ||= errnoOf(error) === 'ETIMEOUT'
      throw error
    })
  // Without a body mailauth has nothing to hash: its canonical forms take minutes for some.
  const bare = await dkimVerify(arcHead(head), { resolver, minBitLength: 1024 })
  const data = bare.arc as unknown as Parameters<typeof arc>[0] | undefined
  if (!data?.lastEntry) return 'no'
  Object.assign(data.lastEntry, { messageSignature: { status: { result } } })
  const chain = await arc(data, { resolver, minBitLength: 1024 })
  return chain.status.result === 'pass' ? 'yes' : trouble ? 'undecided' : 'no'
}

const arcHead = (head: Head): Buffer =>
  Buffer.from(`${head.fields.flatMap(({ name, raw }) => (name.startsWith('arc-') ? [raw] : [])).join('\r\n')}\r\n\r\n`, 'latin1')
