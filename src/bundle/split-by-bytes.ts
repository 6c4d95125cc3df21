/** Cuts a pile that is too big for a mailbox into parts, at students' borders. Knows sizes only. */

export interface SizedStudent<T> {
  student: T
  /** Of each page, in order. */
  pageBytes: number[]
}

export interface StudentSlice<T> {
  student: T
  /** Pages of the student in this part: from `start` up to, not with, `end`. */
  start: number
  end: number
}

/** What a sheet costs beside its picture, and a part beside its sheets (fonts, cover): generous, measured in bench/bundle.ts. */
export const sheetOverheadBytes = 3_000
export const partOverheadBytes = 120_000

/**
 * Parts of at most `maxBytes` each, as few as order allows; nobody is dropped or reordered, and students without pages stay with their neighbours.
 * A student who fits in no part alone is cut at pages; a page that fits in no part gets one of its own.
 */
export function splitByBytes<T>(students: SizedStudent<T>[], maxBytes: number): StudentSlice<T>[][] {
  const room = Math.max(1, maxBytes - partOverheadBytes)
  const parts: StudentSlice<T>[][] = []
  let part: StudentSlice<T>[] = []
  let used = 0
  const next = (): void => {
    if (part.length > 0) parts.push(part)
    part = []
    used = 0
  }
  for (const { student, pageBytes } of students) {
    const sizes = pageBytes.map((bytes) => bytes + sheetOverheadBytes)
    const whole = sizes.reduce((sum, bytes) => sum + bytes, 0)
    if (used + whole > room && used > 0) next()
    let start = 0
    sizes.forEach((bytes, index) => {
      if (used + bytes > room && used > 0) {
        if (index > start) part.push({ student, start, end: index })
        next()
        start = index
      }
      used += bytes
    })
    part.push({ student, start, end: sizes.length })
  }
  next()
  return parts
}
