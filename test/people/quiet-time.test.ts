import { holidaysOf } from '../../src/school/holiday-calendar'
import { leavesAt, type QuietTime } from '../../src/school/quiet-time'

const paris = 'Europe/Paris'
const none: QuietTime = { hours: null, days: [], holidays: [] }
const night: QuietTime = { ...none, hours: '20:00-07:00' }
const school: QuietTime = { ...night, days: ['sat', 'sun'] }
const easter: QuietTime = { ...school, holidays: [{ from: new Date('2020-04-04T00:00:00+02:00'), to: new Date('2020-04-20T00:00:00+02:00') }] }

test.each([
  ['nothing is quiet', '2020-03-16T23:00:00+01:00', none, '2020-03-16T23:00:00+01:00'],
  ['by day it leaves at once', '2020-03-16T12:00:00+01:00', night, '2020-03-16T12:00:00+01:00'],
  ['the last minute before', '2020-03-16T19:59:59+01:00', night, '2020-03-16T19:59:59+01:00'],
  ['in the evening: the next morning', '2020-03-16T20:00:00+01:00', night, '2020-03-17T07:00:00+01:00'],
  ['after midnight: the same morning', '2020-03-17T06:59:59+01:00', night, '2020-03-17T07:00:00+01:00'],
  ['the first minute after', '2020-03-17T07:00:00+01:00', night, '2020-03-17T07:00:00+01:00'],
  ['hours within a day', '2020-03-16T12:30:00+01:00', { ...none, hours: '12:00-13:30' }, '2020-03-16T13:30:00+01:00'],
  ['hours without length', '2020-03-16T20:00:00+01:00', { ...none, hours: '20:00-20:00' }, '2020-03-16T20:00:00+01:00'],
  ['a weekend: Monday morning', '2020-03-20T21:00:00+01:00', school, '2020-03-23T07:00:00+01:00'],
  ['a quiet day alone ends at midnight', '2020-03-22T12:00:00+01:00', { ...none, days: ['sun'] }, '2020-03-23T00:00:00+01:00'],
  ['holidays between two weekends', '2020-04-03T21:00:00+02:00', easter, '2020-04-20T07:00:00+02:00'],
  ['spring: the night is an hour shorter', '2020-03-28T21:00:00+01:00', night, '2020-03-29T07:00:00+02:00'],
  ['spring: an end that is skipped', '2020-03-28T23:00:00+01:00', { ...none, hours: '22:00-02:30' }, '2020-03-29T03:30:00+02:00'],
  ['autumn: the night is an hour longer', '2020-10-24T21:00:00+02:00', night, '2020-10-25T07:00:00+01:00'],
  ['autumn: within the second of two hours of one name', '2020-10-25T02:10:00+01:00', { ...none, hours: '22:00-02:30' }, '2020-10-25T02:30:00+01:00'],
])('%s', (_story, now, quiet, expected) => {
  expect(leavesAt(new Date(now), quiet, paris).toISOString()).toBe(new Date(expected).toISOString())
})

test('another zone has another night', () => {
  expect(leavesAt(new Date('2020-03-16T10:00:00Z'), night, 'Pacific/Noumea').toISOString()).toBe('2020-03-16T20:00:00.000Z')
})

test('quiet on all days ends some time', () => {
  expect(leavesAt(new Date('2020-03-16T10:00:00Z'), { ...none, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] }, paris) > new Date('2022-01-01')).toBe(
    true,
  )
})

const calendar = (...lines: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]): string => calendar('BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT')

test.each([
  ['days: the end is not part', event('DTSTART;VALUE=DATE:20200404', 'DTEND;VALUE=DATE:20200420'), ['2020-04-04T00:00:00+02:00', '2020-04-20T00:00:00+02:00']],
  ['one day', event('DTSTART;VALUE=DATE:20200501'), ['2020-05-01T00:00:00+02:00', '2020-05-02T00:00:00+02:00']],
  ['days by duration', event('DTSTART;VALUE=DATE:20200404', 'DURATION:P2W'), ['2020-04-04T00:00:00+02:00', '2020-04-18T00:00:00+02:00']],
  ['times in UTC', event('DTSTART:20200403T150000Z', 'DTEND:20200403T160000Z'), ['2020-04-03T15:00:00Z', '2020-04-03T16:00:00Z']],
  ['times of a zone', event('DTSTART;TZID=America/New_York:20200403T080000', 'DURATION:PT1H30M'), ['2020-04-03T12:00:00Z', '2020-04-03T13:30:00Z']],
  [
    'a vendor’s zone is the school’s',
    event('DTSTART;TZID="Romance Standard Time":20200403T080000', 'DTEND:20200403T090000'),
    ['2020-04-03T06:00:00Z', '2020-04-03T07:00:00Z'],
  ],
  [
    'folded lines, an alarm inside, a byte order mark',
    `\uFEFF${event('SUMMARY:Vacances\r\n  de printemps', 'DTSTART;VALUE=DATE:2020\r\n 0404', 'BEGIN:VALARM', 'DTSTART:x', 'DURATION:PT5M', 'END:VALARM')}`,
    ['2020-04-04T00:00:00+02:00', '2020-04-05T00:00:00+02:00'],
  ],
])('reads %s', (_story, text, [from, to]) => {
  expect(holidaysOf(text, paris)).toEqual({ ok: true, holidays: [{ from: new Date(from ?? ''), to: new Date(to ?? '') }] })
})

test('cancelled and empty events are none, todos neither', () => {
  const text = calendar(
    'BEGIN:VEVENT',
    'DTSTART:20200403T080000Z',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'STATUS:CANCELLED',
    'DTSTART:20200403',
    'END:VEVENT',
    'BEGIN:VTODO',
    'DTSTART:20200403',
    'END:VTODO',
  )
  expect(holidaysOf(text, paris)).toEqual({ ok: true, holidays: [] })
})

test.each([
  ['another file', '<html>', 1, /no iCalendar/],
  ['an event that repeats', event('DTSTART;VALUE=DATE:20201111', 'RRULE:FREQ=YEARLY'), 6, /repeats/],
  ['a date that is none', event('DTSTART:20201399'), 5, /DTSTART/],
  ['no date', event('SUMMARY:Fête'), 4, /no DTSTART/],
  ['an end that is none', event('DTSTART:20200403', 'DTEND:soon'), 6, /end/],
])('refuses %s, with its line', (_story, text, line, what) => {
  expect(holidaysOf(text, paris)).toMatchObject({ ok: false, line, what: expect.stringMatching(what) as string })
})
