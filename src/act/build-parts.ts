/** Builds the PDFs of a pile into blobs: parts under the limit of a mail, or a file a pupil. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleInput, BundleStudent } from '../bundle/bundle-input'
import { bundleFileName, studentFileName } from '../bundle/bundle-name'
import type { BundlePool } from '../bundle/bundle-pool'
import { splitByBytes, type StudentSlice } from '../bundle/split-by-bytes'
import { fill } from '../bundle/when'
import { classLabel } from '../school/people'
import type { StudentStanding } from '../school/standing'
import type { Assignment } from '../store/assignments'
import type { Blobs } from '../store/blobs'
import { type BundlePart, bundledPages, returnedOf } from '../store/bundles'
import type { Database } from '../store/database'
import { findPerson } from '../store/people'
import type { BundleKind } from '../store/schema'
import { pagesOf, sourcesOf } from '../store/submissions'
import type { BundleWords } from '../text/bundle-words'
import { type BundleVariant, plainBundle } from '../understand/bundle-variant'
import { standingsOf } from './overview'
import { anonymised, type KeyLine, type PileContent, type PileDocument, type PileStudent, pileDocuments, pileStudents } from './pile-students'
import type { ActSettings } from './settings'

export interface PartsDeps {
  database: Database
  blobs: Blobs
  bundles: BundlePool
  words: Record<'fr' | 'en', BundleWords>
  markKey: string
  /** Folder for files in the making. */
  temporary: string
  settings: ActSettings
}

export interface BuiltParts {
  parts: BundlePart[]
  pageIds: number[]
  standings: StudentStanding[]
  documents: PileDocument[]
  /** Whose number is whose, where names are left out; else empty. */
  key: KeyLine[]
}

/** Base64 and headers: what a part may weigh for the mail to stay under the limit (4 characters for 3 octets, CRLF after 76). */
const encodedShare = 0.72
export const roomOf = (settings: Pick<ActSettings, 'maxOutboundBytes'>): number => Math.floor(settings.maxOutboundBytes * encodedShare)

/** Null: nothing (new) to send. */
export async function buildParts(
  assignment: Assignment,
  kind: BundleKind,
  deps: PartsDeps,
  at: Date,
  variant: BundleVariant = plainBundle,
): Promise<BuiltParts | null> {
  const content = await contentOf(assignment, kind, variant, deps, at)
  const { pages, standings } = content
  if (pages.length === 0 && (kind === 'late' || variant.onlyNew || variant.separate || variant.anonymous)) return null
  const { settings, markKey } = deps
  const words = deps.words[settings.locale]
  const named = pileStudents(content)
  const { students, key } = variant.anonymous
    ? anonymised(named, assignment.code, markKey, (n) => fill(words.anonymousName, { n }))
    : { students: named, key: [] }
  const input: BundleInput = {
    school: settings.school,
    locale: settings.locale,
    timezone: settings.timezone,
    className: classLabel(assignment.class),
    code: assignment.code,
    title: assignment.title,
    teacherName: (await findPerson(deps.database.db, assignment.teacher))?.name ?? '',
    dueAt: assignment.dueAt?.toISOString() ?? null,
    madeAt: at.toISOString(),
    part: null,
    addendum: content.isAddendum,
    frontSides: variant.frontSides,
    anonymous: variant.anonymous,
    markKey,
    students: students.map(({ student }) => student),
    words,
  }
  const parts = variant.separate ? await buildSeparate(input, students, assignment, deps) : await buildTogether(input, students, assignment, deps)
  // What rides along might name its author.
  const documents = variant.anonymous ? [] : pileDocuments(content)
  return { parts, pageIds: pages.map((page) => page.id), standings, documents, key }
}

async function contentOf(assignment: Assignment, kind: BundleKind, { onlyNew }: BundleVariant, deps: PartsDeps, at: Date): Promise<PileContent> {
  const { db } = deps.database
  const sent = kind === 'late' || onlyNew ? await bundledPages(db, assignment.code) : new Set<number>()
  return {
    standings: await standingsOf(db, assignment, at),
    pages: (await pagesOf(db, assignment.code)).filter((page) => !sent.has(page.id)),
    sources: new Map((await sourcesOf(db, assignment.code)).map((source) => [source.id, source])),
    returned: new Set((await returnedOf(db, assignment.code)).map(({ student }) => student)),
    blobs: deps.blobs,
    isAddendum: kind === 'late' || sent.size > 0,
  }
}

async function buildTogether(input: BundleInput, students: PileStudent[], assignment: Assignment, deps: PartsDeps): Promise<BundlePart[]> {
  const slices = splitByBytes(students, roomOf(deps.settings))
  const made: BundlePart[] = []
  for (const index of slices.keys()) {
    const part = slices.length > 1 ? { index: index + 1, count: slices.length } : null
    const filename = bundleFileName({ className: assignment.class, code: assignment.code, title: assignment.title, part: part?.index ?? null })
    made.push(await buildOne({ ...input, part, students: studentsIn(index, slices, input.students) }, filename, made.length, deps))
  }
  return made
}

/** The whole class stands on every part's cover; pages lie in the part they were cut to. */
function studentsIn(part: number, slices: StudentSlice<BundleStudent>[][], all: BundleStudent[]): BundleStudent[] {
  return all.map((student) => {
    const here = slices[part]?.find((slice) => slice.student === student)
    if (here) return { ...student, pages: student.pages.slice(here.start, here.end) }
    const elsewhere = slices.findIndex((other) => other.some((slice) => slice.student === student && slice.end > slice.start))
    return { ...student, pages: [], inPart: elsewhere < 0 ? null : elsewhere + 1 }
  })
}

/** A file a pupil, in the order of the pile, without covers: they would name the others. */
async function buildSeparate(input: BundleInput, students: PileStudent[], assignment: Assignment, deps: PartsDeps): Promise<BundlePart[]> {
  const made: BundlePart[] = []
  for (const one of students.filter(({ student }) => student.pages.length > 0)) {
    const slices = splitByBytes([one], roomOf(deps.settings))
    for (const [index, slice] of slices.entries()) {
      const { name, id, pages } = one.student
      const own = pages.slice(slice[0]?.start, slice[0]?.end)
      const about = { name, id, className: assignment.class, code: assignment.code }
      const part = slices.length > 1 ? index + 1 : null
      const filename = freeName(made, studentFileName({ ...about, part }), studentFileName({ ...about, name: `${name} ${id}`, part }))
      made.push(await buildOne({ ...input, cover: false, frontSides: false, students: [{ ...one.student, pages: own }] }, filename, made.length, deps))
    }
  }
  return made
}

/** Two pupils of one name have the roster's ids in their files' names. */
const freeName = (made: BundlePart[], name: string, other: string): string => (made.some((part) => part.filename === name) ? other : name)

async function buildOne(input: BundleInput, filename: string, number: number, { blobs, bundles, temporary }: PartsDeps): Promise<BundlePart> {
  const file = join(temporary, `${input.code}-${number}-${Date.parse(input.madeAt)}.pdf`)
  try {
    const { bytes } = await bundles.build(input, file)
    return { blob: await blobs.putFile(file), filename, bytes }
  } finally {
    await rm(file, { force: true })
  }
}
