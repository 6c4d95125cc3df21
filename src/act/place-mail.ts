/** The sender told by a digit which assignment a held mail answers. */
import { addJob } from '../store/jobs'
import { moveMail } from '../store/mails'
import { useReplyAddress } from '../store/reply-addresses'
import type { Decision } from '../understand/decide'
import type { Task } from '../understand/facts'
import { answered, type Deed, handled, held, type Outcome } from './deed'
import { mailJobKey } from './take-up'

export async function placeMail(decision: Extract<Decision, { deed: 'place' }>, { tx, now }: Deed): Promise<Outcome> {
  const { mailId, choices } = JSON.parse(decision.reply.ref ?? '{}') as { mailId?: string; choices?: Task[] }
  const task = choices?.[decision.choice - 1]
  if (mailId === undefined || task === undefined) return held('choice-unclear')
  if (!(await useReplyAddress(tx, decision.reply.token, now))) return handled
  if (await moveMail(tx, mailId, 'held', 'spooled', null))
    await addJob(tx, { kind: 'handle-mail', key: mailJobKey(mailId), data: { mailId, place: task }, dueAt: now }, now)
  return answered
}
