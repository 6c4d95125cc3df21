/** POURQUOI: how the last mails of whoever asks were understood, in words. */
import { classLabel } from '../school/people'
import { findAssignment } from '../store/assignments'
import { mailsBy } from '../store/mails'
import { answerCommand } from './answer-command'
import type { CommandDecision, Deed, Outcome } from './deed'

const mostMails = 8

export async function tellWhy(decision: CommandDecision, deed: Deed): Promise<Outcome> {
  const { tx, mail } = deed
  const assignment = decision.assignment === null ? null : await findAssignment(tx, decision.assignment)
  const mails = (await mailsBy(tx, decision.author, mostMails + 1)).filter((one) => one.id !== mail.id).slice(0, mostMails)
  return answerCommand(decision, deed, {
    template: 'why',
    assignment,
    data: {
      toStudent: decision.role === 'student',
      class: assignment ? classLabel(assignment.class) : null,
      code: assignment?.code ?? null,
      title: assignment?.title ?? null,
      mails: mails.map((one) => ({
        receivedAt: new Date(one.received_at).toISOString(),
        kind: one.kind ?? 'other',
        why: one.why ?? 'no-rule',
        state: one.state,
      })),
    },
  })
}
