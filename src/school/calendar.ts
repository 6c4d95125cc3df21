/** Days and hours in the school's time zone. Pure: the clock comes as an argument. */

const partsIn = (date: Date, timeZone: string): Record<string, string> =>
  Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'short',
      hourCycle: 'h23',
    })
      .formatToParts(date)
      .map((part) => [part.type, part.value]),
  )

/** "2020-03-20" there. */
export const dayIn = (date: Date, timeZone: string): string => {
  const parts = partsIn(date, timeZone)
  return `${parts.year}-${parts.month}-${parts.day}`
}

/** "mon" … "sun" there. */
export const weekdayIn = (date: Date, timeZone: string): string => (partsIn(date, timeZone).weekday ?? '').toLowerCase()

/** Offset of the zone from UTC at this instant, in ms. */
function offsetAt(date: Date, timeZone: string): number {
  const parts = partsIn(date, timeZone)
  const wall = Date.UTC(Number(parts.year), Number(parts.month) - 1, Number(parts.day), Number(parts.hour), Number(parts.minute), Number(parts.second))
  return wall - Math.floor(date.getTime() / 1000) * 1000
}

/** The instant when clocks there show `day` ("2020-03-20") and `hour` ("18:00"). A skipped hour (spring) goes forward, a doubled one (autumn) is its first. */
export function instantOf(day: string, hour: string, timeZone: string): Date {
  const wall = Date.parse(`${day}T${hour}:00Z`)
  const guess = wall - offsetAt(new Date(wall - 43_200_000), timeZone)
  const second = wall - offsetAt(new Date(guess), timeZone)
  return new Date(dayIn(new Date(second), timeZone) === day ? second : guess)
}

/** The next instant after `now` when clocks there show `hour`, on one of `days` ("fri"); any day where the list is empty. */
export function nextAt(now: Date, hour: string, days: readonly string[], timeZone: string): Date {
  for (let ahead = 0; ahead <= 8; ahead++) {
    const day = dayIn(new Date(now.getTime() + ahead * 86_400_000), timeZone)
    const at = instantOf(day, hour, timeZone)
    if (at > now && (days.length === 0 || days.includes(weekdayIn(at, timeZone)))) return at
  }
  return new Date(now.getTime() + 86_400_000)
}
