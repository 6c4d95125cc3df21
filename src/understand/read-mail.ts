/** What one message says by itself: bytes → Reading. Asks its questions in order; the first that answers gives the kind. No roster, no database. */
import type { Envelope, Message } from '../message/message'
import type { ByteSource } from '../message/byte-source'
import { partialOf } from '../message/partial'
import { parseMessage } from '../message/parse-message'
import type { Shelf } from '../message/shelf-files'
import { assignmentCode, codeAlphabet } from '../school/codes'
import { isAutoReply } from './is-auto-reply'
import { isBounce } from './is-bounce'
import { isReply, threadIdsOf } from './is-reply'
import { isUnsubscribe } from './is-unsubscribe'
import type { Bounce, Command, Intent, MailKind, Reading, ReadingSettings } from './reading'
import { otherDueOf } from './late-night'
import { whatIntents } from './what-intent'
import { whatIsAPage } from './what-is-a-page'
import { whatIsNew } from './what-is-new'
import { whatLanguage } from './what-language'
import { whatLinks } from './what-links'
import { dueIn } from './when-due'
import { bundleName } from './which-assignment'
import { whichCommand } from './which-command'
import { whichPage } from './which-page'
import { type Addressed, whoIsAddressed } from './who-is-addressed'
import type { Why } from './whys'

const bracketed = new RegExp(`[(\\[]([${codeAlphabet}]{4})[)\\]]`, 'gi')

/** "(K7Q2)" in a subject; the last one, as our own subjects end with it. */
const codeInSubject = (subject: string): string | null =>
  [...subject.matchAll(bracketed)].map((match) => assignmentCode(match[1] ?? '')).findLast((code) => code !== null) ?? null

interface Question {
  message: Message
  envelope: Envelope
  settings: ReadingSettings
  addressed: Addressed
  text: string
  code: string | null
}

interface Answer {
  kind: MailKind
  why: Why
  bounce?: Bounce
  command?: Command
}

/** Relative words count from when the mail was written, as mail waits in queues; a clock that is wrong by a month is not believed. */
const writtenAt = ({ message, settings }: Question): Date => {
  const monthMs = 31 * 24 * 3600 * 1000
  return message.date && Math.abs(message.date.getTime() - settings.now.getTime()) < monthMs ? message.date : settings.now
}

/** The order is the policy: machines before people, commands before work, answers before posts. */
const questions: ((question: Question) => Answer | null)[] = [
  ({ message }) => (partialOf(message.contentType) === null ? null : { kind: 'other', why: 'part-of-a-mail' }),
  ({ message, envelope }) => {
    const found = isBounce(message, envelope)
    return found && { kind: 'bounce', why: found.why, bounce: found.bounce }
  },
  ({ message }) => (message.reports.some((report) => report.type === 'message/feedback-report') ? { kind: 'other', why: 'complaint' } : null),
  ({ message, envelope }) => {
    const found = isAutoReply(message, envelope)
    return found && { kind: 'auto-reply', why: found.why }
  },
  ({ message, addressed, text }) => {
    const why = isUnsubscribe(message, addressed, text)
    return why === null ? null : { kind: 'unsubscribe', why }
  },
  (question) => {
    const inThread = question.addressed.replyToken !== null || question.code !== null || isReply(question.message)
    const context = {
      now: writtenAt(question),
      timezone: question.settings.timezone,
      locale: question.settings.locale,
      holidays: question.settings.holidays ?? [],
    }
    const command = whichCommand({ subject: question.message.subject, text: question.text, inThread }, context)
    return command && { kind: 'command', why: 'command-word', command }
  },
  ({ message }) =>
    message.files.some((file) => file.mediaType === 'application/pdf' && bundleName.test(file.filename ?? ''))
      ? { kind: 'correction', why: 'bundle-name' }
      : null,
  ({ addressed }) => (addressed.replyToken !== null ? { kind: 'reply', why: 'reply-token' } : null),
  ({ message }) => (isReply(message) ? { kind: 'reply', why: threadIdsOf(message).length > 0 ? 'thread' : 'reply-subject' } : null),
  ({ code }) => (code !== null ? { kind: 'reply', why: 'code-in-subject' } : null),
  ({ message, addressed }) =>
    message.contentType.type === 'text/calendar' || message.files.some((file) => file.mediaType === 'text/calendar')
      ? { kind: 'other', why: 'calendar' }
      : addressed.locals.length > 0
        ? { kind: 'post', why: 'class-address' }
        : null,
]

/**
 * How a message is understood without knowing anybody. Never throws; what could not be read is in `problems`.
 * Only posts set a deadline; only replies have an intent. Pages are in page order.
 */
export async function readMail(bytes: Uint8Array | ByteSource, envelope: Envelope, settings: ReadingSettings, shelf?: Shelf): Promise<Reading> {
  return readMessage(await parseMessage(bytes, shelf), envelope, settings)
}

/** The same for a message that is parsed already. */
export function readMessage(message: Message, envelope: Envelope, settings: ReadingSettings): Reading {
  const news = whatIsNew(message)
  const addressed = whoIsAddressed(message, envelope, settings.domain)
  const question: Question = { message, envelope, settings, addressed, text: news.text, code: codeInSubject(message.subject) }
  const answer: Answer = questions.map((ask) => () => ask(question)).reduce<Answer | null>((found, ask) => found ?? ask(), null) ?? {
    kind: 'other',
    why: 'no-address-of-ours',
  }
  const files = whatIsAPage({ files: message.files, places: news.places, text: news.text })
  const machine = answer.kind === 'bounce' || answer.kind === 'auto-reply'
  const intents: Intent[] =
    answer.kind === 'reply' || answer.kind === 'command' || answer.kind === 'correction' ? whatIntents(news.text, files.pages.length > 0) : []
  const context = { now: writtenAt(question), timezone: settings.timezone, locale: settings.locale, holidays: settings.holidays ?? [] }
  const due = answer.kind === 'post' ? dueIn(`${message.subject}\n${news.text}`, context) : null
  return {
    messageId: message.messageId,
    from: message.from,
    subject: message.subject,
    date: message.date,
    kind: answer.kind,
    intent: answer.kind === 'reply' ? (intents[0] ?? null) : null,
    intents,
    why: answer.why,
    text: news.text,
    quoted: news.quoted,
    language: whatLanguage(news.text) ?? whatLanguage(message.subject),
    due: due?.due ?? null,
    otherDue: due && otherDueOf(due, context),
    duePhrase: due?.phrase ?? null,
    command: answer.command ?? null,
    pages: machine ? [] : files.pages,
    replacesPage: machine ? null : whichPage(news.text, message.subject, files.pages.length),
    documents: machine ? [] : files.documents,
    others: machine ? [] : files.others,
    ignored: files.ignored,
    bounce: answer.bounce ?? null,
    partial: partialOf(message.contentType),
    replyToken: addressed.replyToken,
    threadIds: threadIdsOf(message),
    codeInSubject: question.code,
    links: whatLinks(news.text, message.html),
    problems: message.problems,
  }
}
