/** A checked roster becomes rows: idempotent; with `prune` whoever is absent from the files ends. */
import { type ClassName, className, personId } from '../school/people'
import type { Roster } from '../roster/roster'
import type { Database, Tx } from '../store/database'
import { allGuardians, allMemberships, endGuardianship, endMembership, saveGuardianship, saveMembership, savePerson } from '../store/people'

export interface RosterDifference {
  people: number
  added: { class: ClassName; person: string }[]
  ended: { class: ClassName; person: string }[]
  guardiansAdded: number
  guardiansEnded: number
}

/** What an import would change. */
export async function differenceOf(database: Pick<Database, 'db'>, roster: Roster, prune: boolean): Promise<RosterDifference> {
  const before = await allMemberships(database.db)
  const guardians = await allGuardians(database.db)
  const key = (name: string, person: string): string => `${name}\0${person}`
  const have = new Set(before.map((membership) => key(membership.class, membership.person)))
  const want = new Set(roster.memberships.map((membership) => key(membership.class, membership.person)))
  const haveGuardians = new Set(guardians.map((guardian) => key(guardian.guardian, guardian.student)))
  const wantGuardians = new Set(roster.guardianships.map((guardian) => key(guardian.guardian, guardian.student)))
  return {
    people: roster.people.length,
    added: roster.memberships.filter((one) => !have.has(key(one.class, one.person))).map((one) => ({ class: className(one.class), person: one.person })),
    ended: prune ? before.filter((one) => !want.has(key(one.class, one.person))).map((one) => ({ class: one.class, person: one.person })) : [],
    guardiansAdded: roster.guardianships.filter((one) => !haveGuardians.has(key(one.guardian, one.student))).length,
    guardiansEnded: prune ? guardians.filter((one) => !wantGuardians.has(key(one.guardian, one.student))).length : 0,
  }
}

/** All or nothing, in one transaction; done twice it changes nothing. */
export async function importRoster(database: Database, roster: Roster, prune: boolean, now: Date): Promise<RosterDifference> {
  const difference = await differenceOf(database, roster, prune)
  const guardiansBefore = await allGuardians(database.db)
  await database.transaction(async (tx) => {
    await saveRoster(tx, roster)
    for (const { class: name, person } of difference.ended) await endMembership(tx, name, person, now)
    if (prune)
      for (const guardian of guardiansBefore)
        if (!roster.guardianships.some((one) => one.guardian === guardian.guardian && one.student === guardian.student))
          await endGuardianship(tx, guardian.guardian, guardian.student, now)
  })
  return difference
}

async function saveRoster(tx: Tx, roster: Roster): Promise<void> {
  for (const person of roster.people) await savePerson(tx, { ...person, id: personId(person.id) })
  for (const [position, membership] of roster.memberships.entries())
    await saveMembership(tx, { ...membership, class: className(membership.class), person: personId(membership.person), position })
  for (const [position, guardian] of roster.guardianships.entries())
    await saveGuardianship(tx, {
      guardian: personId(guardian.guardian),
      student: personId(guardian.student),
      right: guardian.right,
      household: guardian.household,
      position,
    })
}
