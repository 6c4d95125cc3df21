/** Who reads a student's mail of an assignment now, and by which reply address they answer. */
import type { Address, PersonId } from '../school/people'
import type { Assignment } from '../store/assignments'
import type { Db } from '../store/database'
import { findPerson } from '../store/people'
import { type Copy, copiesOf } from '../store/reply-addresses'

export interface Reader {
  person: PersonId
  name: string
  address: Address
  token: string
  language: string | null
  student: PersonId
  studentName: string
  isGuardian: boolean
  /** The relay took the copy. */
  delivered: boolean
}

/** Those who had a copy that did not fail; without any, nobody. In a steady order. */
export async function readersOf(db: Db, assignment: Assignment): Promise<Reader[]> {
  const copies = (await copiesOf(db, assignment.code)).filter((copy) => copy.delivery !== 'failed')
  const readers: Reader[] = []
  for (const copy of copies) {
    const reader = await readerOf(db, copy)
    if (reader) readers.push(reader)
  }
  return readers
}

export const peopleReading = async (db: Db, assignment: Assignment, student: PersonId): Promise<Reader[]> =>
  (await readersOf(db, assignment)).filter((reader) => reader.student === student)

async function readerOf(db: Db, copy: Copy): Promise<Reader | null> {
  const person = await findPerson(db, copy.person)
  const student = await findPerson(db, copy.student)
  if (!person || !student) return null
  return {
    person: copy.person,
    name: person.name,
    address: copy.address,
    token: copy.token,
    language: person.language,
    student: copy.student,
    studentName: student.name,
    isGuardian: copy.person !== copy.student,
    delivered: copy.delivery === 'delivered',
  }
}
