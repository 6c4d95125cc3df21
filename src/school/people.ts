/** Who there is: people, classes and households, as the roster gives them. Knows nothing of mail. */

declare const brand: unique symbol
type Branded<T, B extends string> = T & { readonly [brand]: B }

export type PersonId = Branded<string, 'PersonId'>
/** Lower-case local part of the class address, e.g. `3b`. */
export type ClassName = Branded<string, 'ClassName'>
/** Four signs of the alphabet below; printed in every subject, never changes. */
export type AssignmentCode = Branded<string, 'AssignmentCode'>
/** A bare, normalised mail address: local part as given, domain in lower case. */
export type Address = Branded<string, 'Address'>

export type Role = 'teacher' | 'student' | 'guardian'
export type GuardianRight = 'full' | 'digest' | 'none'
export type Locale = 'fr' | 'en'

export const personId = (text: string): PersonId => text as PersonId
export const className = (text: string): ClassName => text.toLowerCase() as ClassName

/** Normalises an address for comparison; null when it is none. Local parts are compared without case, as families type them. */
export function addressOf(text: string | null | undefined): Address | null {
  const match = /^\s*<?([^\s<>@]+)@([^\s<>@]+?)\.?>?\s*$/u.exec((text ?? '').normalize('NFC'))
  if (!match) return null
  return `${match[1]}@${match[2]}`.toLowerCase() as Address
}

export interface Person {
  id: PersonId
  name: string
  email: Address | null
  language: string | null
}

/** A student's or teacher's place in a class. `position` is the order of the roster, which is the order of every bundle. */
export interface Membership {
  class: ClassName
  person: PersonId
  role: 'teacher' | 'student'
  position: number
  groups: string[]
  subject: string | null
}

export interface Guardianship {
  guardian: PersonId
  student: PersonId
  right: GuardianRight
  /** Guardians of one student with the same household get one copy together. Without one in the roster: the guardian's own id. */
  household: string
  position: number
}

/** "Zoé Martin" → "Zoé". Names are given first name first in the roster. */
export const firstNameOf = (name: string): string => name.trim().split(/\s+/u)[0] ?? name

/** "3b" → "3B": how a class is written for people. */
export const classLabel = (name: ClassName): string => name.toUpperCase()
