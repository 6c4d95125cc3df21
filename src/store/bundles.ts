/** Bundles that were made, which pages each held, and the corrected copies that came back. */
import type { AssignmentCode, PersonId } from '../school/people'
import type { Db, Tx } from './database'
import type { BundleKind } from './schema'

export interface BundlePart {
  blob: string
  filename: string
  bytes: number
}

export interface Bundle {
  id: string
  assignment: AssignmentCode
  kind: BundleKind
  parts: BundlePart[]
  madeAt: Date
}

export async function addBundle(tx: Tx, bundle: Bundle, pages: number[]): Promise<void> {
  await tx
    .insertInto('bundle')
    .values({ id: bundle.id, assignment: bundle.assignment, kind: bundle.kind, parts: JSON.stringify(bundle.parts), made_at: bundle.madeAt.getTime() })
    .execute()
  for (const page of pages) await tx.insertInto('bundle_page').values({ bundle_id: bundle.id, page_id: page }).execute()
}

/** Ids of the pages that some bundle of this assignment has held. */
export const bundledPages = async (db: Db, assignment: string): Promise<Set<number>> =>
  new Set(
    (
      await db
        .selectFrom('bundle_page')
        .innerJoin('bundle', 'bundle.id', 'bundle_page.bundle_id')
        .select('page_id')
        .where('assignment', '=', assignment)
        .execute()
    ).map((row) => row.page_id),
  )

export interface Correction {
  id: string
  assignment: AssignmentCode
  mailId: string
  blob: string
  receivedAt: Date
}

export async function addCorrection(tx: Tx, correction: Correction): Promise<void> {
  await tx
    .insertInto('correction')
    .values({
      id: correction.id,
      assignment: correction.assignment,
      mail_id: correction.mailId,
      blob: correction.blob,
      state: 'working',
      received_at: correction.receivedAt.getTime(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export const settleCorrection = async (tx: Tx, id: string, state: 'done' | 'failed'): Promise<void> => {
  await tx.updateTable('correction').set({ state }).where('id', '=', id).execute()
}

export interface Returned {
  assignment: AssignmentCode
  student: PersonId
  blob: string
  correction: string
  pages: number
  returnedAt: Date
}

/** False when exactly this corrected copy went back to this student before. */
export async function addReturned(tx: Tx, returned: Returned): Promise<boolean> {
  const result = await tx
    .insertInto('returned')
    .values({
      assignment: returned.assignment,
      student_id: returned.student,
      blob: returned.blob,
      correction_id: returned.correction,
      pages: returned.pages,
      returned_at: returned.returnedAt.getTime(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export const returnedOf = async (db: Db, assignment: string): Promise<{ student: PersonId; returnedAt: Date }[]> =>
  (await db.selectFrom('returned').select(['student_id', 'returned_at']).where('assignment', '=', assignment).execute()).map((row) => ({
    student: row.student_id as PersonId,
    returnedAt: new Date(row.returned_at),
  }))

/** The copy that last went back to this student. */
export const lastReturned = async (db: Db, assignment: string, student: string): Promise<string | null> =>
  (
    await db
      .selectFrom('returned')
      .select('blob')
      .where('assignment', '=', assignment)
      .where('student_id', '=', student)
      .orderBy('returned_at', 'desc')
      .executeTakeFirst()
  )?.blob ?? null
