/** The mail that answers a command, to whoever gave it, in the thread it came in. */
import type { PersonId } from '../school/people'
import type { Assignment } from '../store/assignments'
import { findPerson } from '../store/people'
import type { MailData, TemplateName } from '../text/mails'
import { answered, type CommandDecision, type Deed, held, type Outcome } from './deed'
import { localeOf, writeLetter } from './write-letter'

export interface CommandAnswer<T extends TemplateName> {
  template: T
  data: MailData[T]
  assignment: Assignment | null
  student?: PersonId | null
}

/** Held where whoever asked has no address any more. The same mail is answered once. */
export async function answerCommand<T extends TemplateName>(decision: CommandDecision, deed: Deed, answer: CommandAnswer<T>): Promise<Outcome> {
  const { tx, mail, reading, settings, now } = deed
  const person = await findPerson(tx, decision.author)
  if (!person?.email) return held('no-address')
  await writeLetter(
    tx,
    {
      template: answer.template,
      data: answer.data,
      cause: `${answer.template}:${mail.id}`,
      to: { name: person.name, address: person.email },
      person: person.id,
      locale: localeOf(person.language, settings),
      class: answer.assignment?.class ?? null,
      assignment: answer.assignment?.code ?? null,
      student: answer.student ?? null,
      token: decision.reply?.token ?? null,
      inReplyTo: reading.messageId,
      answersMail: true,
    },
    settings,
    now,
  )
  return answered
}
