/** What DNS says of our domain: whether mail finds us, and whether others will believe what we send (THREATS h, M1, M2). */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { organisationOf } from '../../authenticate/alignment'
import { type DnsQuestions, openQuestions } from '../../authenticate/ask-dns'
import type { Config } from '../../config/schema'
import { errnoOf } from '../../errors'
import { within } from '../configuration'
import { type Finding, ok, patienceMs, warning, wrong } from './finding'

/** Rows, none, or nobody said. */
type Answer<T> = T[] | 'trouble'

const noAnswer = (name: string, what: string): Finding =>
  warning(name, `DNS gave no answer about ${what}`, 'check [dns] servers and the network, then check again')

/** MX, SPF, DKIM, DMARC of `domain`; one line where there is no domain yet. */
export async function checkNames(config: Config, folder: string): Promise<Finding[]> {
  const { domain } = config
  if (domain === 'localhost' || !domain.includes('.')) return [ok('dns', `not configured: domain = "${domain}" has no records`)]
  const questions = openQuestions({ servers: config.dns.servers, timeMs: patienceMs, most: 30 })
  try {
    return await Promise.all([checkMx(domain, questions), checkSpf(domain, questions), checkDkim(config, folder, questions), checkDmarc(domain, questions)])
  } finally {
    questions.close()
  }
}

async function rowsOf<T>(questions: DnsQuestions, name: string, type: string): Promise<Answer<T>> {
  try {
    return (await questions.ask(name, type)) as T[]
  } catch (error) {
    return errnoOf(error) === 'ETIMEOUT' ? 'trouble' : []
  }
}

async function textsOf(questions: DnsQuestions, name: string, form: RegExp): Promise<Answer<string>> {
  const rows = await rowsOf<string[]>(questions, name, 'TXT')
  return rows === 'trouble' ? rows : rows.map((row) => row.join('').trim()).filter((text) => form.test(text))
}

async function checkMx(domain: string, questions: DnsQuestions): Promise<Finding> {
  const rows = await rowsOf<{ exchange: string }>(questions, domain, 'MX')
  if (rows === 'trouble') return noAnswer('mx', domain)
  const hosts = rows.map(({ exchange }) => exchange)
  // RFC 7505: a single empty name says that the domain takes no mail.
  if (hosts.length === 1 && ['', '.'].includes(hosts[0] ?? ''))
    return wrong('mx', `${domain} says that it takes no mail (null MX)`, `publish an MX record of ${domain} that names this server or its relay`)
  if (hosts.length > 0) return ok('mx', `${domain} → ${hosts.join(', ')}`)
  const addresses = [await rowsOf(questions, domain, 'A'), await rowsOf(questions, domain, 'AAAA')]
  const mend = `publish an MX record of ${domain} that names this server or its relay`
  if (addresses.some((found) => found !== 'trouble' && found.length > 0)) return warning('mx', `${domain} has no MX record, only an address`, mend)
  return addresses.includes('trouble') ? noAnswer('mx', domain) : wrong('mx', `${domain} has no MX record: replies cannot arrive`, mend)
}

async function checkSpf(domain: string, questions: DnsQuestions): Promise<Finding> {
  const records = await textsOf(questions, domain, /^v=spf1(\s|$)/i)
  if (records === 'trouble') return noAnswer('spf', domain)
  const [record] = records
  if (record === undefined)
    return warning(
      'spf',
      `${domain} has no SPF record: its mail may be taken for spam`,
      `publish a TXT record of ${domain}, "v=spf1 … -all", that names the relay`,
    )
  if (records.length > 1) return wrong('spf', `${domain} has ${records.length} SPF records: none of them counts`, 'keep one of them')
  if (/\s\+?all(\s|$)/i.test(record)) return wrong('spf', `the SPF record of ${domain} allows the whole world`, 'end it in "-all" or "~all"')
  return ok('spf', `${domain}: ${record}`)
}

async function checkDmarc(domain: string, questions: DnsQuestions): Promise<Finding> {
  for (const name of new Set([domain, await organisationOf(domain)])) {
    const records = await textsOf(questions, `_dmarc.${name}`, /^v=DMARC1\s*(;|$)/i)
    if (records === 'trouble') return noAnswer('dmarc', `_dmarc.${name}`)
    if (records.length > 1) return wrong('dmarc', `_dmarc.${name} has ${records.length} DMARC records: none of them counts`, 'keep one of them')
    const [record] = records
    if (record !== undefined && !/;\s*p\s*=\s*(none|quarantine|reject)\b/i.test(record))
      return wrong('dmarc', `the DMARC record of _dmarc.${name} has no policy`, 'add p=none, p=quarantine or p=reject')
    if (record !== undefined) return ok('dmarc', `${name}: ${record}`)
  }
  return warning('dmarc', `${domain} has no DMARC record: large providers ask for one`, `publish a TXT record of _dmarc.${domain}, "v=DMARC1; p=none" at least`)
}

async function checkDkim(config: Config, folder: string, questions: DnsQuestions): Promise<Finding> {
  const { domain, selector, keyFile } = config.dkim
  if (domain === null || selector === null || keyFile === null)
    return config.outbound.url.startsWith('file:')
      ? ok('dkim', 'not configured')
      : warning('dkim', 'not configured: what leaves is not signed here', 'set [dkim] domain, selector and key_file, unless the relay signs')
  let ours: { key: Buffer; bits: number }
  try {
    const key = createPublicKey(createPrivateKey(await readFile(within(folder, keyFile), 'utf8')))
    ours = { key: key.export({ type: 'spki', format: 'der' }), bits: key.asymmetricKeyDetails?.modulusLength ?? 0 }
  } catch (error) {
    return wrong(
      'dkim',
      `key_file cannot be used (${errnoOf(error) ?? 'no PEM key'})`,
      'give [dkim] key_file the path of an RSA key in PEM form (openssl genrsa 2048)',
    )
  }
  const name = `${selector}._domainkey.${domain}`
  const published = `publish a TXT record of ${name}, "v=DKIM1; k=rsa; p=…", with the public half of key_file`
  const records = await textsOf(questions, name, /(^|;)\s*p\s*=/)
  if (records === 'trouble') return noAnswer('dkim', name)
  const [record] = records
  if (record === undefined) return wrong('dkim', `${name} holds no key: every signature of ours is void`, published)
  const p = /(?:^|;)\s*p\s*=([^;]*)/.exec(record)?.[1]?.replace(/\s+/g, '') ?? ''
  if (!Buffer.from(p, 'base64').equals(ours.key)) return wrong('dkim', `${name} holds another key than key_file`, published)
  if (ours.bits < 2048) return warning('dkim', `the key has ${ours.bits} bits`, 'make one of 2048 bits under a new selector')
  if (/(^|;)\s*t\s*=[^;]*\by\b/.test(record)) return warning('dkim', `${name} is marked as a test (t=y)`, 'take t=y out of the record')
  if ((await organisationOf(domain)) !== (await organisationOf(config.domain)))
    return warning('dkim', `signs as ${domain}, which is not of ${config.domain}: DMARC does not count that`, 'sign as the domain of the addresses')
  return ok('dkim', `${name} holds our key, ${ours.bits} bits`)
}
