/** The roster's rows: persons, memberships, guardianships; who is reached where. */
import { type Address, type ClassName, type GuardianRight, type Guardianship, type Membership, type Person, personId } from '../school/people'
import type { Db, Tx } from './database'

const personOf = (row: { id: string; name: string; email: string | null; language: string | null }): Person => ({
  id: personId(row.id),
  name: row.name,
  email: row.email as Address | null,
  language: row.language,
})

export const findPerson = async (db: Db, id: string): Promise<Person | null> => {
  const row = await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? personOf(row) : null
}

/** Everybody with this address: siblings and parents may share one. */
export const peopleAt = async (db: Db, address: string): Promise<Person[]> =>
  (await db.selectFrom('person').selectAll().where('email', '=', address).orderBy('id').execute()).map(personOf)

/** Everybody of exactly this name. */
export const peopleNamed = async (db: Db, name: string): Promise<Person[]> =>
  (await db.selectFrom('person').selectAll().where('name', '=', name).orderBy('id').execute()).map(personOf)

export interface ActiveMembership extends Membership {
  name: string
  email: Address | null
  language: string | null
}

const membershipOf = (row: {
  class: string
  person_id: string
  role: 'teacher' | 'student'
  position: number
  groups: string
  subject: string | null
  name: string
  email: string | null
  language: string | null
}): ActiveMembership => ({
  class: row.class as ClassName,
  person: personId(row.person_id),
  role: row.role,
  position: row.position,
  groups: row.groups.split(' ').filter(Boolean),
  subject: row.subject,
  name: row.name,
  email: row.email as Address | null,
  language: row.language,
})

const activeMemberships = (db: Db) =>
  db
    .selectFrom('membership')
    .innerJoin('person', 'person.id', 'membership.person_id')
    .select(['membership.class', 'person_id', 'role', 'position', 'groups', 'subject', 'name', 'email', 'language'])
    .where('ended_at', 'is', null)
    .orderBy('membership.class')
    .orderBy('position')

/** Teachers and students of a class, in roster order. */
export const membersOf = async (db: Db, name: string): Promise<ActiveMembership[]> =>
  (await activeMemberships(db).where('membership.class', '=', name).execute()).map(membershipOf)

export const membershipsOf = async (db: Db, person: string): Promise<ActiveMembership[]> =>
  (await activeMemberships(db).where('person_id', '=', person).execute()).map(membershipOf)

export const allMemberships = async (db: Db): Promise<ActiveMembership[]> => (await activeMemberships(db).execute()).map(membershipOf)

export const classExists = async (db: Db, name: string): Promise<boolean> =>
  (await db.selectFrom('membership').select('class').where('class', '=', name).where('ended_at', 'is', null).executeTakeFirst()) !== undefined

export interface ActiveGuardian extends Guardianship {
  name: string
  email: Address | null
  language: string | null
}

const activeGuardians = (db: Db) =>
  db
    .selectFrom('guardianship')
    .innerJoin('person', 'person.id', 'guardian_id')
    .select(['guardian_id', 'student_id', 'access', 'household', 'position', 'name', 'email', 'language'])
    .where('ended_at', 'is', null)
    .orderBy('position')

const guardianOf = (row: {
  guardian_id: string
  student_id: string
  access: GuardianRight
  household: string
  position: number
  name: string
  email: string | null
  language: string | null
}): ActiveGuardian => ({
  guardian: personId(row.guardian_id),
  student: personId(row.student_id),
  right: row.access,
  household: row.household,
  position: row.position,
  name: row.name,
  email: row.email as Address | null,
  language: row.language,
})

/** Guardians of these students, in roster order. */
export const guardiansOf = async (db: Db, students: readonly string[]): Promise<ActiveGuardian[]> =>
  students.length === 0
    ? []
    : (
        await activeGuardians(db)
          .where('student_id', 'in', [...students])
          .execute()
      ).map(guardianOf)

/** The children a guardian is responsible for. */
export const wardsOf = async (db: Db, guardian: string): Promise<ActiveGuardian[]> =>
  (await activeGuardians(db).where('guardian_id', '=', guardian).execute()).map(guardianOf)

export const allGuardians = async (db: Db): Promise<ActiveGuardian[]> => (await activeGuardians(db).execute()).map(guardianOf)

export async function savePerson(tx: Tx, person: Person): Promise<void> {
  const row = { name: person.name, email: person.email, language: person.language }
  await tx
    .insertInto('person')
    .values({ id: person.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

export async function saveMembership(tx: Tx, membership: Membership): Promise<void> {
  const row = { role: membership.role, position: membership.position, groups: membership.groups.join(' '), subject: membership.subject, ended_at: null }
  await tx
    .insertInto('membership')
    .values({ class: membership.class, person_id: membership.person, ...row })
    .onConflict((conflict) => conflict.columns(['class', 'person_id']).doUpdateSet(row))
    .execute()
}

export async function saveGuardianship(tx: Tx, guardianship: Guardianship): Promise<void> {
  const row = { access: guardianship.right, household: guardianship.household, position: guardianship.position, ended_at: null }
  await tx
    .insertInto('guardianship')
    .values({ guardian_id: guardianship.guardian, student_id: guardianship.student, ...row })
    .onConflict((conflict) => conflict.columns(['guardian_id', 'student_id']).doUpdateSet(row))
    .execute()
}

export const endMembership = async (tx: Tx, name: string, person: string, now: Date): Promise<void> => {
  await tx.updateTable('membership').set({ ended_at: now.getTime() }).where('class', '=', name).where('person_id', '=', person).execute()
}

export const endGuardianship = async (tx: Tx, guardian: string, student: string, now: Date): Promise<void> => {
  await tx.updateTable('guardianship').set({ ended_at: now.getTime() }).where('guardian_id', '=', guardian).where('student_id', '=', student).execute()
}

export const setDigestOff = async (tx: Tx, person: string, off: boolean): Promise<void> => {
  await tx
    .updateTable('person')
    .set({ digest_off: off ? 1 : 0 })
    .where('id', '=', person)
    .execute()
}

export const setRemindersOff = async (tx: Tx, person: string, off: boolean): Promise<void> => {
  await tx
    .updateTable('person')
    .set({ reminders_off: off ? 1 : 0 })
    .where('id', '=', person)
    .execute()
}

/** Who wants no reminders. */
export const withoutReminders = async (db: Db): Promise<Set<string>> =>
  new Set((await db.selectFrom('person').select('id').where('reminders_off', '=', 1).execute()).map(({ id }) => id))

/** Guardians who may and want to have digests, with their wards, in roster order. */
export const digestReaders = async (db: Db): Promise<ActiveGuardian[]> =>
  (
    await activeGuardians(db)
      .where('access', '!=', 'none')
      .where('email', 'is not', null)
      .where((eb) => eb.or([eb('digest_off', 'is', null), eb('digest_off', '=', 0)]))
      .execute()
  ).map(guardianOf)

/** Students whom mail can reach: by an address of their own, or through a guardian with full right. */
export const deliverableStudents = async (db: Db): Promise<Set<string>> => {
  const own = await db.selectFrom('person').select('id').where('email', 'is not', null).execute()
  const through = await activeGuardians(db).where('access', '=', 'full').where('email', 'is not', null).execute()
  return new Set([...own.map((row) => row.id), ...through.map((row) => row.student_id)])
}
