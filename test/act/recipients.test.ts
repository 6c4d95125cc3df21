import type { Address, PersonId } from '../../src/school/people'
import { nextRecipients, recipientsOf } from '../../src/act/recipients'
import type { ActiveGuardian } from '../../src/store/people'

const student = (email: string | null) => ({ person: 'e-1' as PersonId, name: 'Zoé', email: email as Address | null, language: 'fr' })
const guardian = (id: string, changes: Partial<ActiveGuardian> = {}): ActiveGuardian => ({
  guardian: id as PersonId,
  student: 'e-1' as PersonId,
  right: 'full',
  household: id,
  position: 0,
  name: id,
  email: `${id}@f.example` as Address,
  language: null,
  ...changes,
})
const addresses = (found: { address: string }[]): string[] => found.map((recipient) => recipient.address)

test.each([
  ['the own mailbox, and nobody else', student('zoe@f.example'), [guardian('g1')], ['zoe@f.example']],
  [
    'without one: each household once, first address in roster order',
    student(null),
    [guardian('g1', { household: 'h' }), guardian('g2', { household: 'h' }), guardian('g3')],
    ['g1@f.example', 'g3@f.example'],
  ],
  [
    'a guardian without an address is passed over',
    student(null),
    [guardian('g1', { email: null, household: 'h' }), guardian('g2', { household: 'h' })],
    ['g2@f.example'],
  ],
  ['digest and none get no copy', student(null), [guardian('g1', { right: 'digest' }), guardian('g2', { right: 'none' })], []],
  ['nobody', student(null), [], []],
])('a copy goes to: %s', (_story, box, guardians, found) => expect(addresses(recipientsOf(box, guardians))).toEqual(found))

test.each([
  ['the household’s next', student(null), { household: 'h', address: 'g1@f.example' }, ['g1@f.example'], ['g2@f.example']],
  ['nobody when the household has no other', student(null), { household: 'g3', address: 'g3@f.example' }, ['g3@f.example'], []],
  [
    'every household when the pupil’s own mailbox failed',
    student('zoe@f.example'),
    { household: 'e-1', address: 'zoe@f.example' },
    ['zoe@f.example'],
    ['g1@f.example', 'g3@f.example'],
  ],
  [
    'never an address that was tried',
    student('zoe@f.example'),
    { household: 'e-1', address: 'zoe@f.example' },
    ['zoe@f.example', 'g1@f.example'],
    ['g2@f.example', 'g3@f.example'],
  ],
])('after a failure: %s', (_story, box, failed, tried, found) => {
  const guardians = [guardian('g1', { household: 'h' }), guardian('g2', { household: 'h' }), guardian('g3')]
  expect(addresses(nextRecipients(box, guardians, failed, new Set(tried)))).toEqual(found)
})
