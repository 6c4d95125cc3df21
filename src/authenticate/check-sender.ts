/** SPF for the envelope's sender (RFC 7208), through mailauth. HELO is no author and is never asked about. */
import { isIPv6 } from 'node:net'
import { spf } from 'mailauth'
import type { Envelope } from '../message/message'
import { domainOf } from './alignment'
import type { Ask } from './ask-dns'

/** Of all questions of a mail, SPF may take so many; ten look-ups of both address families are 20 (RFC 7208 §4.6.4). */
const mostQuestions = 20

/** No mail ever comes from here (RFC 6890): a record that allows one of them allows the world, `+all` or its disguises. */
const nowhere = { 4: ['0.0.0.1', '255.255.255.254'], 6: ['100::1', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:fffe'] }

export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'temperror' | 'permerror' | 'policy'

/** `policy`: it passes, and would for anybody. `none` without sender or client address. */
export async function checkSender(envelope: Envelope, ourDomain: string, ask: Ask): Promise<SpfResult> {
  const { sender, clientAddress } = envelope
  if (sender === null || clientAddress === null) return 'none'
  const domain = domainOf(sender)
  if (domain === '') return 'none'
  const ip = clientAddress.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '')
  const resolver = withAtMost(mostQuestions, ask)
  const look = async (address: string): Promise<SpfResult> => {
    const found = await spf({
      sender: `${sender.slice(0, Math.max(0, sender.lastIndexOf('@')))}@${domain}`,
      ip: address,
      helo: envelope.helo ?? `[${address}]`,
      mta: ourDomain,
      resolver,
    })
    return found.status.result as SpfResult
  }
  const result = await look(ip)
  if (result !== 'pass') return result
  for (const address of nowhere[isIPv6(ip) ? 6 : 4]) {
    const other = await look(address)
    if (other === 'pass') return 'policy'
    if (other === 'temperror') return 'temperror'
  }
  return 'pass'
}

/** Too many questions are the record's own fault: permerror. */
function withAtMost(most: number, ask: Ask): Ask {
  const asked = new Set<string>()
  return (name, type) => {
    asked.add(`${type} ${name.toLowerCase()}`)
    if (asked.size > most)
      return Promise.reject(Object.assign(new Error('too many questions'), { spfResult: { error: 'permerror', text: 'too many questions' } }))
    return ask(name, type)
  }
}
