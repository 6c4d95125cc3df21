/** "Pour demain", written after midnight: the day that has begun, or the next one? */
import { DateTime } from 'luxon'
import { plainOf } from './date-words'
import type { Due, DueContext } from './when-due'

/** Whoever is still up at this hour says "tomorrow" of the day after the night. */
const nightEndsAt = 5

/** The day before the deadline, where that may have been meant and is still to come; else null. */
export function otherDueOf(due: Due, { now, timezone }: DueContext): Date | null {
  const local = DateTime.fromJSDate(now, { zone: timezone })
  if (!local.isValid || local.hour >= nightEndsAt || !/(?<!\p{L})(?:demain|tomorrow)(?!\p{L})/u.test(plainOf(due.phrase))) return null
  const other = DateTime.fromJSDate(due.due, { zone: timezone }).minus({ days: 1 }).toJSDate()
  return other > now ? other : null
}
