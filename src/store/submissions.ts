/** What students handed in: the submission, the sources that came for it, and the pages made from them. */
import { inTheirPlaces } from '../school/page-places'
import type { AssignmentCode, PersonId } from '../school/people'
import type { Db, Tx } from './database'
import type { PageTable, SourceKind, SourceState, SourceTable, SubmissionTable } from './schema'

export interface Submission {
  assignment: AssignmentCode
  student: PersonId
  firstAt: Date | null
  lastAt: Date | null
  postmarkAt: Date | null
  late: boolean
  excused: boolean
  absent: boolean
  dueAt: Date | null
}

const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at))

const submissionOf = (row: SubmissionTable): Submission => ({
  assignment: row.assignment as AssignmentCode,
  student: row.student_id as PersonId,
  firstAt: dateOf(row.first_at),
  lastAt: dateOf(row.last_at),
  postmarkAt: dateOf(row.postmark_at),
  late: row.late === 1,
  excused: row.excused === 1,
  absent: row.absent === 1,
  dueAt: dateOf(row.due_at),
})

export async function findSubmission(db: Db, assignment: string, student: string): Promise<Submission | null> {
  const row = await db.selectFrom('submission').selectAll().where('assignment', '=', assignment).where('student_id', '=', student).executeTakeFirst()
  return row ? submissionOf(row) : null
}

export const submissionsOf = async (db: Db, assignment: string): Promise<Submission[]> =>
  (await db.selectFrom('submission').selectAll().where('assignment', '=', assignment).execute()).map(submissionOf)

/** Writes the whole row; one a student and assignment. */
export async function saveSubmission(tx: Tx, submission: Submission): Promise<void> {
  const row = {
    first_at: submission.firstAt?.getTime() ?? null,
    last_at: submission.lastAt?.getTime() ?? null,
    postmark_at: submission.postmarkAt?.getTime() ?? null,
    late: submission.late ? 1 : 0,
    excused: submission.excused ? 1 : 0,
    absent: submission.absent ? 1 : 0,
    due_at: submission.dueAt?.getTime() ?? null,
  }
  await tx
    .insertInto('submission')
    .values({ assignment: submission.assignment, student_id: submission.student, ...row })
    .onConflict((conflict) => conflict.columns(['assignment', 'student_id']).doUpdateSet(row))
    .execute()
}

export interface Source {
  id: string
  assignment: AssignmentCode
  student: PersonId
  mailId: string
  kind: SourceKind
  blob: string
  filename: string | null
  mediaType: string
  text: string | null
  receivedAt: Date
  position: number
  state: SourceState
  error: string | null
  /** Page (its id) that this one came in place of; it stays where this one cannot be read. */
  replaces: number | null
  /** "Page 2", said beside it. */
  saidPage: number | null
}

const sourceOf = (row: SourceTable): Source => ({
  id: row.id,
  assignment: row.assignment as AssignmentCode,
  student: row.student_id as PersonId,
  mailId: row.mail_id,
  kind: row.kind,
  blob: row.blob,
  filename: row.filename,
  mediaType: row.media_type,
  text: row.text,
  receivedAt: new Date(row.received_at),
  position: row.position,
  state: row.state,
  error: row.error,
  replaces: row.replaces,
  saidPage: row.said_page,
})

/** False when the same bytes came before for this submission: the same picture twice is one page. */
export async function addSource(tx: Tx, source: Source): Promise<boolean> {
  const result = await tx
    .insertInto('source')
    .values({
      id: source.id,
      assignment: source.assignment,
      student_id: source.student,
      mail_id: source.mailId,
      kind: source.kind,
      blob: source.blob,
      filename: source.filename,
      media_type: source.mediaType,
      text: source.text,
      received_at: source.receivedAt.getTime(),
      position: source.position,
      state: source.state,
      error: source.error,
      replaces: source.replaces,
      said_page: source.saidPage,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function findSource(db: Db, id: string): Promise<Source | null> {
  const row = await db.selectFrom('source').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? sourceOf(row) : null
}

/** In page order: by mail, then by place in it. */
export const sourcesOf = async (db: Db, assignment: string, student?: string): Promise<Source[]> => {
  let query = db.selectFrom('source').selectAll().where('assignment', '=', assignment)
  if (student !== undefined) query = query.where('student_id', '=', student)
  return (await query.orderBy('received_at').orderBy('mail_id').orderBy('position').execute()).map(sourceOf)
}

/** waiting → done or failed; false when it was settled before. */
export async function settleSource(tx: Tx, id: string, state: 'done' | 'failed', error: string | null): Promise<boolean> {
  const result = await tx.updateTable('source').set({ state, error }).where('id', '=', id).where('state', '=', 'waiting').executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export interface Page {
  id: number
  source: string
  assignment: AssignmentCode
  student: PersonId
  number: number
  blob: string | null
  /** Blob of a small JPEG of the page, for mails. */
  thumbnail: string | null
  widthPx: number | null
  heightPx: number | null
  rotationDegCw: number
  /** It may lie or stand on its head. */
  isTurnDoubtful: boolean
  verdict: string
  sharpness: number | null
  exposure: number | null
  bytes: number | null
  /** Base64; null where there is nothing to compare. */
  fingerprint: string | null
  /** Id of the page that shows the same sheet better: then this one is left out. */
  copyOf: number | null
}

const pageOf = (row: Omit<PageTable, 'id'> & { id: number }): Page => ({
  id: row.id,
  source: row.source_id,
  assignment: row.assignment as AssignmentCode,
  student: row.student_id as PersonId,
  number: row.number,
  blob: row.blob,
  thumbnail: row.thumbnail,
  widthPx: row.width,
  heightPx: row.height,
  rotationDegCw: row.rotation,
  isTurnDoubtful: row.turn_doubtful === 1,
  verdict: row.verdict,
  sharpness: row.sharpness,
  exposure: row.exposure,
  bytes: row.bytes,
  fingerprint: row.fingerprint,
  copyOf: row.copy_of,
})

export async function addPage(tx: Tx, page: Omit<Page, 'id'>): Promise<void> {
  await tx
    .insertInto('page')
    .values({
      source_id: page.source,
      assignment: page.assignment,
      student_id: page.student,
      number: page.number,
      blob: page.blob,
      thumbnail: page.thumbnail,
      width: page.widthPx,
      height: page.heightPx,
      rotation: page.rotationDegCw,
      turn_doubtful: page.isTurnDoubtful ? 1 : 0,
      verdict: page.verdict,
      sharpness: page.sharpness,
      exposure: page.exposure,
      bytes: page.bytes,
      fingerprint: page.fingerprint,
      copy_of: page.copyOf,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Pages of an assignment, in page order within each student; one that came in place of another, or shows it better, has its place. */
export async function pagesOf(db: Db, assignment: string, student?: string): Promise<Page[]> {
  let query = db
    .selectFrom('page')
    .innerJoin('source', 'source.id', 'page.source_id')
    .selectAll('page')
    .select(['source.replaces as source_replaces', 'source.state as source_state', 'source.said_page'])
    .where('page.assignment', '=', assignment)
  if (student !== undefined) query = query.where('page.student_id', '=', student)
  const rows = await query.orderBy('received_at').orderBy('source.mail_id').orderBy('position').orderBy('number').execute()
  const byStudent = new Map<string, typeof rows>()
  for (const row of rows) byStudent.set(row.student_id, [...(byStudent.get(row.student_id) ?? []), row])
  return [...byStudent.values()].flatMap((own) =>
    inTheirPlaces(
      own.map((row) => ({
        page: pageOf(row),
        id: row.id,
        source: row.source_id,
        // What cannot be read takes nobody's place.
        replaces: row.source_state === 'done' ? row.source_replaces : null,
        said: row.said_page,
        copyOf: row.copy_of,
      })),
    ),
  )
}

/** Every page of a student that was ever made, oldest first. */
export const pagesAndCopiesOf = async (db: Db, assignment: string, student: string): Promise<Page[]> =>
  (await db.selectFrom('page').selectAll().where('assignment', '=', assignment).where('student_id', '=', student).orderBy('id').execute()).map(pageOf)

export async function setCopyOf(tx: Tx, id: number, better: number): Promise<void> {
  await tx.updateTable('page').set({ copy_of: better }).where('id', '=', id).execute()
}

export const findPage = async (db: Db, id: number): Promise<Page | null> => {
  const row = await db.selectFrom('page').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? pageOf(row) : null
}
