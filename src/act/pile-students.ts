/** What of the store goes into a pile: each student with state, hours and pages; with numbers in place of names where that is asked. Pure. */
import { anonymousNumbers, namelessFile, withoutName } from '../bundle/anonymous'
import type { BundlePage, BundleStudent, StudentState } from '../bundle/bundle-input'
import { tracesOf } from '../school/person-traces'
import type { StudentStanding } from '../school/standing'
import type { Blobs } from '../store/blobs'
import type { Page, Source } from '../store/submissions'

/** A student of a pile, and what each of the pages adds to the file. */
export interface PileStudent {
  student: BundleStudent
  pageBytes: number[]
}

export interface PileDocument {
  blob: string
  filename: string
  mediaType: string
}

export interface PileContent {
  standings: StudentStanding[]
  /** Only those that this pile holds. */
  pages: Page[]
  sources: Map<string, Source>
  /** Students whose corrected copy has gone back. */
  returned: Set<string>
  blobs: Pick<Blobs, 'path'>
  /** Others' pages lay in earlier piles: who stands here is new. */
  isAddendum: boolean
}

export const pileStudents = (content: PileContent): PileStudent[] =>
  content.standings.map((standing) => {
    const own = content.pages.filter((page) => page.student === standing.id)
    return {
      student: { ...studentOf(standing, own, content), ...(content.isAddendum && own.length > 0 ? { changed: true } : {}) },
      // Pictures as they are, other sheets about 10 KB.
      pageBytes: own.map((page) => page.bytes ?? 10_000),
    }
  })

function studentOf(standing: StudentStanding, own: Page[], { sources, blobs, returned }: PileContent): BundleStudent {
  const states: StudentState[] = [standing.standing]
  if (standing.openQuestion && standing.standing !== 'question') states.push('question')
  if (standing.extendedUntil !== null) states.push('extended')
  if (standing.pending > 0) states.push('pending')
  if (returned.has(standing.id)) states.push('returned')
  return {
    id: standing.id,
    name: standing.name,
    states,
    submittedAt: standing.submittedAt?.toISOString() ?? null,
    postmarkedAt: standing.postmarkAt?.toISOString() ?? null,
    late: standing.late,
    extendedUntil: standing.extendedUntil?.toISOString() ?? null,
    pages: own.map((page) => bundlePageOf(page, sources.get(page.source), blobs)),
  }
}

function bundlePageOf(page: Page, source: Source | undefined, blobs: Pick<Blobs, 'path'>): BundlePage {
  if (source?.kind === 'typed') return { id: page.id, kind: 'typed', text: source.text ?? '' }
  if (source?.kind === 'document') return { id: page.id, kind: 'document', filename: source.filename ?? '', text: source.text, file: blobs.path(source.blob) }
  if (page.blob === null || page.widthPx === null || page.heightPx === null)
    return { id: page.id, kind: 'unreadable', filename: source?.filename ?? '', reason: source?.error ?? 'picture-undecodable' }
  const picture = { id: page.id, kind: 'picture', file: blobs.path(page.blob), widthPx: page.widthPx, heightPx: page.heightPx } as const
  if (source?.mediaType !== 'application/pdf') return picture
  return { ...picture, original: { file: blobs.path(source.blob), index: page.number - 1, turnDegCw: page.rotationDegCw } }
}

/** Office documents ride in the mail, named after the pupil (CONTRACT.md, section 10). */
export const pileDocuments = ({ pages, sources, standings }: PileContent): PileDocument[] =>
  pages.flatMap((page) => {
    const source = sources.get(page.source)
    if (source?.kind !== 'document') return []
    const name = standings.find((standing) => standing.id === page.student)?.name ?? page.student
    return [{ blob: source.blob, filename: `${name} - ${source.filename ?? 'document'}`, mediaType: source.mediaType }]
  })

export interface KeyLine {
  number: number
  name: string
}

/**
 * Those who handed in, by number: no name, no hour, no state that others know of, no text of a file that may name its author.
 * `named`: a number as people read it.
 */
export function anonymised(
  students: PileStudent[],
  code: string,
  markKey: string,
  named: (number: number) => string,
): { students: PileStudent[]; key: KeyLine[] } {
  const names = tracesOf(students.map(({ student: { name } }) => ({ name, address: null })))
  const numbers = anonymousNumbers(
    students.map(({ student }) => student.id),
    code,
    markKey,
  )
  const numberOf = ({ student }: PileStudent): number => numbers.get(student.id) ?? 0
  const there = students.filter(({ student }) => student.pages.length > 0).sort((a, b) => numberOf(a) - numberOf(b))
  return {
    students: there.map((one) => ({
      pageBytes: one.pageBytes,
      student: {
        id: String(numberOf(one)),
        name: named(numberOf(one)),
        states: ['submitted'],
        submittedAt: null,
        late: false,
        pages: one.student.pages.map((page) => nameless(page, (text) => withoutName(names.strike(text), one.student.name))),
      },
    })),
    key: there.map((one) => ({ number: numberOf(one), name: one.student.name })),
  }
}

function nameless(page: BundlePage, strike: (text: string) => string): BundlePage {
  if (page.kind === 'typed') return { ...page, text: strike(page.text) }
  if (page.kind === 'document')
    return { id: page.id, kind: 'document', filename: namelessFile(page.filename), text: page.text === null ? null : strike(page.text) }
  if (page.kind === 'unreadable') return { ...page, filename: namelessFile(page.filename) }
  // A picture holds no text that could be searched; the page of a PDF would.
  const { original: _, ...picture } = page
  return picture
}
