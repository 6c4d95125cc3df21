/** Holidays from an iCalendar text (RFC 5545): VEVENTs with single dates or times. Repeating events are refused, not guessed. Pure: text in. */
import { instantOf } from './calendar'
import type { Holiday } from './quiet-time'

export type HolidayOutcome = { ok: true; holidays: Holiday[] } | { ok: false; line: number; what: string }

interface Property {
  line: number
  name: string
  params: string
  value: string
}

/** RFC 5545 §3.1: a line that begins with a blank goes on with the one before. Parameter values in quotation marks may hold colons. */
function propertiesOf(text: string): Property[] {
  const properties: Property[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/u, '')
    .split(/\r?\n/u)
    .entries()) {
    const last = properties.at(-1)
    if (/^[ \t]/u.test(line) && last) last.value += line.slice(1)
    else {
      const match = /^([A-Za-z0-9-]+)((?:;[^:;"]*(?:"[^"]*"[^:;"]*)*)*):(.*)$/u.exec(line)
      if (match) properties.push({ line: index + 1, name: (match[1] ?? '').toUpperCase(), params: match[2] ?? '', value: match[3] ?? '' })
    }
  }
  return properties
}

/** All-day events last from midnight to midnight in `timezone`; DTEND is not part of the event (RFC 5545 §3.6.1). Cancelled ones do not count. */
export function holidaysOf(text: string, timezone: string): HolidayOutcome {
  const properties = propertiesOf(text)
  const [first] = properties
  if (first?.name !== 'BEGIN' || first.value.trim().toUpperCase() !== 'VCALENDAR')
    return { ok: false, line: 1, what: 'is no iCalendar file: it begins with BEGIN:VCALENDAR' }
  const holidays: Holiday[] = []
  const inside: string[] = []
  let event: Property[] = []
  for (const property of properties) {
    const value = property.value.trim().toUpperCase()
    if (property.name === 'BEGIN') {
      inside.push(value)
      if (value === 'VEVENT') event = []
    } else if (property.name === 'END') {
      inside.pop()
      if (value !== 'VEVENT') continue
      const outcome = holidayOf(event, timezone)
      if (outcome !== null && 'what' in outcome) return { ok: false, ...outcome }
      if (outcome !== null) holidays.push(outcome)
    } else if (inside.at(-1) === 'VEVENT') event.push(property)
  }
  return { ok: true, holidays }
}

function holidayOf(event: Property[], timezone: string): Holiday | { line: number; what: string } | null {
  const of = (name: string): Property | undefined => event.find((property) => property.name === name)
  if (of('STATUS')?.value.trim().toUpperCase() === 'CANCELLED') return null
  const repeats = of('RRULE') ?? of('RDATE')
  if (repeats) return { line: repeats.line, what: 'repeats: write each date out as an event of its own' }
  const start = of('DTSTART')
  if (!start) return { line: event[0]?.line ?? 1, what: 'an event has no DTSTART' }
  const from = instantIn(start, timezone)
  if (from === null) return { line: start.line, what: 'DTSTART is no date such as 20200404 or 20200404T080000' }
  const end = of('DTEND')
  const to = end ? instantIn(end, timezone) : endOf(start, from, of('DURATION'), timezone)
  if (to === null) return { line: end?.line ?? of('DURATION')?.line ?? start.line, what: 'the end of the event cannot be read' }
  return to > from ? { from, to } : null
}

const dateOf = (value: string): string => `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`

/** DATE, or DATE-TIME in UTC, in a named zone, or floating: then in the school's (RFC 5545 §3.3.5). */
function instantIn({ value, params }: Property, timezone: string): Date | null {
  const match = /^(\d{8})(?:T(\d{2})(\d{2})\d{2}(Z)?)?$/u.exec(value.trim())
  if (!match || Number.isNaN(Date.parse(`${dateOf(match[1] ?? '')}T00:00:00Z`))) return null
  const hour = match[2] === undefined ? '00:00' : `${match[2]}:${match[3]}`
  if (!/^([01]\d|2[0-3]):[0-5]\d$/u.test(hour)) return null
  const named = /;TZID="?([^";:]+)/iu.exec(params)?.[1]
  return instantOf(dateOf(match[1] ?? ''), hour, match[4] ? 'UTC' : zoneOf(named, timezone))
}

/** Zones with names of a vendor's own ("Romance Standard Time") are taken for the school's. */
function zoneOf(named: string | undefined, timezone: string): string {
  if (named === undefined || !/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$|^UTC$/u.test(named)) return timezone
  return Intl.supportedValuesOf('timeZone').includes(named) || named === 'UTC' ? named : timezone
}

/** Without an end a date lasts its day, and a time lasts as long as DURATION says, else not at all (RFC 5545 §3.6.1, §3.3.6). */
function endOf(start: Property, from: Date, duration: Property | undefined, timezone: string): Date | null {
  const isDate = !start.value.includes('T')
  if (!duration) return isDate ? dayAfter(start.value.trim(), 1, timezone) : from
  const match = /^\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/u.exec(duration.value.trim())
  if (!match) return null
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((digits) => Number(digits ?? 0))
  if (isDate) return dayAfter(start.value.trim(), weeks * 7 + days, timezone)
  return new Date(from.getTime() + ((weeks * 7 + days) * 86_400 + hours * 3600 + minutes * 60 + seconds) * 1000)
}

const dayAfter = (date: string, days: number, timezone: string): Date =>
  instantOf(new Date(Date.parse(`${dateOf(date)}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10), '00:00', timezone)
