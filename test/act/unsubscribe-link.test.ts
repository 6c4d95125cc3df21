/** Signed links: what they say, and that nobody else can say it. */
import { lookAtLink, readUnsubscribe, unsubscribeUrl } from '../../src/act/unsubscribe-link'
import type { PersonId } from '../../src/school/people'

const key = 'cd'.repeat(32)
const at = new Date('2020-03-20T17:00:00Z')
const days = (count: number): Date => new Date(at.getTime() + count * 86_400_000)
const url = unsubscribeUrl({ what: 'digest', person: 'g-7' as PersonId }, { base: 'https://devoirs.college.example/cartable/', key }, at)
const link = url.split('/').at(-1) ?? ''

test('a link holds all that is needed, under the address told', () => {
  expect(url).toMatch(/^https:\/\/devoirs\.college\.example\/cartable\/unsubscribe\/[\w-]+\.[\w-]{22}$/u)
  expect(readUnsubscribe(link, key, days(80))).toEqual({ what: 'digest', person: 'g-7', isExpired: false })
  expect([lookAtLink(link, key, days(89))?.is, lookAtLink(link, key, days(91))?.is]).toEqual(['asks', 'stale'])
})

test.each([
  ['of another key', link, 'ce'.repeat(32)],
  ['about somebody else', `${Buffer.from('["digest","g-8",1900000000]').toString('base64url')}.${link.split('.')[1] ?? ''}`, key],
  ['cut short', link.slice(0, -1), key],
  ['without a signature', link.split('.')[0] ?? '', key],
  ['with an empty one', `${link.split('.')[0] ?? ''}.`, key],
  ['of nothing', '', key],
])('a link %s is none of ours', (_, text, by) => {
  expect(lookAtLink(text, by, at)).toBeNull()
})
