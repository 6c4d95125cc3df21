/** Whether a mail asks to end the digests: sent to an unsubscribe address, or saying so and nothing else. */
import type { Message } from '../message/message'
import type { Addressed } from './who-is-addressed'
import type { Why } from './whys'

const words =
  /^(?:(?:merci de |veuillez |please )?(?:me )?)?(?:unsubscribe|désabonnement|desabonnement|désinscription|desinscription|me désabonner|désabonner|désabonnez[- ]moi|désinscrire|désinscrivez[- ]moi|se désabonner|opt[- ]?out|remove me|stop)(?:,? (?:me|please|svp|stp|merci|s['’]il (?:vous|te) pla[iî]t))*[\s.!]*$/iu

/** Code of the rule, or null. `newText` is what the person wrote. A lone STOP is a command elsewhere; here it counts only at a digest's address. */
export function isUnsubscribe(message: Message, addressed: Addressed, newText: string): Why | null {
  if (addressed.locals.some((local) => /\+(?:unsubscribe|unsub|desabonnement)\b/.test(local) || /^(?:unsubscribe|desabonnement|unsub)(?:\+|$)/.test(local)))
    return 'unsubscribe-address'
  const first = newText.trim().split('\n')[0] ?? ''
  const digest = addressed.locals.some((local) => /^(?:digest|bilan)(?:\+|$)/.test(local))
  const said = (line: string): boolean => words.test(line.trim()) && (digest || !/^stop/i.test(line.trim()))
  if (said(message.subject) && (newText.trim() === '' || digest || said(first))) return 'unsubscribe-subject'
  return said(first) && newText.trim().split('\n').length <= 3 ? 'unsubscribe-text' : null
}
