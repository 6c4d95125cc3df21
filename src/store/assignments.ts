/** Assignments and their files: waiting → open → closed (and back); waiting or open → cancelled. */
import type { AssignmentCode, ClassName, PersonId } from '../school/people'
import type { Db, Tx } from './database'
import type { AssignmentState, AssignmentTable } from './schema'

export interface Assignment {
  code: AssignmentCode
  class: ClassName
  teacher: PersonId
  mailId: string
  title: string
  body: string
  dueAt: Date | null
  duePhrase: string | null
  state: AssignmentState
  createdAt: Date
  leaveAt: Date
  /** Null: the whole class. */
  onlyStudents: PersonId[] | null
  sequence: number
  bundledAt: Date | null
}

export interface AssignmentFile {
  blob: string
  filename: string
  mediaType: string
  bytes: number
}

const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at))

const assignmentOf = (row: AssignmentTable): Assignment => ({
  code: row.code as AssignmentCode,
  class: row.class as ClassName,
  teacher: row.teacher_id as PersonId,
  mailId: row.mail_id,
  title: row.title,
  body: row.body,
  dueAt: dateOf(row.due_at),
  duePhrase: row.due_phrase,
  state: row.state,
  createdAt: new Date(row.created_at),
  leaveAt: new Date(row.leave_at),
  onlyStudents: row.only_students === null ? null : (JSON.parse(row.only_students) as PersonId[]),
  sequence: row.sequence,
  bundledAt: dateOf(row.bundled_at),
})

export async function addAssignment(tx: Tx, assignment: Omit<Assignment, 'sequence' | 'bundledAt'>, files: AssignmentFile[]): Promise<void> {
  await tx
    .insertInto('assignment')
    .values({
      code: assignment.code,
      class: assignment.class,
      teacher_id: assignment.teacher,
      mail_id: assignment.mailId,
      title: assignment.title,
      body: assignment.body,
      due_at: assignment.dueAt?.getTime() ?? null,
      due_phrase: assignment.duePhrase,
      state: assignment.state,
      created_at: assignment.createdAt.getTime(),
      leave_at: assignment.leaveAt.getTime(),
      only_students: assignment.onlyStudents === null ? null : JSON.stringify(assignment.onlyStudents),
      sequence: 0,
      bundled_at: null,
    })
    .execute()
  for (const [position, file] of files.entries())
    await tx
      .insertInto('assignment_file')
      .values({ assignment: assignment.code, position, blob: file.blob, filename: file.filename, media_type: file.mediaType, bytes: file.bytes })
      .execute()
}

export async function findAssignment(db: Db, code: string): Promise<Assignment | null> {
  const row = await db.selectFrom('assignment').selectAll().where('code', '=', code).executeTakeFirst()
  return row ? assignmentOf(row) : null
}

/** Newest first. */
export const listAssignments = async (db: Db): Promise<Assignment[]> =>
  (await db.selectFrom('assignment').selectAll().orderBy('created_at', 'desc').execute()).map(assignmentOf)

export const assignmentsOfClass = async (db: Db, name: string, states: AssignmentState[]): Promise<Assignment[]> =>
  (await db.selectFrom('assignment').selectAll().where('class', '=', name).where('state', 'in', states).orderBy('created_at', 'desc').execute()).map(
    assignmentOf,
  )

export const assignmentOfMail = async (db: Db, mailId: string, name: string): Promise<Assignment | null> => {
  const row = await db.selectFrom('assignment').selectAll().where('mail_id', '=', mailId).where('class', '=', name).executeTakeFirst()
  return row ? assignmentOf(row) : null
}

export const filesOf = async (db: Db, code: string): Promise<AssignmentFile[]> =>
  (await db.selectFrom('assignment_file').selectAll().where('assignment', '=', code).orderBy('position').execute()).map((row) => ({
    blob: row.blob,
    filename: row.filename,
    mediaType: row.media_type,
    bytes: row.bytes,
  }))

/** One allowed move; false when the assignment was in none of the `from` states. */
export async function moveAssignment(tx: Tx, code: string, from: AssignmentState[], to: AssignmentState): Promise<boolean> {
  const result = await tx.updateTable('assignment').set({ state: to }).where('code', '=', code).where('state', 'in', from).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** A new date raises SEQUENCE, so that calendars take the new entry for the old one. */
export async function setDue(tx: Tx, code: string, dueAt: Date): Promise<void> {
  await tx
    .updateTable('assignment')
    .set((eb) => ({ due_at: dueAt.getTime(), sequence: eb('sequence', '+', 1) }))
    .where('code', '=', code)
    .execute()
}

export const setBundled = async (tx: Tx, code: string, now: Date): Promise<void> => {
  await tx.updateTable('assignment').set({ bundled_at: now.getTime() }).where('code', '=', code).execute()
}
