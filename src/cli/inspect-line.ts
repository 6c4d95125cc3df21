/** What `inspect --json` prints of one Reading: the public shape, apart from what the gateway keeps to itself. */
import { DateTime } from 'luxon'
import type { Reading } from '../understand/reading'

/** One object of `inspect --json`; `timezone` gives the offset of `due`. Reply tokens are not printed. */
export function lineOf(file: string, reading: Reading, timezone: string): Record<string, unknown> {
  return {
    file,
    messageId: reading.messageId,
    from: reading.from,
    subject: reading.subject,
    kind: reading.kind,
    intent: reading.intent,
    why: reading.why,
    text: reading.text,
    quoted: reading.quoted,
    language: reading.language,
    due: reading.due && DateTime.fromJSDate(reading.due, { zone: timezone }).toISO({ suppressMilliseconds: true }),
    duePhrase: reading.duePhrase,
    command: reading.command,
    pages: reading.pages.map((page) => ({
      filename: page.filename,
      mediaType: page.mediaType,
      bytes: page.content.size,
      sha256: page.sha256,
      disposition: page.disposition,
    })),
    ignored: reading.ignored,
    bounce: reading.bounce,
    authentication: null,
    problems: reading.problems,
  }
}
