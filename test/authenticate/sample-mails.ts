/** The school, its attacker and their mails, as THREATS has them: everything here is invented. */
import { makeKey, signed, type SignOptions } from './signer'
import type { Zone } from './dns-server'
import type { Envelope } from '../../src/message/message'

export const arrival = new Date('2026-03-16T08:00:00Z')
export const seconds = (offset = 0): string => String(arrival.getTime() / 1000 + offset)

export const honest = '198.51.100.10'
export const evilAddress = '203.0.113.66'
export const relayAddress = '10.1.2.3'

export const keys = {
  school: makeKey(),
  second: makeKey('ed25519'),
  evil: makeKey(),
  other: makeKey(),
  short: makeKey('rsa', 1024),
  weak: makeKey('rsa', 768),
}

export const keyAt = (domain: string, selector: string, record: string): Zone => ({ [`${selector}._domainkey.${domain}`]: [`TXT ${record}`] })

/** Every domain of the cases; a case lays its own lines over it. */
export const sampleZone = (): Zone => ({
  'college.example': ['TXT some-verification=1', `TXT v=spf1 ip4:${honest} -all`],
  '_dmarc.college.example': ['TXT v=DMARC1; p=reject'],
  ...keyAt('college.example', 's1', keys.school.record),
  ...keyAt('college.example', 'ed', keys.second.record),
  ...keyAt('college.example', 'short', keys.short.record),
  ...keyAt('college.example', 'weak', keys.weak.record),
  ...keyAt('college.example', 'revoked', 'v=DKIM1; k=rsa; p='),
  ...keyAt('college.example', 'test', keys.school.record.replace('v=DKIM1;', 'v=DKIM1; t=y;')),
  ...keyAt('college.example', 'tls', keys.school.record.replace('v=DKIM1;', 'v=DKIM1; s=tlsrpt;')),
  ...keyAt('mail.college.example', 's1', keys.school.record),
  ...keyAt('example', 's1', keys.evil.record),
  'evil.example': [`TXT v=spf1 ip4:${evilAddress} -all`],
  '_dmarc.evil.example': ['TXT v=DMARC1; p=none'],
  ...keyAt('evil.example', 's1', keys.evil.record),
  ...keyAt('esp.example', 's1', keys.other.record),
  'small.example': [`TXT v=spf1 ip4:${honest} -all`],
  ...keyAt('small.example', 's1', keys.school.record),
  'bare.example': ['TXT nothing-of-mail'],
  'xn--collge-6ua.example': [`TXT v=spf1 ip4:${honest} -all`],
  ...keyAt('xn--collge-6ua.example', 's1', keys.school.record),
})

export const anne = 'anne.lefevre@college.example'

/** @param fields laid over the usual ones, in their place; '' leaves one out */
export function mail(fields: Record<string, string> = {}, body = 'Exercice 12 page 47, pour vendredi.\r\n'): string {
  const all: Record<string, string> = {
    From: `Anne <${anne}>`,
    To: '3b@classes.example',
    Subject: 'Exercice 12',
    Date: 'Mon, 16 Mar 2026 08:59:00 +0100',
    'Message-ID': '<1@college.example>',
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    ...fields,
  }
  const lines = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${Buffer.from(value, 'utf8').toString('latin1')}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** Signed as the school does it. */
export const bySchool = (text = mail(), tags: Record<string, string> = {}, more: Partial<SignOptions> = {}): string =>
  signed(text, { key: keys.school, tags: { t: seconds(-60), ...tags }, ...more })

export const byEvil = (text = mail(), tags: Record<string, string> = {}): string => signed(text, { key: keys.evil, tags: { d: 'evil.example', ...tags } })

export const envelope = (over: Partial<Envelope> = {}): Envelope => ({
  sender: 'x@evil.example',
  recipients: ['3b@classes.example'],
  clientAddress: evilAddress,
  helo: 'mx.evil.example',
  receivedAt: arrival,
  ...over,
})
