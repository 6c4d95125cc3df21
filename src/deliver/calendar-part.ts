/** The due time as a calendar entry (RFC 5545, published by RFC 5546 §3.2.1): one event that ends when the work is due. It asks for no answer and names no pupil. */
import type { CalendarEntry } from '../text/outgoing-mail'

/** An event of no length shows badly in month views. */
const eventMs = 30 * 60_000

/**
 * The calendar object, lines folded at 75 octets and ended by CRLF.
 * @param organizer address that stands for the class; RFC 5546 wants one in a published event
 */
export function calendarPart(entry: CalendarEntry, organizer: string, now: Date): string {
  const due = new Date(entry.dueAt)
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Cartable//Cartable//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${entry.method}`,
    'BEGIN:VEVENT',
    `UID:${escapeText(entry.uid)}`,
    `DTSTAMP:${utc(now)}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTART:${utc(new Date(due.getTime() - eventMs))}`,
    `DTEND:${utc(due)}`,
    `SUMMARY:${escapeText(entry.title)}`,
    `ORGANIZER:mailto:${organizer.replace(/[^\x21-\x7e]/gu, encodeURIComponent)}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
    .map((line) => `${foldLine(line)}\r\n`)
    .join('')
}

/** RFC 5545 §3.3.5, form 2. */
const utc = (date: Date): string => date.toISOString().replace(/[-:]|\.\d{3}/g, '')

/** RFC 5545 §3.3.11; controls cannot stand in a text value. */
const escapeText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\n/g, '\\n')

/** RFC 5545 §3.1: at most 75 octets a line, never inside a character. */
function foldLine(line: string): string {
  let folded = ''
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > 75) {
      folded += '\r\n '
      octets = 1
    }
    folded += character
    octets += size
  }
  return folded
}
