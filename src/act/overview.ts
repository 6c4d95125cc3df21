/** Gathers where each student of an assignment stands, in roster order. Reads only. */
import { deliveryOf, type StudentStanding, standingOf } from '../school/standing'
import type { Assignment } from '../store/assignments'
import type { Db } from '../store/database'
import { membersOf } from '../store/people'
import { questionsOf } from '../store/questions'
import { copiesOf } from '../store/reply-addresses'
import { pagesOf, sourcesOf, submissionsOf } from '../store/submissions'

/** Students the assignment is for. Who left the class after handing in still stands there. */
export async function standingsOf(db: Db, assignment: Assignment, now: Date): Promise<StudentStanding[]> {
  const { code, onlyStudents } = assignment
  const [members, copies, submissions, sources, pages, questions] = await Promise.all([
    membersOf(db, assignment.class),
    copiesOf(db, code),
    submissionsOf(db, code),
    sourcesOf(db, code),
    pagesOf(db, code),
    questionsOf(db, code),
  ])
  return members
    .filter((member) => member.role === 'student' && (onlyStudents === null || onlyStudents.includes(member.person)))
    .map((student): StudentStanding => {
      const mine = <T extends { student: string }>(rows: T[]): T[] => rows.filter((row) => row.student === student.person)
      const submission = mine(submissions)[0]
      const ownSources = mine(sources)
      const delivery = assignment.state === 'waiting' ? 'waiting' : deliveryOf(mine(copies))
      const openQuestion = mine(questions).some((question) => question.answeredAt === null)
      const clues = {
        sources: ownSources.length,
        late: submission?.late ?? false,
        excused: submission?.excused ?? false,
        absent: submission?.absent ?? false,
        openQuestion,
        delivery,
        dueAt: submission?.dueAt ?? assignment.dueAt,
      }
      return {
        id: student.person,
        name: student.name,
        standing: standingOf(clues, now),
        pages: mine(pages).length,
        submittedAt: submission?.firstAt ?? null,
        postmarkAt: submission?.postmarkAt ?? null,
        late: clues.late,
        openQuestion,
        extendedUntil: submission?.dueAt ?? null,
        delivery,
        pending: ownSources.filter((source) => source.state === 'waiting').length,
      }
    })
}

export const submittedIn = (standings: StudentStanding[]): number =>
  standings.filter((student) => student.standing === 'submitted' || student.standing === 'late').length
