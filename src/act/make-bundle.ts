/** Pages become the class's PDF, mailed to the teacher: at deadline + grace, on command, and once more for late work. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleInput, BundlePage, BundleStudent, StudentState } from '../bundle/bundle-input'
import { bundleFileName } from '../bundle/bundle-name'
import type { BundlePool } from '../bundle/bundle-pool'
import { splitByBytes, type StudentSlice } from '../bundle/split-by-bytes'
import { classLabel } from '../school/people'
import type { StudentStanding } from '../school/standing'
import { type Assignment, findAssignment, setBundled } from '../store/assignments'
import type { Blobs } from '../store/blobs'
import { addBundle, bundledPages } from '../store/bundles'
import type { Database, Db, Tx } from '../store/database'
import { newId } from '../store/ids'
import { addJob, type Job } from '../store/jobs'
import { isMailComing } from '../store/mails'
import { findPerson } from '../store/people'
import type { BundleKind } from '../store/schema'
import { type Page, pagesOf, type Source, sourcesOf } from '../store/submissions'
import type { BundleWords } from '../text/bundle-words'
import type { JobResult } from '../work/runner'
import { standingsOf, submittedIn } from './overview'
import type { Patience } from './patience'
import { giveReplyAddress } from './reply-route'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

export interface BundleDeps {
  database: Database
  blobs: Blobs
  bundles: BundlePool
  words: Record<'fr' | 'en', BundleWords>
  markKey: string
  /** Folder for files in the making. */
  temporary: string
  settings: ActSettings
  patience: Patience
  now(): Date
}

export interface BundleJob {
  code: string
  kind: BundleKind
}

/** The bundle waits for what was accepted, ten minutes at most; then it leaves and says what is still being worked on (CONTRACT.md, section 10, Grace). */
export const longestWaitMs = 10 * 60_000
const lookAgainMs = 2000
/** Base64 and headers: what a part may weigh for the mail to stay under the limit (4 characters for 3 octets, CRLF after 76). */
const encodedShare = 0.72

export async function makeBundle(job: Job, deps: BundleDeps): Promise<JobResult> {
  const { code, kind } = job.data as BundleJob
  const { database, now } = deps
  const assignment = await findAssignment(database.db, code)
  if (!assignment || assignment.state === 'cancelled' || (kind === 'first' && assignment.bundledAt !== null)) return { commit: async () => undefined }
  if (kind === 'late' && assignment.state !== 'open') return { commit: async () => undefined }
  const at = now()
  if ((await isSomethingComing(database.db, code, at)) && !deps.patience.isOver(job.id, at)) return { again: new Date(at.getTime() + lookAgainMs) }
  deps.patience.end(job.id)
  const built = await buildParts(assignment, kind, deps, at)
  if (built === null) return { commit: async () => undefined }
  return {
    commit: async (tx) => {
      await addBundle(tx, { id: newId(at), assignment: assignment.code, kind, parts: built.parts, madeAt: at }, built.pageIds)
      if (kind === 'first' || (kind === 'again' && isOver(assignment, deps.settings.graceMs, at))) await setBundled(tx, code, at)
      await mailParts(tx, assignment, kind, built, job, deps, at)
      // What was not ready goes in an addendum as soon as it is.
      if (built.standings.some((standing) => standing.pending > 0))
        await addJob(tx, { kind: 'make-bundle', key: `late:${code}`, data: { code, kind: 'late' }, dueAt: new Date(at.getTime() + longestWaitMs) }, at)
    },
  }
}

/** COPIES before the deadline is a look at what is there: the pile itself still leaves at the deadline. Without a date nothing else makes one. */
const isOver = ({ dueAt }: Assignment, graceMs: number, at: Date): boolean => dueAt === null || dueAt.getTime() + graceMs <= at.getTime()

/** Mail that is accepted and not yet understood, or pages in the making. Mail that was tried long ago waits for something else (DNS, say), and nothing waits for it. */
async function isSomethingComing(db: Db, code: string, at: Date): Promise<boolean> {
  if (await isMailComing(db, at.getTime() - longestWaitMs)) return true
  return (await sourcesOf(db, code)).some((source) => source.state === 'waiting')
}

interface Built {
  parts: { blob: string; filename: string; bytes: number }[]
  pageIds: number[]
  standings: StudentStanding[]
  documents: { blob: string; filename: string; mediaType: string }[]
}

/** Builds the parts of a bundle into blobs. Null: nothing new to send. */
export async function buildParts(
  assignment: Assignment,
  kind: BundleKind,
  deps: Pick<BundleDeps, 'database' | 'blobs' | 'bundles' | 'words' | 'markKey' | 'temporary' | 'settings'>,
  at: Date,
): Promise<Built | null> {
  const { database, blobs, settings } = deps
  const standings = await standingsOf(database.db, assignment, at)
  const sent = kind === 'late' ? await bundledPages(database.db, assignment.code) : new Set<number>()
  const sources = new Map((await sourcesOf(database.db, assignment.code)).map((source) => [source.id, source]))
  const pages = (await pagesOf(database.db, assignment.code)).filter((page) => !sent.has(page.id))
  if (kind === 'late' && pages.length === 0) return null
  const students = standings.map((standing) => ({ student: studentOf(standing, pages, sources, blobs), pageBytes: bytesOf(standing, pages) }))
  const parts = splitByBytes(students, Math.floor(settings.maxOutboundBytes * encodedShare))
  const teacher = await findPerson(database.db, assignment.teacher)
  const locale = localeOf(teacher?.language ?? null, settings)
  const made: Built['parts'] = []
  for (const index of parts.keys()) {
    const input: BundleInput = {
      school: settings.school,
      locale,
      timezone: settings.timezone,
      className: classLabel(assignment.class),
      code: assignment.code,
      title: assignment.title,
      teacherName: teacher?.name ?? '',
      dueAt: assignment.dueAt?.toISOString() ?? null,
      madeAt: at.toISOString(),
      part: parts.length > 1 ? { index: index + 1, count: parts.length } : null,
      addendum: kind === 'late',
      markKey: deps.markKey,
      students: studentsIn(
        index,
        parts,
        students.map(({ student }) => student),
      ),
      words: deps.words[locale],
    }
    made.push(await buildOne(input, assignment, parts.length > 1 ? index + 1 : null, deps))
  }
  const documents = pages.flatMap((page) => documentOf(page, sources, standings))
  return { parts: made, pageIds: pages.map((page) => page.id), standings, documents }
}

async function buildOne(
  input: BundleInput,
  assignment: Assignment,
  part: number | null,
  { blobs, bundles, temporary }: Pick<BundleDeps, 'blobs' | 'bundles' | 'temporary'>,
): Promise<Built['parts'][number]> {
  const file = join(temporary, `${assignment.code}-${part ?? 0}-${Date.parse(input.madeAt)}.pdf`)
  try {
    const { bytes } = await bundles.build(input, file)
    const blob = await blobs.putFile(file)
    return { blob, filename: bundleFileName({ className: assignment.class, code: assignment.code, title: assignment.title, part }), bytes }
  } finally {
    await rm(file, { force: true })
  }
}

function studentOf(standing: StudentStanding, pages: Page[], sources: Map<string, Source>, blobs: Blobs): BundleStudent {
  const own = pages.filter((page) => page.student === standing.id)
  const states: StudentState[] = [standing.standing]
  if (standing.openQuestion && standing.standing !== 'question') states.push('question')
  if (standing.extendedUntil !== null) states.push('extended')
  if (standing.pending > 0) states.push('pending')
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

function bundlePageOf(page: Page, source: Source | undefined, blobs: Blobs): BundlePage {
  if (source?.kind === 'typed') return { id: page.id, kind: 'typed', text: source.text ?? '' }
  if (source?.kind === 'document') return { id: page.id, kind: 'document', filename: source.filename ?? '', text: source.text }
  if (page.blob === null || page.widthPx === null || page.heightPx === null)
    return { id: page.id, kind: 'unreadable', filename: source?.filename ?? '', reason: source?.error ?? 'picture-undecodable' }
  const picture = { id: page.id, kind: 'picture', file: blobs.path(page.blob), widthPx: page.widthPx, heightPx: page.heightPx } as const
  if (source?.mediaType !== 'application/pdf') return picture
  return { ...picture, original: { file: blobs.path(source.blob), index: page.number - 1, turnDegCw: page.rotationDegCw } }
}

/** What each page adds to the file: pictures as they are, other sheets about 10 KB. */
const bytesOf = (standing: StudentStanding, pages: Page[]): number[] => pages.filter((page) => page.student === standing.id).map((page) => page.bytes ?? 10_000)

/** The whole class stands on every part's cover; pages lie in the part they were cut to. */
function studentsIn(part: number, slices: StudentSlice<BundleStudent>[][], all: BundleStudent[]): BundleStudent[] {
  return all.map((student) => {
    const here = slices[part]?.find((slice) => slice.student === student)
    if (here) return { ...student, pages: student.pages.slice(here.start, here.end) }
    const elsewhere = slices.findIndex((other) => other.some((slice) => slice.student === student && slice.end > slice.start))
    return { ...student, pages: [], inPart: elsewhere < 0 ? null : elsewhere + 1 }
  })
}

/** Office documents ride in the mail, named after the pupil (CONTRACT.md, section 10). */
function documentOf(page: Page, sources: Map<string, Source>, standings: StudentStanding[]): Built['documents'] {
  const source = sources.get(page.source)
  if (source?.kind !== 'document') return []
  const name = standings.find((standing) => standing.id === page.student)?.name ?? page.student
  return [{ blob: source.blob, filename: `${name} - ${source.filename ?? 'document'}`, mediaType: source.mediaType }]
}

async function mailParts(tx: Tx, assignment: Assignment, kind: BundleKind, built: Built, job: Job, { settings }: BundleDeps, at: Date): Promise<void> {
  const teacher = await findPerson(tx, assignment.teacher)
  if (!teacher?.email) return
  const token = await giveReplyAddress(tx, { purpose: 'teacher', person: teacher.id, address: teacher.email, assignment: assignment.code }, at)
  const { standings } = built
  const named = (wanted: (standing: StudentStanding) => boolean): string[] => standings.filter(wanted).map((standing) => standing.name)
  const isNew = new Set(built.pageIds)
  const pages = await pagesOf(tx, assignment.code)
  const lateStudents = standings.filter((standing) => pages.some((page) => page.student === standing.id && isNew.has(page.id)))
  for (const [index, part] of built.parts.entries()) {
    const base = {
      cause: `bundle:${job.id}:${index}`,
      to: { name: teacher.name, address: teacher.email },
      person: teacher.id,
      locale: localeOf(teacher.language, settings),
      class: assignment.class,
      assignment: assignment.code,
      token,
      attachments: [
        { blob: part.blob, filename: part.filename, mediaType: 'application/pdf', disposition: 'attachment' as const, cid: null },
        ...(index === 0 ? built.documents.map((document) => ({ ...document, disposition: 'attachment' as const, cid: null })) : []),
      ],
    }
    const about = {
      class: classLabel(assignment.class),
      code: assignment.code,
      title: assignment.title,
      submitted: submittedIn(standings),
      expected: standings.length,
      part: built.parts.length > 1 ? { index: index + 1, count: built.parts.length } : null,
      pending: named((standing) => standing.pending > 0),
    }
    if (kind === 'late')
      await writeLetter(tx, { ...base, template: 'late-work', data: { ...about, students: lateStudents.map((standing) => standing.name) } }, settings, at)
    else
      await writeLetter(
        tx,
        {
          ...base,
          template: 'bundle',
          data: {
            ...about,
            dueAt: assignment.dueAt?.toISOString() ?? null,
            missing: named((standing) => standing.standing === 'missing' || standing.standing === 'open'),
            late: named((standing) => standing.standing === 'late'),
            unreachable: named((standing) => standing.standing === 'unreachable'),
            question: named((standing) => standing.openQuestion),
            absent: named((standing) => standing.standing === 'absent'),
          },
        },
        settings,
        at,
      )
  }
}
