import { codeFrom, assignmentCode, replyTokenPattern, tokenFrom } from '../../src/school/codes'
import { dayIn, instantOf, nextAt, weekdayIn } from '../../src/school/calendar'
import { addressOf, firstNameOf } from '../../src/school/people'
import { deliveryOf, standingOf, type StandingClues } from '../../src/school/standing'

test.each([
  ['Zoe@Famille.Example', 'zoe@famille.example'],
  ['<a@b.c>', 'a@b.c'],
  [' a@b.c. ', 'a@b.c'],
  ['a b@c', null],
  ['a@@b', null],
  ['', null],
  [null, null],
])('address of %s', (text, address) => expect(addressOf(text)).toBe(address))

test('codes and tokens use signs that are read aloud and survive any change of case', () => {
  expect(codeFrom(Uint8Array.of(0, 1, 2, 255))).toMatch(/^[2-9A-HJ-KM-NP-Z]{4}$/)
  expect(`r-${tokenFrom(Uint8Array.from({ length: 26 }, (_, index) => index * 9))}`).toMatch(replyTokenPattern)
  expect([assignmentCode(' k7q2 '), assignmentCode('K7Q'), assignmentCode('K7Q0'), assignmentCode('K1Q2')]).toEqual(['K7Q2', null, null, null])
})

test.each([
  ['winter', '2020-03-20', '18:00', 'Europe/Paris', '2020-03-20T17:00:00.000Z'],
  ['summer', '2020-06-20', '18:00', 'Europe/Paris', '2020-06-20T16:00:00.000Z'],
  ['the night clocks go forward', '2020-03-29', '03:30', 'Europe/Paris', '2020-03-29T01:30:00.000Z'],
  ['an island', '2020-03-20', '18:00', 'Indian/Reunion', '2020-03-20T14:00:00.000Z'],
  ['far west', '2020-03-20', '18:00', 'Pacific/Tahiti', '2020-03-21T04:00:00.000Z'],
])('an hour of the school is one instant: %s', (_story, day, hour, zone, instant) => {
  expect(instantOf(day, hour, zone).toISOString()).toBe(instant)
  expect([dayIn(new Date(instant), zone)]).toEqual([day])
})

test.each([
  ['later today', '2020-03-20T10:00:00Z', '18:00', ['fri'], '2020-03-20T17:00:00.000Z'],
  ['today is over: next week', '2020-03-20T17:00:00Z', '18:00', ['fri'], '2020-03-27T17:00:00.000Z'],
  ['any day', '2020-03-20T18:00:00Z', '18:00', [], '2020-03-21T17:00:00.000Z'],
  ['across the change of clocks', '2020-03-28T20:00:00Z', '18:00', [], '2020-03-29T16:00:00.000Z'],
])('the next time: %s', (_story, now, hour, days, at) => {
  const next = nextAt(new Date(now), hour, days, 'Europe/Paris')
  expect(next.toISOString()).toBe(at)
  if (days.length > 0) expect(days).toContain(weekdayIn(next, 'Europe/Paris'))
})

const due = new Date('2020-03-20T17:00:00Z')
const clues = (changes: Partial<StandingClues>): StandingClues => ({
  sources: 0,
  late: false,
  excused: false,
  absent: false,
  openQuestion: false,
  delivery: 'delivered',
  dueAt: due,
  ...changes,
})
test.each([
  ['handed in', clues({ sources: 2 }), 'submitted'],
  ['handed in late', clues({ sources: 1, late: true }), 'late'],
  ['work beats a failed copy', clues({ sources: 1, delivery: 'failed' }), 'submitted'],
  ['excused', clues({ excused: true }), 'excused'],
  ['ill', clues({ absent: true }), 'absent'],
  ['asked and waits', clues({ openQuestion: true }), 'question'],
  ['never reached is not "missing"', clues({ delivery: 'unreachable' }), 'unreachable'],
  ['every copy failed', clues({ delivery: 'failed' }), 'unreachable'],
  ['deadline over', clues({}), 'missing'],
  ['deadline ahead', clues({ dueAt: new Date(due.getTime() + 1) }), 'open'],
  ['no deadline', clues({ dueAt: null }), 'open'],
])('standing: %s', (_story, given, standing) => expect(standingOf(given, due)).toBe(standing))

test.each([
  [[], 'unreachable'],
  [['waiting'], 'waiting'],
  [['failed', 'delivered'], 'delivered'],
  [['failed', 'waiting'], 'waiting'],
  [['failed', 'failed'], 'failed'],
] as const)('delivery of %j is %s', (copies, delivery) => expect(deliveryOf(copies.map((one) => ({ delivery: one })))).toBe(delivery))

test.each([
  ['Zoé Martin', 'Zoé'],
  ['  Nguyễn Minh Anh', 'Nguyễn'],
  ['李明', '李明'],
])('first name of %s', (name, first) => expect(firstNameOf(name)).toBe(first))
