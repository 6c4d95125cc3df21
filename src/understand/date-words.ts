/** Dates as French and English teachers write them → local calendar values. Knows no deadline, only dates. */
import { DateTime } from 'luxon'
import type { Holiday } from '../school/quiet-time'
import { afternoon, type Clock, evening, noon } from './clock-words'

/** What a date expression means, seen from `now` (in the school's zone); null when there is no such day. */
type DayOf = (now: DateTime, holidays: readonly Holiday[]) => DateTime | null

export interface DateFound {
  start: number
  end: number
  day: DayOf
  /** An hour that the words themselves hold (`ce soir`), else null. */
  time: Clock | null
  /** Digits alone, as in `3/4`: needs a clear word before it. */
  weak: boolean
}

/** Same length as `text`: lower case, without accents, one kind of apostrophe and blank. Positions hold in both. */
export const plainOf = (text: string): string =>
  text
    .replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
    .replace(/[\s\u00a0\u202f*_]|[^ -~]/g, (unit) => {
      if (/[’ʼ‘]/.test(unit)) return "'"
      if (/[\s\u00a0\u202f*_]/.test(unit)) return ' '
      const base = unit.normalize('NFD')[0]?.toLowerCase() ?? unit
      return base.length === 1 ? base : unit
    })

const weekdays: Record<string, number> = {
  lundi: 1,
  mardi: 2,
  mercredi: 3,
  jeudi: 4,
  vendredi: 5,
  samedi: 6,
  dimanche: 7,
  lun: 1,
  mar: 2,
  mer: 3,
  jeu: 4,
  ven: 5,
  sam: 6,
  dim: 7,
  monday: 1,
  tuesday: 2,
  wednesday: 3,
  thursday: 4,
  friday: 5,
  saturday: 6,
  sunday: 7,
  mon: 1,
  tue: 2,
  tues: 2,
  wed: 3,
  thu: 4,
  thur: 4,
  thurs: 4,
  fri: 5,
  sat: 6,
  sun: 7,
}
const months: Record<string, number> = {
  janvier: 1,
  janv: 1,
  fevrier: 2,
  fevr: 2,
  fev: 2,
  mars: 3,
  avril: 4,
  avr: 4,
  mai: 5,
  juin: 6,
  juillet: 7,
  juil: 7,
  aout: 8,
  septembre: 9,
  sept: 9,
  octobre: 10,
  oct: 10,
  novembre: 11,
  nov: 11,
  decembre: 12,
  dec: 12,
  january: 1,
  jan: 1,
  february: 2,
  feb: 2,
  march: 3,
  april: 4,
  apr: 4,
  may: 5,
  june: 6,
  jun: 6,
  july: 7,
  jul: 7,
  august: 8,
  aug: 8,
  september: 9,
  sep: 9,
  october: 10,
  november: 11,
  december: 12,
}
const numbers: Record<string, number> = {
  un: 1,
  une: 1,
  deux: 2,
  trois: 3,
  quatre: 4,
  cinq: 5,
  six: 6,
  sept: 7,
  huit: 8,
  neuf: 9,
  dix: 10,
  quinze: 15,
  a: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
}

const long = '(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday)'
// Short forms are words of their own ("mer", "sun"): a dot or a number must follow.
const short = '(?:lun|mar|mer|jeu|ven|sam|dim|mon|tues?|wed|thur?s?|fri|sat|sun)(?:\\.|(?= \\d))'
const weekday = `(?:${long}|${short})`
const month = `(?:${Object.keys(months)
  .sort((a, b) => b.length - a.length)
  .join('|')})`
const number = `(?:\\d{1,3}|${Object.keys(numbers).join('|')})`
const open = '(?<![\\p{L}\\p{N}/.,-])'
const close = '(?![\\p{L}\\p{N}])'
/** "Pour jeudi 8 exercices": the number counts these, it is no day. */
const counted = '(?:ex|exos?|exercices?|questions?|pages?|lignes?|phrases?|mots?|verbes?|calculs?|points?|exercises?|words?|lines?|sentences?)'
const find = (source: string): RegExp => new RegExp(`${open}${source}${close}`, 'gu')

const bare = (word: string | undefined): string => (word ?? '').replace(/\.$/, '')
const numberOf = (word: string | undefined): number => numbers[bare(word)] ?? Number(word)

/** The next such weekday; the same weekday is the next one, never today. */
export const nextWeekday = (now: DateTime, wanted: number): DateTime => now.plus({ days: ((wanted - now.weekday + 6) % 7) + 1 })

/** A day of a month; without a year the next such date, today included. */
function calendarDay(now: DateTime, day: number, monthNumber: number, year: string | undefined): DateTime | null {
  const full = year === undefined ? now.year : year.length === 2 ? 2000 + Number(year) : Number(year)
  const date = now
    .set({ year: full, month: 1, day: 1 })
    .set({ month: monthNumber })
    .set({ day: Math.min(day, 28) })
    .plus({ days: Math.max(0, day - 28) })
  if (monthNumber < 1 || monthNumber > 12 || day < 1 || date.month !== monthNumber) return null
  return year === undefined && date.startOf('day') < now.startOf('day') ? date.plus({ years: 1 }) : date
}

/** `jeudi 19`: the next 19th that is a Thursday within a year, else the next 19th. */
function weekdayAndDay(now: DateTime, wanted: number, day: number): DateTime | null {
  const ahead = Array.from({ length: 62 }, (_, days) => now.plus({ days })).filter((date) => date.day === day)
  return ahead.find((date) => date.weekday === wanted) ?? ahead[0] ?? null
}

interface Form {
  pattern: RegExp
  weak?: boolean
  day(groups: Record<string, string | undefined>, now: DateTime, holidays: readonly Holiday[]): DateTime | null
  time?(groups: Record<string, string | undefined>): Clock | null
}

/** The French "quinze jours" are two weeks and "huit jours" one. */
const idiomDays = (count: number, unit: string): number =>
  unit.startsWith('sem') || unit.startsWith('week') ? count * 7 : count === 15 ? 14 : count === 8 ? 7 : count

const forms: Form[] = [
  { pattern: find('(?<y>20\\d\\d)-(?<m>\\d\\d)-(?<d>\\d\\d)'), day: (g, now) => calendarDay(now, Number(g.d), Number(g.m), g.y) },
  {
    pattern: find(`(?:(?<w>${weekday}),? +)?(?:(?:le|the) +)?(?<d>\\d{1,2}|premier)(?:er|st|nd|rd|th)? +(?:of +)?(?<m>${month}|mar)\\.?(?:,? +(?<y>\\d{4}))?`),
    // "Mar" is March behind a number only; before one it is mardi.
    day: (g, now) => calendarDay(now, g.d === 'premier' ? 1 : Number(g.d), g.m === 'mar' ? 3 : (months[g.m ?? ''] ?? 0), g.y),
  },
  {
    pattern: find(`(?:(?<w>${weekday}),? +)?(?<m>${month})\\.? +(?:the +)?(?<d>\\d{1,2})(?:st|nd|rd|th)?(?:,? +(?<y>\\d{4}))?`),
    day: (g, now) => calendarDay(now, Number(g.d), months[g.m ?? ''] ?? 0, g.y),
  },
  {
    pattern: find(`(?:(?<w>${weekday}),? +(?:le +)?)?(?<d>\\d{1,2})(?:er)?(?<s>[/.-])(?<m>\\d{1,2})(?:\\k<s>(?<y>20\\d\\d|\\d\\d))?(?![/.-]?\\d)`),
    weak: true,
    day: (g, now) => calendarDay(now, Number(g.d), Number(g.m), g.y),
  },
  {
    pattern: find(`(?<w>${weekday}) +(?:en +)(?<n>huit|quinze)`),
    day: (g, now) => nextWeekday(now, weekdays[bare(g.w)] ?? 1).plus({ days: g.n === 'huit' ? 7 : 14 }),
  },
  {
    pattern: find(`(?:(?<n>${number}) +(?<u>days?|weeks?) +from +(?:today|now)|aujourd'hui +en +(?<f>huit|quinze))`),
    day: (g, now) => now.plus({ days: g.f === undefined ? idiomDays(numberOf(g.n), g.u ?? '') : g.f === 'huit' ? 7 : 14 }),
  },
  { pattern: find(`a +week +(?:on|from) +(?<w>${weekday})`), day: (g, now) => nextWeekday(now, weekdays[bare(g.w)] ?? 1).plus({ days: 7 }) },
  { pattern: find(`(?<w>${long}) +week`), day: (g, now) => nextWeekday(now, weekdays[bare(g.w)] ?? 1).plus({ days: 7 }) },
  {
    pattern: find(
      `(?<w>${weekday}) +(?:le +|the +)?(?<d>\\d{1,2})(?:er|st|nd|rd|th)?(?! *(?:h|heures?|am|pm|a\\.m|p\\.m)${close})(?! *[:h/.]\\d)(?! +${counted}${close})`,
    ),
    day: (g, now) => weekdayAndDay(now, weekdays[bare(g.w)] ?? 1, Number(g.d)),
  },
  {
    pattern: find(`(?:the +)?(?<w>${long}) +(?:de +la +semaine +prochaine|of +next +week|next +week)`),
    day: (g, now) => now.startOf('week').plus({ days: 6 + (weekdays[bare(g.w)] ?? 1) }),
  },
  { pattern: find(`(?:(?:next|this|coming) +)?(?<w>${weekday})(?: +(?:prochain|qui vient))?`), day: (g, now) => nextWeekday(now, weekdays[bare(g.w)] ?? 1) },
  { pattern: find('(?:the +)?(?:apres[- ]demain|day after tomorrow)'), day: (_, now) => now.plus({ days: 2 }) },
  { pattern: find('(?<!apres[- ])(?:demain|tomorrow)'), day: (_, now) => now.plus({ days: 1 }) },
  { pattern: find("(?:aujourd'hui|today|ce jour)"), day: (_, now) => now },
  { pattern: find('(?:ce soir|tonight|this evening)'), day: (_, now) => now, time: () => evening },
  { pattern: find('ce midi'), day: (_, now) => now, time: () => noon },
  { pattern: find('(?:cet apres[- ]midi|this afternoon)'), day: (_, now) => now, time: () => afternoon },
  {
    pattern: find(`(?:dans|sous|d'ici|in|within) +(?<n>${number}) +(?<u>jours?|semaines?|days?|weeks?)`),
    day: (g, now) => now.plus({ days: idiomDays(numberOf(g.n), g.u ?? '') }),
  },
  {
    pattern: find("(?:dans|sous|d'ici|in|within) +(?:les +|the next +)?(?<n>\\d{1,3}) *(?:h|heures?|hours?)"),
    day: (g, now) => now.plus({ hours: Number(g.n) }),
  },
  { pattern: find('sous +(?<n>huitaine|quinzaine)'), day: (g, now) => now.plus({ days: g.n === 'huitaine' ? 7 : 14 }) },
  {
    pattern: find(`(?:vous avez|tu as|you have) +(?:encore +)?(?<n>${number}) +(?<u>jours?|semaines?|days?|weeks?)`),
    day: (g, now) => now.plus({ days: idiomDays(numberOf(g.n), g.u ?? '') }),
  },
  // Before the week-end is on its Friday.
  {
    pattern: /(?<=(?<!\p{L})(?:avant|before) +)(?:le|ce|the|this) +week-?end(?!\p{L})/gu,
    day: (_, now) => now.plus({ days: (5 - now.weekday + 7) % 7 }),
  },
  // A bare day of the month counts only behind the clearest words: "pour le 5" may be an exercise.
  {
    pattern:
      /(?<=(?:jusqu'au|avant le|d'ici le|au plus tard le|date limite : le|(?:a|doit etre) (?:rendre|rendue?|remettre|renvoyer|retourner) (?:pour )?le|until the|before the|by the) +)(?<d>\d{1,2})(?:st|nd|rd|th|er)?(?= *(?:[.,;!)]|$|inclus|a \d|at \d))/gu,
    day: (g, now) => Array.from({ length: 62 }, (_, days) => now.plus({ days })).find((date) => date.day === Number(g.d)) ?? null,
  },
  {
    pattern: find('(?:la +|cette +|the +)?(?:fin +de +(?:la +|cette +)?semaine|end +of +(?:the +|this +)?week|fin +du +week-?end)'),
    day: (_, now) => now.endOf('week'),
  },
  { pattern: find('(?:ce|le|this|the) +week-?end'), day: (_, now) => now.endOf('week') },
  { pattern: find('(?:la +|the +)?(?:rentree|reprise des cours|start of (?:the +)?(?:next )?term)'), day: (_, now, holidays) => firstDayBack(now, holidays) },
  {
    pattern: find(`(?:la +|the +)?(?:fin|end) +(?:de +|d'|of +|du +mois +de +|du +mois +d')?(?<m>${month})`),
    day: (g, now) => calendarDay(now, 28, months[g.m ?? ''] ?? 0, undefined)?.endOf('month') ?? null,
  },
  {
    pattern: find('(?:la +|the +)?(?:fin +de +(?:la +)?journee|end +of +(?:the +|this +)?day|close +of +business)'),
    day: (_, now) => now,
    time: () => evening,
  },
  { pattern: find('(?:la +|the +)?(?:fin +du +mois|end +of +(?:the +|this +)?month)'), day: (_, now) => now.endOf('month') },
]

/** A day off or a long week-end is no holiday that one comes back from. */
const shortestHolidayDays = 5

/** The first weekday behind the holiday that goes on or comes next; without a calendar nobody knows. */
function firstDayBack(now: DateTime, holidays: readonly Holiday[]): DateTime | null {
  const long = holidays.filter(({ from, to }) => to > now.toJSDate() && to.getTime() - from.getTime() >= shortestHolidayDays * 86_400_000)
  const next = long.toSorted((a, b) => a.from.getTime() - b.from.getTime())[0]
  if (next === undefined) return null
  const back = DateTime.fromJSDate(next.to, { zone: now.zone })
  return back.weekday > 5 ? back.plus({ days: 8 - back.weekday }) : back
}

/** Without one of these there is no date: most texts need no closer look. */
const hint =
  /\d|premier|fin |end of|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|day|demain|tomorrow|tonight|evening|afternoon|ce (?:soir|midi|jour)|cet apres|aujourd|huit|quinz|week|semaine|mois|month|rentree|reprise|term|jours?|heures?|hours?|(?<!\p{L})(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)(?!\p{L})/u

/** Every date expression of `plain` (see plainOf), in order; of two that overlap the longer one. */
export function datesIn(plain: string): DateFound[] {
  if (!hint.test(plain)) return []
  const found = forms.flatMap((form) =>
    [...plain.matchAll(form.pattern)].map((match): DateFound => {
      const groups = { ...match.groups }
      return {
        start: match.index,
        end: match.index + match[0].length,
        day: (now, holidays) => form.day(groups, now, holidays),
        time: form.time?.(groups) ?? null,
        weak: form.weak === true && groups.y === undefined && groups.w === undefined,
      }
    }),
  )
  const byLength = found.toSorted((a, b) => b.end - b.start - (a.end - a.start))
  const kept: DateFound[] = []
  for (const each of byLength) if (!kept.some((other) => each.start < other.end && other.start < each.end)) kept.push(each)
  return kept.toSorted((a, b) => a.start - b.start)
}
