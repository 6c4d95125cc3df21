/** Who gets a student's mail: the student's own mailbox, or one address a household of the guardians (CONTRACT.md, section 10, Households). */
import type { Address, PersonId } from '../school/people'
import type { ActiveGuardian } from '../store/people'

export interface Recipient {
  person: PersonId
  name: string
  address: Address
  household: string
  language: string | null
  /** A guardian reads it for the student. */
  isGuardian: boolean
}

interface StudentBox {
  person: PersonId
  name: string
  email: Address | null
  language: string | null
}

/** Households in roster order, each with its addresses in roster order; only guardians with full right. */
export function householdsOf(student: PersonId, guardians: readonly ActiveGuardian[]): Recipient[][] {
  const households = new Map<string, Recipient[]>()
  for (const guardian of guardians) {
    if (guardian.student !== student || guardian.right !== 'full' || guardian.email === null) continue
    const recipient = {
      person: guardian.guardian,
      name: guardian.name,
      address: guardian.email,
      household: guardian.household,
      language: guardian.language,
      isGuardian: true,
    }
    households.set(guardian.household, [...(households.get(guardian.household) ?? []), recipient])
  }
  return [...households.values()]
}

/** Whom a copy goes to; empty: unreachable. */
export function recipientsOf(student: StudentBox, guardians: readonly ActiveGuardian[]): Recipient[] {
  if (student.email !== null)
    return [{ person: student.person, name: student.name, address: student.email, household: student.person, language: student.language, isGuardian: false }]
  return householdsOf(student.person, guardians).flatMap((household) => household.slice(0, 1))
}

/**
 * Who gets the copy when one address failed for good: the next address of the household; for a student's own mailbox, every household of the guardians.
 * Addresses in `tried` are left out.
 */
export function nextRecipients(
  student: StudentBox,
  guardians: readonly ActiveGuardian[],
  failed: { household: string; address: string },
  tried: ReadonlySet<string>,
): Recipient[] {
  const households = householdsOf(student.person, guardians)
  const affected = failed.household === student.person ? households : households.filter((household) => household[0]?.household === failed.household)
  return affected.flatMap((household) => household.filter((recipient) => !tried.has(recipient.address)).slice(0, 1))
}
