/** Whether a message's From may be believed, and when its provider signed it. Believes its own proof and the word of whom the operator trusts, nobody else's. */
import { isIP } from 'node:net'
import { sourceOfBytes } from '../message/byte-source'
import type { Envelope } from '../message/message'
import { splitHead, type Head } from '../message/split-head'
import { whoIsFrom } from '../message/who-is-from'
import { type DmarcRecord, dmarcRecordOf, domainOf, organisationOf } from './alignment'
import { checkServers, type DnsQuestions, openQuestions } from './ask-dns'
import { checkSender, type SpfResult } from './check-sender'
import { networks, saysPass, sealedPass } from './trusted-word'
import { SignedBody, type Signatures, verifySignatures } from './verify-signatures'

/** Results in the words of RFC 8601 §2.7; `policy`: there is one, which for us proves nothing. */
export interface Authentication {
  /** Of the envelope's sender where it is of the author's organisation; no other is looked up. */
  spf: string
  /** Best of the signatures of the author's organisation; no other is verified. */
  dkim: string
  dmarc: string
  /** `yes`: an aligned pass for the one From, or the word of a trusted receiver. `undecided`: DNS gave no answer where it could have decided. */
  belief: 'yes' | 'no' | 'undecided'
  /** Signing time (`t=`) of a verified, aligned DKIM signature (RFC 6376 §3.5), the earliest, never after arrival; null where there is none. */
  signedAt: Date | null
}

/** Never throws because of a mail or of DNS. `now` is not asked: a mail is judged at the hour of its arrival, however late it is handled. */
export type Authenticate = (raw: Buffer, envelope: Envelope, now: Date) => Promise<Authentication>

export interface AuthenticateOptions {
  /** Resolvers, `address:port`; empty: the system's. */
  servers: string[]
  /** Our own name. */
  domain: string
  authservId: string | null
  trustedNetworks: string[]
  /** For all questions of one mail together. */
  timeMs?: number
}

const defaultTimeMs = 5000
const mostQuestions = 30
/** Folded lines of a head that is verified; putting more of them together is quadratic in mailauth. */
const mostHeadLines = 4000

const nothing: Authentication = { spf: 'none', dkim: 'none', dmarc: 'none', belief: 'no', signedAt: null }

/** Faults: `config-invalid` for servers that are no addresses. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  checkServers(options.servers)
  const isTrusted = networks(options.trustedNetworks)
  return async (raw, envelope) => {
    const head = splitHead(sourceOfBytes(raw))
    const { from } = whoIsFrom(head)
    const fromDomain = from === null ? '' : domainOf(from.address)
    if (from === null || fromDomain === '' || isIP(fromDomain) !== 0 || !isReadable(head, raw)) return nothing
    const body = new SignedBody(raw.subarray(head.bodyStart))
    const questions = openQuestions({ servers: options.servers, timeMs: options.timeMs ?? defaultTimeMs, most: mostQuestions })
    const author = { domain: fromDomain, organisation: await organisationOf(fromDomain) }
    // A relay of ours hands over what others sent: its address proves no author, its word does.
    const isRelayed = options.authservId !== null && envelope.clientAddress !== null && isTrusted(envelope.clientAddress)
    try {
      const [record, signatures, spf] = await Promise.all([
        dmarcRecordOf(author.domain, author.organisation, questions.ask),
        verifySignatures(head, body, author.organisation, envelope.receivedAt, questions.ask),
        isRelayed ? Promise.resolve<SpfResult>('policy') : senderProof(envelope, author, options.domain, questions),
      ])
      const own = judge({ author, record, signatures, spf, envelope })
      if (own.belief === 'yes' || options.authservId === null) return own
      return await withTrustedWord(own, {
        head,
        body,
        author,
        at: envelope.receivedAt,
        authservId: options.authservId,
        isOpen: isRelayed || envelope.clientAddress === null,
        questions,
      })
    } finally {
      questions.close()
    }
  }
}

interface Author {
  /** A-labels, lower case. */
  domain: string
  organisation: string
}

/** A head that is cut, or that two readers would split differently, is not believed on anybody's word. */
const isReadable = (head: Head, raw: Buffer): boolean => {
  if (head.problems.length > 0 || head.fields.some((field) => /[^\x21-\x7e]/.test(field.name))) return false
  let lines = 0
  for (let at = raw.indexOf(0x0a); at >= 0 && at < head.bodyStart; at = raw.indexOf(0x0a, at + 1)) lines += 1
  return lines <= mostHeadLines
}

/** SPF proves an author only where the envelope is of the author's organisation: else nobody is asked. */
async function senderProof(envelope: Envelope, author: Author, ourDomain: string, questions: DnsQuestions): Promise<SpfResult> {
  const domain = envelope.sender === null ? '' : domainOf(envelope.sender)
  if (domain === '') return 'none'
  return (await organisationOf(domain)) === author.organisation ? checkSender(envelope, ourDomain, questions.ask) : 'policy'
}

interface Findings {
  author: Author
  record: DmarcRecord
  signatures: Signatures
  spf: SpfResult
  envelope: Envelope
}

/** RFC 9989 §4.4: one aligned pass is enough. Alignment is judged also where no record asks for it. */
function judge({ author, record, signatures, spf, envelope }: Findings): Authentication {
  const spfAligned = !record.strictSpf || (envelope.sender !== null && domainOf(envelope.sender) === author.domain)
  const aligned = signatures.aligned.filter((signature) => !record.strictDkim || signature.domain === author.domain)
  const passed = aligned.filter((signature) => signature.result === 'pass')
  const isProven = passed.length > 0 || (spf === 'pass' && spfAligned)
  const relaxedPass = spf === 'pass' || signatures.aligned.some((signature) => signature.result === 'pass')
  const couldDecide =
    (record.state === 'trouble' && relaxedPass) ||
    (spf === 'temperror' && (spfAligned || record.state === 'trouble')) ||
    (record.state === 'trouble' ? signatures.aligned : aligned).some((signature) => signature.result === 'temperror')
  const belief = isProven ? 'yes' : couldDecide ? 'undecided' : 'no'
  const times = passed.flatMap(({ signedAt }) => (signedAt === null ? [] : [Math.min(signedAt.getTime(), envelope.receivedAt.getTime())]))
  return { spf, dkim: bestOf(signatures), dmarc: dmarcWord(record, belief), belief, signedAt: times.length > 0 ? new Date(Math.min(...times)) : null }
}

const bestFirst = ['pass', 'temperror', 'fail', 'policy', 'neutral', 'permerror']

function bestOf({ aligned, others }: Signatures): string {
  const results = new Set(aligned.map((signature) => signature.result))
  return bestFirst.find((result) => results.has(result)) ?? (others ? 'policy' : 'none')
}

function dmarcWord(record: DmarcRecord, belief: Authentication['belief']): string {
  if (record.state === 'none') return 'none'
  if (record.state === 'broken') return 'permerror'
  if (record.state === 'trouble' || belief === 'undecided') return 'temperror'
  return belief === 'yes' ? 'pass' : 'fail'
}

interface TrustedFindings {
  head: Head
  body: SignedBody
  author: Author
  /** Hour of arrival. */
  at: Date
  authservId: string
  /** The mail came from a trusted relay, or lay in a mailbox of ours. */
  isOpen: boolean
  questions: DnsQuestions
}

async function withTrustedWord(own: Authentication, { head, body, author, at, authservId, isOpen, questions }: TrustedFindings): Promise<Authentication> {
  if (isOpen && saysPass(head, authservId, author.domain)) return { ...own, dmarc: 'pass', belief: 'yes' }
  const sealed = await sealedPass(head, body, { authservId, fromDomain: author.domain, at }, questions.ask)
  if (sealed === 'no') return own
  return sealed === 'yes' ? { ...own, dmarc: 'pass', belief: 'yes' } : { ...own, belief: 'undecided' }
}
