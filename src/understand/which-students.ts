/** Which students an assignment is for: the whole class, a group of the address (`3b+g1@`), or a first line `Pour : g1, Zoé`. */
import type { PersonId } from '../school/people'

export interface StudentName {
  person: PersonId
  name: string
  groups: string[]
}

export type Audience =
  /** `students` null: the whole class. `text`: what is left to show once the `Pour :` line is taken. */
  { students: PersonId[] | null; text: string } | { unknown: string }

/** Comparable form: no case, no accents. */
export const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[łŁ]/gu, 'l').replace(/[øØ]/gu, 'o').toLowerCase().trim()

/** Students that a typed name may mean: full name, first name or family name. */
export function studentsNamed<T extends { name: string }>(typed: string, students: readonly T[]): T[] {
  const wanted = plain(typed)
  if (wanted === '') return []
  const full = students.filter((student) => plain(student.name) === wanted)
  if (full.length > 0) return full
  return students.filter((student) => {
    const parts = plain(student.name).split(/\s+/u)
    const [given = '', ...family] = parts
    return (
      given === wanted ||
      family.join(' ') === wanted ||
      `${family.join(' ')} ${given}` === wanted ||
      (family.length > 0 && wanted === `${given} ${family[0]?.[0] ?? ''}`)
    )
  })
}

export function audienceOf(group: string | null, text: string, students: readonly StudentName[]): Audience {
  if (group !== null) return pick([group], text, students)
  const [first = '', ...rest] = text.split('\n')
  const named = /^\s*(?:pour|for)\s*:\s*(.+)$/iu.exec(first)?.[1]
  if (named === undefined) return { students: null, text }
  const names = named
    .split(/\s*(?:,|;|\bet\b|\band\b|&)\s*/iu)
    .map((name) => name.replace(/[.!]+$/u, ''))
    .filter(Boolean)
  return pick(names, rest.join('\n').trim(), students)
}

function pick(names: string[], text: string, students: readonly StudentName[]): Audience {
  const chosen = new Set<PersonId>()
  for (const name of names) {
    const members = students.filter((student) => student.groups.some((group) => plain(group) === plain(name)))
    const found = members.length > 0 ? members : studentsNamed(name, students)
    // A first name that two pupils share is as unclear as one that nobody has.
    if (found.length === 0 || (members.length === 0 && found.length > 1)) return { unknown: name }
    for (const student of found) chosen.add(student.person)
  }
  return { students: students.filter((student) => chosen.has(student.person)).map((student) => student.person), text }
}
