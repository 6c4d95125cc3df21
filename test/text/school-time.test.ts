/** Times as a school says them, whatever the zone and the season. */
import { dateAndHour, hourOnly, shortDate } from '../../src/text/school-time'
import { renderOf } from './rendered'
import { full } from './samples'

const plain = (text: string): string => text.replace(/\u00A0/gu, ' ')

test.each([
  ['winter time', '2020-03-20T17:00:00Z', 'Europe/Paris', 'vendredi 20 mars, 18 h', 'Friday 20 March, 6 pm'],
  ['summer time', '2020-04-20T16:30:00Z', 'Europe/Paris', 'lundi 20 avril, 18 h 30', 'Monday 20 April, 6:30 pm'],
  ['the night of the change', '2020-03-29T01:00:00Z', 'Europe/Paris', 'dimanche 29 mars, 3 h', 'Sunday 29 March, 3 am'],
  ['another day elsewhere', '2020-03-20T23:30:00Z', 'Indian/Reunion', 'samedi 21 mars, 3 h 30', 'Saturday 21 March, 3:30 am'],
  ['the day before elsewhere', '2020-03-20T01:05:00Z', 'America/Martinique', 'jeudi 19 mars, 21 h 05', 'Thursday 19 March, 9:05 pm'],
  ['half an hour apart', '2020-03-20T12:00:00Z', 'Asia/Kolkata', 'vendredi 20 mars, 17 h 30', 'Friday 20 March, 5:30 pm'],
  ['the first of a month', '2020-05-01T10:00:00Z', 'Europe/Paris', 'vendredi 1er mai, 12 h', 'Friday 1 May, noon'],
  ['midnight', '2020-03-19T23:00:00Z', 'Europe/Paris', 'vendredi 20 mars, 0 h', 'Friday 20 March, 0:00'],
  ['a minute before midnight', '2020-03-20T22:59:00Z', 'Europe/Paris', 'vendredi 20 mars, 23 h 59', 'Friday 20 March, 11:59 pm'],
])('says %s', (_what, iso, zone, fr, en) => {
  expect(plain(dateAndHour(iso, 'fr', zone))).toBe(fr)
  expect(plain(dateAndHour(iso, 'en', zone))).toBe(en)
})

test('says days and hours for subjects', () => {
  expect(plain(shortDate('2020-03-20T17:00:00Z', 'fr', 'Europe/Paris'))).toBe('ven. 20 mars')
  expect(plain(shortDate('2020-03-20T17:00:00Z', 'en', 'Europe/Paris'))).toBe('Fri 20 March')
  expect(plain(hourOnly('2020-03-20T17:00:00Z', 'fr', 'Europe/Paris'))).toBe('18 h')
})

test('a mail speaks in the zone of its school', () => {
  expect(plain(renderOf('assignment', full.assignment, 'fr', true, 'Indian/Reunion').text)).toContain('vendredi 20 mars, 21 h')
})

test('what is no time is a fault of ours, never a wrong date', () => {
  expect(() => dateAndHour('soon', 'fr', 'Europe/Paris')).toThrow()
})
