/** Puts a mail of ours into the outbox, as data: it is rendered when it leaves. The cause makes it once only. */
import type { OutgoingMail } from '../text/outgoing-mail'
import { localeFor } from '../text/render'
import type { Locale, PersonId } from '../school/people'
import type { Tx } from '../store/database'
import { newId } from '../store/ids'
import { addOutgoing } from '../store/outbox'
import { peopleAt } from '../store/people'
import type { MailData, TemplateName } from '../text/mails'
import { mayLeaveAt } from './quiet-hours'
import { bounceAddressAt, newMessageId, replyAddressAt, threadRoot } from './reply-route'
import type { ActSettings } from './settings'
import { type Unasked, unsubscribeUrl } from './unsubscribe-link'

export interface Letter<T extends TemplateName> {
  template: T
  data: MailData[T]
  /** The effect this mail is: the same cause twice is one mail. */
  cause: string
  to: { name: string; address: string }
  locale: Locale
  person: PersonId | null
  /** Shown as sender; the school's name where null. */
  fromName?: string | null
  /** Class whose address it comes from; null: from the reply address itself, else postmaster. */
  class: string | null
  assignment?: string | null
  student?: PersonId | null
  /** Reply address (token) it carries. */
  token?: string | null
  /** This mail is the first of its thread: its Message-ID is the thread's root. */
  isRoot?: boolean
  /** Message-ID it answers. */
  inReplyTo?: string | null
  /** Failures come back to a VERP address, where somebody minds them; else the envelope sender is null (RFC 3834 §3.3, RFC 5321 §4.5.5). */
  verp?: boolean
  answersMail?: boolean
  attachments?: OutgoingMail['attachments']
  calendar?: OutgoingMail['calendar']
  /** It comes unasked, and can be ended by one click. */
  unsubscribe?: Unasked | null
  sendAt?: Date
}

/** False when this cause had its mail before. */
export async function writeLetter<T extends TemplateName>(tx: Tx, letter: Letter<T>, settings: ActSettings, now: Date): Promise<boolean> {
  const sendAt = await mayLeaveAt(tx, letter, letter.sendAt ?? now, settings)
  const { domain } = settings
  const token = letter.token ?? null
  const replyTo = token === null ? null : replyAddressAt(token, domain)
  const root = token !== null && letter.assignment ? threadRoot(letter.assignment, token, domain) : null
  const messageId = letter.isRoot && root !== null ? root : newMessageId(domain)
  const fromName = letter.fromName ?? settings.school
  const mail: OutgoingMail = {
    template: letter.template,
    locale: letter.locale,
    data: 'toGuardian' in letter.data ? { ...letter.data, sharedBox: await isShared(tx, letter.to.address) } : letter.data,
    to: letter.to,
    from: { name: fromName, address: letter.class !== null ? `${letter.class}@${domain}` : (replyTo ?? `postmaster@${domain}`) },
    replyTo: replyTo === null ? null : { name: fromName, address: replyTo },
    envelopeSender: letter.verp && token !== null ? bounceAddressAt(token, domain) : '',
    messageId,
    inReplyTo: letter.inReplyTo ?? (root !== null && !letter.isRoot ? root : null),
    references: [root !== null && !letter.isRoot ? root : null, letter.inReplyTo ?? null].filter(
      (id, index, all): id is string => id !== null && all.indexOf(id) === index,
    ),
    autoSubmitted: letter.answersMail ? 'auto-replied' : 'auto-generated',
    listId: letter.class === null ? null : `${letter.class}.${domain}`,
    listUnsubscribe:
      letter.unsubscribe && replyTo !== null
        ? { mailto: `${replyTo}?subject=unsubscribe`, https: linkTo(letter.unsubscribe, letter.person, settings, now) }
        : null,
    attachments: letter.attachments ?? [],
    calendar: letter.calendar ?? null,
  }
  return addOutgoing(
    tx,
    {
      id: newId(now),
      cause: letter.cause,
      template: letter.template,
      mail: JSON.stringify(mail),
      messageId,
      token,
      person: letter.person,
      assignment: letter.assignment ?? null,
      student: letter.student ?? null,
      sendAt,
    },
    now,
  )
}

const linkTo = (what: Unasked, person: PersonId | null, { links }: ActSettings, now: Date): string | null =>
  links === null || person === null ? null : unsubscribeUrl({ what, person }, links, now)

/** Siblings behind one mailbox. */
const isShared = async (tx: Tx, address: string): Promise<boolean> => (await peopleAt(tx, address)).length > 1

/** The language of a person's mails: theirs where there are templates in it, else the school's. */
export const localeOf = (language: string | null, settings: Pick<ActSettings, 'locale'>): Locale => localeFor(language, settings.locale)
