/** Renders a mail of ours: data → subject, text part and HTML part, from one source. Pure; it reads no file and knows no relay. */
import type { Locale } from '../school/people'
import { blocksOf, inlineOf } from './blocks'
import { htmlBody, htmlFoot } from './html-part'
import type { OutgoingMail } from './outgoing-mail'
import type { Phrasing } from './phrases'
import type { Templates } from './template'
import { oneLine, textPart } from './text-part'
import { typeset } from './typeset'
import { Values } from './values'

export type RenderedMail = Pick<OutgoingMail, 'template' | 'locale' | 'data' | 'replyTo' | 'from'>

/** Longest value in a subject, in characters: mail programs cut long before. */
const longestInSubject = 120

/**
 * Subject on one line, text part, and the whole HTML document; both parts come from the same blocks and say the same.
 *
 * Words of people (every string of the data) can bring in no markup, link or template code. `timezone`: IANA name; times of the data are said in it.
 * Throws only on data that do not fit the mail's type.
 */
export function render(
  templates: Templates,
  mail: RenderedMail,
  settings: { timezone: string; school: string },
): { subject: string; text: string; html: string } {
  const { locale } = mail
  const values = new Values()
  const phrasing: Phrasing = {
    values,
    words: templates.words[locale],
    locale,
    timezone: settings.timezone,
    tu: isToStudent(mail.data),
    replyAddress: mail.replyTo?.address ?? null,
  }
  const template = templates.mails[locale][mail.template]
  const data = values.hideAll({ sharedBox: false, ...mail.data })
  const runtime = { data: { phrasing, school: values.hide(settings.school), canReply: mail.replyTo !== null } }
  const subject = subjectOf(typeset(template.subject(data, runtime), locale), values)
  const blocks = blocksOf(typeset(template.body(data, runtime), locale), values)
  const html = templates.layout({ lang: locale, title: subject, body: htmlBody(blocks.body), foot: htmlFoot(blocks.foot), school: oneLine(settings.school) })
  return { subject, text: textPart(blocks, settings.school), html }
}

/** Whom the mail says "tu": pupils of the roster reading their own mail. */
function isToStudent(data: object): boolean {
  const about = data as { toStudent?: unknown; toGuardian?: unknown; outcomeOnly?: unknown; role?: unknown }
  return about.toStudent === true || about.role === 'student' || (about.toGuardian === false && about.outcomeOnly !== true)
}

/** With plain spaces, so that a search in the mailbox finds it as people type it. */
function subjectOf(filled: string, values: Values): string {
  const pieces = inlineOf(filled.replace(/[\u00A0\u202F]/gu, ' '), values).map((piece) => (piece.kind === 'text' ? piece.text : shortened(oneLine(piece.text))))
  return oneLine(pieces.join('')).replace(/[ \t]{2,}/gu, ' ')
}

function shortened(text: string): string {
  const signs = Array.from(text)
  return signs.length <= longestInSubject ? text : `${signs.slice(0, longestInSubject - 1).join('')}…`
}

/** The language mails to this person are written in: "fr", "fr-BE", "EN"; the fallback where there are no templates for it. */
export function localeFor(language: string | null | undefined, fallback: Locale): Locale {
  const wanted = (language ?? '').trim().toLowerCase().split(/[-_]/u)[0]
  return wanted === 'fr' || wanted === 'en' ? wanted : fallback
}
