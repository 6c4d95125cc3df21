/** POURQUOI: how the last mails of whoever asks were understood, in words. */
import { classLabel } from '../school/people'
import { findAssignment } from '../store/assignments'
import { mailsBy } from '../store/mails'
import { findPerson } from '../store/people'
import { answered, type CommandDecision, type Deed, held, type Outcome } from './deed'
import { localeOf, writeLetter } from './write-letter'

const mostMails = 8

export async function tellWhy(decision: CommandDecision, { tx, mail, reading, settings, now }: Deed): Promise<Outcome> {
  const person = await findPerson(tx, decision.author)
  if (!person?.email) return held('no-address')
  const assignment = decision.assignment === null ? null : await findAssignment(tx, decision.assignment)
  const mails = (await mailsBy(tx, person.id, mostMails + 1)).filter((one) => one.id !== mail.id).slice(0, mostMails)
  await writeLetter(
    tx,
    {
      template: 'why',
      cause: `why:${mail.id}`,
      to: { name: person.name, address: person.email },
      person: person.id,
      locale: localeOf(person.language, settings),
      class: assignment?.class ?? null,
      assignment: assignment?.code ?? null,
      token: decision.reply?.token ?? null,
      inReplyTo: reading.messageId,
      answersMail: true,
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
    },
    settings,
    now,
  )
  return answered
}
