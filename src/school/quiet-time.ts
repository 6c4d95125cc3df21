/** When mail may reach families: hours, weekdays and holidays in which nothing does. Pure: the clock comes as an argument. */
import { dayIn, instantOf, weekdayIn } from './calendar'

/** Closed at its start, open at its end. */
export interface Holiday {
  from: Date
  to: Date
}

export interface QuietTime {
  /** "20:00-07:00", across midnight too; null: none. */
  hours: string | null
  /** "sat"; the whole day there. */
  days: string[]
  holidays: Holiday[]
}

/** More steps than days in two years: quiet on all seven days has no end. */
const maxSteps = 1000

/**
 * The next instant outside the quiet time: `now` itself where it is outside.
 * leavesAt(Friday 21:00, { hours: '20:00-07:00', days: ['sat', 'sun'], holidays: [] }, 'Europe/Paris')  →  Monday 07:00
 */
export function leavesAt(now: Date, quiet: QuietTime, timezone: string): Date {
  let at = now
  for (let step = 0; step < maxSteps; step++) {
    const end = endOfHoliday(at, quiet.holidays) ?? endOfDay(at, quiet.days, timezone) ?? endOfHours(at, quiet.hours, timezone)
    if (end === null) return at
    at = end
  }
  return at
}

const endOfHoliday = (at: Date, holidays: Holiday[]): Date | null => holidays.find(({ from, to }) => from <= at && at < to)?.to ?? null

const endOfDay = (at: Date, days: string[], timezone: string): Date | null =>
  days.includes(weekdayIn(at, timezone)) ? instantAfter(at, nextDay(dayIn(at, timezone)), '00:00', timezone) : null

function endOfHours(at: Date, hours: string | null, timezone: string): Date | null {
  const [from, to] = hours?.split('-') ?? []
  if (from === undefined || to === undefined || from === to) return null
  const clock = clockIn(at, timezone)
  const day = dayIn(at, timezone)
  if (from < to) return from <= clock && clock < to ? instantAfter(at, day, to, timezone) : null
  if (clock >= from) return instantAfter(at, nextDay(day), to, timezone)
  return clock < to ? instantAfter(at, day, to, timezone) : null
}

const nextDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

/** "06:59" there. */
const clockIn = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)

/** In the doubled hour of autumn the first instant of that name may have passed: then its second. */
function instantAfter(at: Date, day: string, hour: string, timezone: string): Date {
  const instant = instantOf(day, hour, timezone)
  return instant > at ? instant : new Date(Math.max(instant.getTime() + 3_600_000, at.getTime() + 60_000))
}
