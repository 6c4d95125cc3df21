/** Times that are typed on the command line. */
import { instantOf } from '../school/calendar'

const shape = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** ISO 8601; without an offset it is the school's time, a day alone its beginning. Null: no such time. */
export function isoTime(text: string, timeZone: string): Date | null {
  const [, day, hour = '00:00', seconds = '', offset] = shape.exec(text) ?? []
  if (day === undefined || hour > '23:59' || hour.slice(3) > '59' || seconds >= ':60') return null
  const midnight = new Date(`${day}T00:00:00Z`)
  // 31 February is some day of March to the engine.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return null
  const at =
    offset === undefined
      ? new Date(instantOf(day, hour, timeZone).getTime() + Math.round(Number(seconds.slice(1)) * 1000))
      : new Date(
          `${day}T${hour}${seconds === '' ? ':00' : seconds}${offset.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`)}`,
        )
  return Number.isNaN(at.getTime()) ? null : at
}
