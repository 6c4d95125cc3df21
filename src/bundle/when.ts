/** Hours as people read them, in the school's time zone and the pile's words. */
import type { BundleWords } from '../text/bundle-words'

interface Moment {
  day: string
  date: string
  hour: string
}

/** `{name}` replaced by data; an unknown name is left as it stands, so that a test sees it. */
export const fill = (template: string, data: Record<string, string | number>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in data ? String(data[name]) : whole))

/** Formats ISO 8601 times. A text that is no time gives ''. */
export class Hours {
  private readonly parts: Intl.DateTimeFormat

  constructor(
    private readonly words: BundleWords,
    timezone: string,
  ) {
    const options = { year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: timezone } as const
    this.parts = new Intl.DateTimeFormat('en-GB', options)
  }

  full(iso: string | null | undefined): string {
    const moment = this.momentOf(iso)
    return moment ? fill(this.words.dateAndHour, { date: moment.date, hour: moment.hour }) : ''
  }

  /** Hour alone where the day is that of the other time. */
  beside(iso: string, other: string): string {
    const moment = this.momentOf(iso)
    return moment && moment.day === this.momentOf(other)?.day ? moment.hour : this.full(iso)
  }

  /** Whether two times read differently. */
  differ(a: string, b: string): boolean {
    return this.full(a) !== this.full(b)
  }

  private momentOf(iso: string | null | undefined): Moment | null {
    const time = iso ? new Date(iso) : null
    if (!time || Number.isNaN(time.getTime())) return null
    const part = Object.fromEntries(this.parts.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part
    const weekday = this.words.weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? ''
    return {
      day: `${year}-${month}-${day}`,
      date: fill(this.words.date, { weekday, day, month: this.words.months[month - 1] ?? '', year }),
      hour: fill(this.words.hour, { hour, minute: String(minute).padStart(2, '0') }),
    }
  }
}
