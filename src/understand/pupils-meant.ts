/** Pupils that a typed name may mean, in the ways teachers write names: "Zoé", "MARTIN Zoé", "Z. Martin", "Jean Paul". Pure. */
import { plain, studentsNamed } from './which-students'

/** Nobody: unknown; several: to be asked. */
export function pupilsMeant<T extends { name: string }>(typed: string, students: readonly T[]): T[] {
  const wanted = typed.replace(/\s+/gu, ' ').trim()
  const exact = studentsNamed(wanted, students)
  if (exact.length > 0) return exact
  const loose = looseForm(wanted)
  if (loose === '') return []
  return students.filter((student) => {
    const [given = '', ...family] = student.name.split(/\s+/u)
    const [own, surname] = [looseForm(given), looseForm(family.join(' '))]
    const initial = own[0] ?? ''
    return [`${own} ${surname}`, `${surname} ${own}`, own, surname, `${initial} ${surname}`, `${surname} ${initial}`, `${own} ${surname[0] ?? ''}`].includes(
      loose,
    )
  })
}

/** Hyphens, dots and apostrophes are as good as blanks. */
const looseForm = (text: string): string => plain(text.replace(/[-.'’]+/gu, ' ')).replace(/\s+/gu, ' ')
