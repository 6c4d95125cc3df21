/** The answer to "is it you?": OK lets the held mail go its way, NON discards it and tells the operator. Counts once. */
import { addJob } from '../store/jobs'
import { moveMail } from '../store/mails'
import { useReplyAddress } from '../store/reply-addresses'
import type { Decision } from '../understand/decide'
import { answered, type Deed, handled, type Outcome } from './deed'
import { mailJobKey } from './take-up'
import { tellOperatorOf } from './tell-operator'

export async function answerConfirmation(decision: Extract<Decision, { deed: 'confirm' | 'deny' }>, deed: Deed): Promise<Outcome> {
  const { tx, now } = deed
  const mailId = decision.reply.ref
  if (mailId === null || !(await useReplyAddress(tx, decision.reply.token, now))) return handled
  if (decision.deed === 'deny') {
    await moveMail(tx, mailId, 'held', 'dropped', 'denied-by-teacher')
    await tellOperatorOf('forgery-denied', deed)
    return handled
  }
  if (await moveMail(tx, mailId, 'held', 'spooled', null))
    await addJob(tx, { kind: 'handle-mail', key: mailJobKey(mailId), data: { mailId, confirmed: true }, dueAt: now }, now)
  return answered
}
