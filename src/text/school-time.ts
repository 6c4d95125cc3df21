/** Says times as a school says them, in its own time zone: "vendredi 20 mars, 18 h". Without the year: mails speak of these weeks. */
import type { Locale } from '../school/people'

const space = '\u00A0'

interface Clock {
  weekday: string
  shortWeekday: string
  day: number
  month: string
  hour: number
  minute: string
}

/** Making a format costs more than using it a hundred times. One zone a school: few entries. */
const formats = new Map<string, { long: Intl.DateTimeFormat; short: Intl.DateTimeFormat }>()

function formatsFor(locale: Locale, timeZone: string): { long: Intl.DateTimeFormat; short: Intl.DateTimeFormat } {
  const key = `${locale} ${timeZone}`
  const known = formats.get(key)
  if (known) return known
  const language = locale === 'fr' ? 'fr-FR' : 'en-GB'
  const made = {
    long: new Intl.DateTimeFormat(language, {
      timeZone,
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
    short: new Intl.DateTimeFormat(language, { timeZone, weekday: 'short' }),
  }
  formats.set(key, made)
  return made
}

function clockOf(iso: string, locale: Locale, timeZone: string): Clock {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) throw new Error('a time in the data of a mail is no ISO 8601 time')
  const { long, short } = formatsFor(locale, timeZone)
  const parts = long.formatToParts(date)
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  return {
    weekday: part('weekday'),
    shortWeekday: short.format(date),
    day: Number(part('day')),
    month: part('month'),
    hour: Number(part('hour')),
    minute: part('minute').padStart(2, '0'),
  }
}

const dayAndMonth = ({ day, month }: Clock, locale: Locale): string => `${locale === 'fr' && day === 1 ? '1er' : day}${space}${month}`

function hourIn({ hour, minute }: Clock, locale: Locale): string {
  if (locale === 'fr') return minute === '00' ? `${hour}${space}h` : `${hour}${space}h${space}${minute}`
  // 12 am and 12 pm are read both ways: noon has its word, midnight its 0:00.
  if (hour === 0) return `0:${minute}`
  if (hour === 12 && minute === '00') return 'noon'
  return `${hour > 12 ? hour - 12 : hour}${minute === '00' ? '' : `:${minute}`}${space}${hour < 12 ? 'am' : 'pm'}`
}

/** "vendredi 20 mars, 18 h", "Friday 20 March, 6 pm". `iso`: an instant; throws on anything else. */
export function dateAndHour(iso: string, locale: Locale, timeZone: string): string {
  const clock = clockOf(iso, locale, timeZone)
  return `${clock.weekday} ${dayAndMonth(clock, locale)}, ${hourIn(clock, locale)}`
}

/** "ven. 20 mars", "Fri 20 March". */
export function shortDate(iso: string, locale: Locale, timeZone: string): string {
  const clock = clockOf(iso, locale, timeZone)
  return `${clock.shortWeekday}${space}${dayAndMonth(clock, locale)}`
}

/** "18 h", "6 pm". */
export const hourOnly = (iso: string, locale: Locale, timeZone: string): string => hourIn(clockOf(iso, locale, timeZone), locale)
