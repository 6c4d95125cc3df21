/** Pupils' questions to the teacher, open until answered; and the notices that are sent at most once a day. */
import type { AssignmentCode, PersonId } from '../school/people'
import type { Db, Tx } from './database'
import type { QuestionTable } from './schema'

export interface Question {
  id: string
  assignment: AssignmentCode
  student: PersonId
  /** Reply token of the pupil's side: the answer goes there. */
  studentToken: string | null
  mailId: string
  text: string
  askedAt: Date
  answeredAt: Date | null
}

const questionOf = (row: QuestionTable): Question => ({
  id: row.id,
  assignment: row.assignment as AssignmentCode,
  student: row.student_id as PersonId,
  studentToken: row.student_token,
  mailId: row.mail_id,
  text: row.text,
  askedAt: new Date(row.asked_at),
  answeredAt: row.answered_at === null ? null : new Date(row.answered_at),
})

export async function addQuestion(tx: Tx, question: Omit<Question, 'answeredAt'>): Promise<void> {
  await tx
    .insertInto('question')
    .values({
      id: question.id,
      assignment: question.assignment,
      student_id: question.student,
      student_token: question.studentToken,
      mail_id: question.mailId,
      text: question.text,
      asked_at: question.askedAt.getTime(),
      answered_at: null,
    })
    .execute()
}

export async function findQuestion(db: Db, id: string): Promise<Question | null> {
  const row = await db.selectFrom('question').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? questionOf(row) : null
}

export const questionsOf = async (db: Db, assignment: string): Promise<Question[]> =>
  (await db.selectFrom('question').selectAll().where('assignment', '=', assignment).orderBy('asked_at').execute()).map(questionOf)

export const answerQuestion = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await tx.updateTable('question').set({ answered_at: now.getTime() }).where('id', '=', id).execute()
}

/** True the first time this key is noted: at most one notice an address, kind and day. */
export async function noteOnce(tx: Tx, key: string, now: Date): Promise<boolean> {
  const result = await tx
    .insertInto('notice')
    .values({ key, at: now.getTime() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** How many notices whose key begins so there are. */
export const countNotices = async (db: Db, prefix: string): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('notice')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('key', '>=', prefix)
        .where('key', '<', `${prefix}\uffff`)
        .executeTakeFirstOrThrow()
    ).count,
  )
