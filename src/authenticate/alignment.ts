/** Whose domain is whose: organisational domains and what the author's DMARC record says of alignment (RFC 9989). Its policy (p=) gives nobody permission and is not read. */
import { domainToASCII } from 'node:url'
import { dmarc } from 'mailauth'
import { errnoOf } from '../errors'
import type { Ask } from './ask-dns'

/** Lower case, A-labels; '' for what is no domain. */
export const asciiDomain = (domain: string): string => domainToASCII(domain.replace(/\.$/, ''))

/** The domain of an address in A-labels; '' where there is none. */
export const domainOf = (address: string): string => asciiDomain(address.slice(address.lastIndexOf('@') + 1))

/** `lycee.college.example` → `college.example`, by the public suffix list that mailauth brings. A suffix stands for itself. */
export async function organisationOf(domain: string): Promise<string> {
  const found = await dmarc({ headerFrom: `x@${domain}`, resolver: () => Promise.resolve([]) })
  return found === false ? domain : ((found as { domain?: string }).domain ?? domain)
}

export interface DmarcRecord {
  /** `none`: none published. `broken`: several, or one without policy. `trouble`: nobody said. */
  state: 'found' | 'none' | 'broken' | 'trouble'
  strictDkim: boolean
  strictSpf: boolean
}

/** RFC 9989 §4.10.1 walks up to the organisation and not past it; here in at most this many questions. */
const mostNames = 4

/** The record that counts for `domain`: its own, else that of the next domain above, up to the organisation. */
export async function dmarcRecordOf(domain: string, organisation: string, ask: Ask): Promise<DmarcRecord> {
  try {
    for (const name of namesUpTo(domain, organisation)) {
      const records = await recordsAt(name, ask)
      if (records.length > 0) return readRecords(records)
    }
    return { state: 'none', strictDkim: false, strictSpf: false }
  } catch (error) {
    if (errnoOf(error) !== 'ETIMEOUT') throw error
    // Until somebody says, only the very domain of the author proves anything.
    return { state: 'trouble', strictDkim: true, strictSpf: true }
  }
}

function namesUpTo(domain: string, organisation: string): string[] {
  const names = [domain]
  for (let name = domain; name !== organisation && name.endsWith(`.${organisation}`); ) {
    name = name.slice(name.indexOf('.') + 1)
    names.push(name)
  }
  return names.length <= mostNames ? names : [domain, ...names.slice(1 - mostNames)]
}

async function recordsAt(name: string, ask: Ask): Promise<string[]> {
  try {
    const rows = (await ask(`_dmarc.${name}`, 'TXT')) as string[][]
    return rows.map((row) => row.join('').trim()).filter((text) => /^v\s*=\s*DMARC1\s*(;|$)/i.test(text))
  } catch (error) {
    if (errnoOf(error) === 'ENOTFOUND' || errnoOf(error) === 'ENODATA') return []
    throw error
  }
}

/** Where the owner's will is unclear, the stricter reading holds: it can only cost a question. */
function readRecords(records: string[]): DmarcRecord {
  const tags = tagsOf(records[0] ?? '')
  const has = (name: string, value: string): boolean => tags.some(([tag, said]) => tag === name && said === value)
  if (records.length > 1 || !tags.some(([tag, said]) => tag === 'p' && /^(none|quarantine|reject)$/.test(said)))
    return { state: 'broken', strictDkim: true, strictSpf: true }
  return { state: 'found', strictDkim: has('adkim', 's'), strictSpf: has('aspf', 's') }
}

/** `a=b; c=d`, all in lower case, blanks gone. */
const tagsOf = (record: string): [string, string][] =>
  record
    .toLowerCase()
    .split(';')
    .map((tag) => [tag.slice(0, Math.max(0, tag.indexOf('='))).trim(), tag.slice(tag.indexOf('=') + 1).trim()])
