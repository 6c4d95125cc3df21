/** Numbers in place of names: the same pupil has the same number in every pile of an assignment, and no number tells a place in the roster. Pure. */
import { createHmac } from 'node:crypto'

/** Numbers from 1, in the order of a keyed hash. */
export function anonymousNumbers(students: readonly string[], code: string, markKey: string): Map<string, number> {
  const hash = (student: string): string => createHmac('sha256', Buffer.from(markKey, 'hex')).update(`cartable anonymous 1\n${code}\n${student}`).digest('hex')
  const order = students.map((student) => ({ student, place: hash(student) })).sort((a, b) => (a.place < b.place ? -1 : 1))
  return new Map(order.map(({ student }, index) => [student, index + 1]))
}

/** Words of the name, each alone, struck out; the kind of a file is all that stays of its name. */
export function withoutName(text: string, name: string): string {
  const words = name.normalize('NFC').match(/[\p{L}\p{M}]{2,}/gu) ?? []
  if (words.length === 0) return text
  const pattern = new RegExp(`(?<![\\p{L}\\p{M}])(?:${words.sort((a, b) => b.length - a.length).join('|')})(?![\\p{L}\\p{M}])`, 'giu')
  return text.normalize('NFC').replace(pattern, '***')
}

/** `Zoé Martin devoir.docx` → `document.docx`. */
export const namelessFile = (filename: string): string =>
  `document${/\.(?:docx?|od[tps]|pptx?|xlsx?|rtf|pdf|jpe?g|png|hei[cf]|webp|avif|tiff?|gif|bmp)$/i.exec(filename)?.[0].toLowerCase() ?? ''}`
