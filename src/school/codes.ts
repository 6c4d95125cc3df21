/** Assignment codes and reply tokens: their alphabets and shapes. Randomness comes as an argument. */
import type { AssignmentCode } from './people'

/** 32 letters and digits without 0 O 1 I L… read aloud and typed without doubt (CONVERSATION.md 1.1). */
export const codeAlphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

const codePattern = new RegExp(`^[${codeAlphabet}]{4}$`)

export const assignmentCode = (text: string): AssignmentCode | null => {
  const upper = text.trim().toUpperCase()
  return codePattern.test(upper) ? (upper as AssignmentCode) : null
}

/** Four signs from random bytes (at least 4); a sign is drawn by rejection-free modulo, the bias of 31 in 256 does not matter: codes name, tokens protect. */
export const codeFrom = (random: Uint8Array): AssignmentCode =>
  Array.from(random.subarray(0, 4), (byte) => codeAlphabet[byte % codeAlphabet.length]).join('') as AssignmentCode

/** Lower-case base 32 without vowels' look-alikes: survives any change of case on the way. */
const tokenAlphabet = 'abcdefghijkmnpqrstuvwxyz23456789'

/** 26 signs of 5 bits = 130 random bits from 26 bytes. */
export const tokenFrom = (random: Uint8Array): string => Array.from(random.subarray(0, 26), (byte) => tokenAlphabet[byte & 31]).join('')

export const replyTokenPattern = /^r-([a-z2-9]{26})$/
