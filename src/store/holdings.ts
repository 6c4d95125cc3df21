/** Everything the rows hold on a person, for them to read. It reads, and shows no other household's. */
import type { Db } from './database'
import type { OutboxTable } from './schema'

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** What a guardian may see of a child (`right` of the roster); a pupil sees all of the own. */
export type Sight = { as: 'self' } | { as: 'guardian'; guardian: string; household: string }

/** A pupil's work, assignment by assignment. Blobs stand beside the rows that name them. */
export async function workOf(db: Db, student: string, sight: Sight) {
  const submissions = await db.selectFrom('submission').selectAll().where('student_id', '=', student).execute()
  const sources = await db.selectFrom('source').selectAll().where('student_id', '=', student).orderBy('received_at').orderBy('position').execute()
  const pages = await db.selectFrom('page').selectAll().where('student_id', '=', student).orderBy('id').execute()
  const remarks = await db.selectFrom('remark').selectAll().where('student_id', '=', student).where('released_at', 'is not', null).execute()
  const returned = await db.selectFrom('returned').selectAll().where('student_id', '=', student).orderBy('returned_at').execute()
  const questions = await questionsSeen(db, student, sight)
  const copies = await copiesSeen(db, student, sight)
  const codes = [...new Set([...submissions, ...sources, ...questions, ...copies, ...returned, ...remarks].map((row) => row.assignment))].sort()
  return Promise.all(
    codes.map(async (code) => {
      const submission = submissions.find((row) => row.assignment === code)
      const own = sources.filter((row) => row.assignment === code)
      return {
        assignment: await aboutAssignment(db, code),
        submission: submission
          ? {
              firstAt: iso(submission.first_at),
              lastAt: iso(submission.last_at),
              signedAt: iso(submission.postmark_at),
              late: submission.late === 1,
              excused: submission.excused === 1,
              absent: submission.absent === 1,
              dueAt: iso(submission.due_at),
            }
          : null,
        originals: own.map((row) => ({
          kind: row.kind,
          filename: row.filename,
          mediaType: row.media_type,
          text: row.text,
          receivedAt: iso(row.received_at),
          blob: row.blob,
        })),
        pages: pages
          .filter((row) => row.assignment === code)
          .map((row) => ({ width: row.width, height: row.height, verdict: row.verdict, sharpness: row.sharpness, exposure: row.exposure, blob: row.blob })),
        questions: questions
          .filter((row) => row.assignment === code)
          .map((row) => ({ text: row.text, askedAt: iso(row.asked_at), answeredAt: iso(row.answered_at) })),
        copies: copies.filter((row) => row.assignment === code).map((row) => ({ address: row.address, delivery: row.delivery })),
        remarks: remarks.filter((row) => row.assignment === code).map((row) => ({ mark: row.mark, words: row.words, writtenAt: iso(row.written_at) })),
        returned: returned.filter((row) => row.assignment === code).map((row) => ({ pages: row.pages, returnedAt: iso(row.returned_at), blob: row.blob })),
      }
    }),
  )
}

export type Work = Awaited<ReturnType<typeof workOf>>[number]

async function aboutAssignment(db: Db, code: string) {
  const row = await db.selectFrom('assignment').selectAll().where('code', '=', code).executeTakeFirst()
  return { code, class: row?.class ?? null, title: row?.title ?? null, due: iso(row?.due_at ?? null), createdAt: iso(row?.created_at ?? null) }
}

/** A question that another household asked is that household's (THREATS.md, G10). */
async function questionsSeen(db: Db, student: string, sight: Sight) {
  const rows = await db
    .selectFrom('question')
    .leftJoin('reply_address', 'reply_address.token', 'question.student_token')
    .select(['question.assignment', 'question.text', 'asked_at', 'answered_at', 'person_id', 'household'])
    .where('question.student_id', '=', student)
    .orderBy('asked_at')
    .execute()
  return rows.filter((row) => sight.as === 'self' || row.person_id === null || row.person_id === student || row.household === sight.household)
}

async function copiesSeen(db: Db, student: string, sight: Sight) {
  return db
    .selectFrom('copy')
    .select(['assignment', 'address', 'delivery'])
    .where('student_id', '=', student)
    .where('person_id', '=', sight.as === 'self' ? student : sight.guardian)
    .orderBy('assignment')
    .execute()
}

/** Roster rows of a person; of a pupil's guardians only what right they have. */
export async function rosterRowsOf(db: Db, person: string) {
  const memberships = await db.selectFrom('membership').selectAll().where('person_id', '=', person).execute()
  const wards = await db.selectFrom('guardianship').selectAll().where('guardian_id', '=', person).orderBy('position').execute()
  const guardians = await db.selectFrom('guardianship').selectAll().where('student_id', '=', person).orderBy('position').execute()
  const replies = await db.selectFrom('reply_address').selectAll().where('person_id', '=', person).orderBy('created_at').execute()
  const wishes = await db.selectFrom('person').select(['digest_off', 'reminders_off']).where('id', '=', person).executeTakeFirst()
  return {
    digests: wishes?.digest_off !== 1,
    reminders: wishes?.reminders_off !== 1,
    memberships: memberships.map((row) => ({
      class: row.class,
      role: row.role,
      groups: row.groups.split(' ').filter(Boolean),
      subject: row.subject,
      endedAt: iso(row.ended_at),
    })),
    guardians: guardians.map((row) => ({ right: row.access, endedAt: iso(row.ended_at) })),
    wards: wards.map((row) => ({ student: row.student_id, right: row.access, household: row.household, endedAt: iso(row.ended_at) })),
    replyAddresses: replies.map((row) => ({ purpose: row.purpose, address: row.address, assignment: row.assignment, createdAt: iso(row.created_at) })),
  }
}

/** Assignments a teacher posted. */
export const postedBy = async (db: Db, teacher: string) =>
  (await db.selectFrom('assignment').selectAll().where('teacher_id', '=', teacher).orderBy('created_at').execute()).map((row) => ({
    code: row.code,
    class: row.class,
    title: row.title,
    body: row.body,
    due: iso(row.due_at),
    state: row.state,
    createdAt: iso(row.created_at),
  }))

/** Mails received from the person; `address` is null where somebody else has it too: then only what came for reply addresses of theirs. */
export async function receivedFrom(db: Db, person: string, address: string | null) {
  const tokens = new Set((await db.selectFrom('reply_address').select('token').where('person_id', '=', person).execute()).map((row) => row.token))
  const corrections = new Set((await db.selectFrom('correction').select('mail_id').execute()).map((row) => row.mail_id))
  const rows = await db.selectFrom('mail').selectAll().where('blob', 'is not', null).orderBy('received_at').execute()
  return rows
    .filter((row) => {
      const isTo = [...row.recipients.matchAll(/r-([\w-]+)@/giu)].some((match) => tokens.has((match[1] ?? '').toLowerCase()))
      return isTo || (address !== null && (row.author_id === person || row.sender?.toLowerCase() === address))
    })
    .map((row) => ({
      id: row.id,
      receivedAt: new Date(row.received_at),
      state: row.state,
      kind: row.kind,
      blob: row.blob ?? '',
      /** A corrected pile: pages of a whole class. */
      isPile: corrections.has(row.id),
    }))
}

/** Mails of ours to the person whose words are still kept, in order. */
export const mailsTo = (db: Db, person: string): Promise<OutboxTable[]> =>
  db.selectFrom('outbox').selectAll().where('person_id', '=', person).where('mail', '!=', '{}').orderBy('created_at').orderBy('id').execute()

/** Everybody, for striking out others' names. */
export const everybody = (db: Db): Promise<{ id: string; name: string; email: string | null }[]> =>
  db.selectFrom('person').select(['id', 'name', 'email']).orderBy('id').execute()
