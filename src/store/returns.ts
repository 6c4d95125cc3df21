/** What goes back to pupils: pages that came back and whose they are, typed remarks, and whether the teacher has said to wait. */
import type { AssignmentCode, PersonId } from '../school/people'
import type { Db, Tx } from './database'
import type { ReturnedPageState, ReturnedPageTable } from './schema'

export interface ReturnedPage {
  correction: string
  position: number
  assignment: AssignmentCode
  number: number | null
  pageId: number | null
  student: PersonId | null
  state: ReturnedPageState
  rotationDegCw: number
  thumbnail: string | null
  cleared: boolean
  releasedAt: Date | null
}

/** With the file it stands in. */
export interface ReturnedPageInFile extends ReturnedPage {
  blob: string
  mailId: string
}

const returnedPageOf = (row: ReturnedPageTable & { blob: string; mail_id: string }): ReturnedPageInFile => ({
  correction: row.correction_id,
  position: row.position,
  assignment: row.assignment as AssignmentCode,
  number: row.number,
  pageId: row.page_id,
  student: row.student_id as PersonId | null,
  state: row.state,
  rotationDegCw: row.rotation,
  thumbnail: row.thumbnail,
  cleared: row.cleared === 1,
  releasedAt: row.released_at === null ? null : new Date(row.released_at),
  blob: row.blob,
  mailId: row.mail_id,
})

/** In the order they came: by mail, file, place in it. */
export const returnedPagesOf = async (db: Db, assignment: string): Promise<ReturnedPageInFile[]> =>
  (
    await db
      .selectFrom('returned_page')
      .innerJoin('correction', 'correction.id', 'returned_page.correction_id')
      .selectAll('returned_page')
      .select(['correction.blob', 'correction.mail_id'])
      .where('returned_page.assignment', '=', assignment)
      .orderBy('correction.received_at')
      .orderBy('correction.id')
      .orderBy('position')
      .execute()
  ).map(returnedPageOf)

export async function addReturnedPages(tx: Tx, pages: ReturnedPage[]): Promise<void> {
  for (const page of pages)
    await tx
      .insertInto('returned_page')
      .values({
        correction_id: page.correction,
        position: page.position,
        assignment: page.assignment,
        number: page.number,
        page_id: page.pageId,
        student_id: page.student,
        state: page.state,
        rotation: page.rotationDegCw,
        thumbnail: page.thumbnail,
        cleared: page.cleared ? 1 : 0,
        released_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

/** Whether a file with these bytes was read for this assignment before, in an earlier mail. */
export async function wasReadBefore(db: Db, assignment: string, blob: string, mailId: string): Promise<boolean> {
  const row = await db
    .selectFrom('correction')
    .select('id')
    .where('assignment', '=', assignment)
    .where('blob', '=', blob)
    .where('mail_id', '!=', mailId)
    .where('state', '=', 'done')
    .executeTakeFirst()
  return row !== undefined
}

/** The running number of the next doubtful page: never given twice. */
export async function nextPageNumber(db: Db, assignment: string): Promise<number> {
  const row = await db
    .selectFrom('returned_page')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('assignment', '=', assignment)
    .executeTakeFirst()
  return Number(row?.last ?? 0) + 1
}

/** A doubtful page gets its owner, or none; one that has left already is not called back. */
export async function placeReturnedPage(tx: Tx, assignment: string, number: number, student: PersonId | null): Promise<void> {
  await tx
    .updateTable('returned_page')
    .set({ student_id: student, state: student === null ? 'dropped' : 'given', cleared: 0 })
    .where('assignment', '=', assignment)
    .where('number', '=', number)
    .where('released_at', 'is', null)
    .execute()
}

/** What has an owner may go: of these corrections, or of all. */
export async function clearReturnedPages(tx: Tx, assignment: string, corrections: string[] | null): Promise<void> {
  let query = tx.updateTable('returned_page').set({ cleared: 1 }).where('assignment', '=', assignment).where('state', 'in', ['known', 'given'])
  if (corrections !== null) query = query.where('correction_id', 'in', corrections.length === 0 ? [''] : corrections)
  await query.execute()
}

export async function releaseReturnedPages(tx: Tx, assignment: string, student: string, now: Date): Promise<void> {
  await tx
    .updateTable('returned_page')
    .set({ released_at: now.getTime() })
    .where('assignment', '=', assignment)
    .where('student_id', '=', student)
    .where('cleared', '=', 1)
    .where('released_at', 'is', null)
    .execute()
}

export interface StoredRemark {
  student: PersonId
  mark: string | null
  words: string
  cleared: boolean
  releasedAt: Date | null
}

export const remarksOf = async (db: Db, assignment: string): Promise<StoredRemark[]> =>
  (await db.selectFrom('remark').selectAll().where('assignment', '=', assignment).orderBy('student_id').execute()).map((row) => ({
    student: row.student_id as PersonId,
    mark: row.mark,
    words: row.words,
    cleared: row.cleared === 1,
    releasedAt: row.released_at === null ? null : new Date(row.released_at),
  }))

/** The newest word about a pupil's work takes the place of what was said before. */
export async function saveRemark(
  tx: Tx,
  remark: { assignment: string; student: PersonId; mark: string | null; words: string; mailId: string },
  now: Date,
): Promise<void> {
  const row = { mark: remark.mark, words: remark.words, mail_id: remark.mailId, written_at: now.getTime(), cleared: 0, released_at: null }
  await tx
    .insertInto('remark')
    .values({ assignment: remark.assignment, student_id: remark.student, ...row })
    .onConflict((conflict) => conflict.columns(['assignment', 'student_id']).doUpdateSet(row))
    .execute()
}

/** What was typed may go: about these students, or all. */
export async function clearRemarks(tx: Tx, assignment: string, students: string[] | null): Promise<void> {
  let query = tx.updateTable('remark').set({ cleared: 1 }).where('assignment', '=', assignment)
  if (students !== null) query = query.where('student_id', 'in', students.length === 0 ? [''] : students)
  await query.execute()
}

export async function releaseRemark(tx: Tx, assignment: string, student: string, now: Date): Promise<void> {
  await tx
    .updateTable('remark')
    .set({ released_at: now.getTime() })
    .where('assignment', '=', assignment)
    .where('student_id', '=', student)
    .where('released_at', 'is', null)
    .execute()
}

export const isOnHold = async (db: Db, assignment: string): Promise<boolean> =>
  (await db.selectFrom('return_hold').select('assignment').where('assignment', '=', assignment).executeTakeFirst()) !== undefined

export async function holdReturns(tx: Tx, assignment: string, now: Date): Promise<void> {
  await tx
    .insertInto('return_hold')
    .values({ assignment, at: now.getTime() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function endHold(tx: Tx, assignment: string): Promise<void> {
  await tx.deleteFrom('return_hold').where('assignment', '=', assignment).execute()
}
