/** The envelope of a mail that lies in a mailbox, from the head fields that delivery left. Believes nobody; says only whom they name. */
import type { Envelope } from '../message/message'

/** In the order of trust: what the delivering server wrote, then what the author wrote. */
export const envelopeFields = ['delivered-to', 'x-original-to', 'envelope-to', 'to', 'cc', 'return-path', 'from']
const recipientFields = envelopeFields.slice(0, 5)

/** Bounds for hostile heads (THREATS D3). */
const maxFieldOctets = 64 * 1024
const maxAddresses = 200

/** All addresses that the recipient fields name, in order, without doubles (case does not count). Not yet judged. */
export function recipientsIn(head: string): string[] {
  const fields = fieldsOf(head)
  const found = new Map<string, string>()
  for (const name of recipientFields) {
    for (const field of fields.filter((each) => each.name === name)) {
      for (const address of addressesIn(field.value))
        if (found.size < maxAddresses && !found.has(address.toLowerCase())) found.set(address.toLowerCase(), address)
    }
  }
  return [...found.values()]
}

/**
 * The reverse-path that Return-Path tells (RFC 5321 §4.4); null for `<>`.
 * Without that field the author's one address: null would call a mail that was merely filed without it a bounce.
 */
export function senderIn(head: string): Envelope['sender'] {
  const fields = fieldsOf(head)
  const path = fields.find(({ name }) => name === 'return-path')
  if (path) return addressesIn(path.value)[0] ?? null
  const authors = fields.filter(({ name }) => name === 'from').flatMap(({ value }) => addressesIn(value))
  return authors.length === 1 ? (authors[0] ?? null) : null
}

function fieldsOf(head: string): { name: string; value: string }[] {
  return head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 1 ? [] : [{ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1, colon + 1 + maxFieldOctets) }]
    })
}

/** Addresses of a field without names and comments; a name that looks like an address is none. */
export function addressesIn(value: string): string[] {
  return withoutWords(value)
    .split(/[,;]/)
    .map((part) => {
      const open = part.lastIndexOf('<')
      const close = part.indexOf('>', open)
      // A group's name ends with a colon (RFC 5322 §3.4); so does a source route.
      return (open < 0 ? part.slice(part.lastIndexOf(':') + 1) : part.slice(open + 1, close < 0 ? undefined : close).replace(/^@[^:]*:/, '')).trim()
    })
    .filter((address) => /^[^\s<>()[\]:;,"@]+@[^\s<>()[\]:;,"@]+$/.test(address))
}

/** Takes comments and quoted strings out, in one pass. */
function withoutWords(value: string): string {
  let depth = 0
  let quoted = false
  let kept = ''
  for (let at = 0; at < value.length; at++) {
    const sign = value[at] ?? ''
    if (sign === '\\') at++
    else if (quoted) quoted = sign !== '"'
    else if (sign === '"' && depth === 0) quoted = true
    else if (sign === '(') depth++
    else if (sign === ')' && depth > 0) depth--
    else if (depth === 0) kept += sign
  }
  return kept
}
