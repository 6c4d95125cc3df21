/** What became of a copy: the relay's answer and later failure reports. A failed address is replaced by the household's next one, and the teacher learns who was not reached. */
import { classLabel } from '../school/people'
import { findAssignment } from '../store/assignments'
import type { Tx } from '../store/database'
import { addJob, type Job } from '../store/jobs'
import { findPerson, guardiansOf } from '../store/people'
import { outgoingOfMessage } from '../store/outbox'
import { copiesOf, findCopy, settleCopy } from '../store/reply-addresses'
import type { JobResult } from '../work/runner'
import { type Deed, handled, type Outcome } from './deed'
import { nextRecipients } from './recipients'
import { sendCopy } from './send-copies'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'

/** The teacher hears of failures together, not one by one. */
const reportPauseMs = 60_000

/** A report that came back. The VERP address names the copy; without it, the Message-ID it reports on. Nobody is answered. */
export async function bookBounce(token: string | null, { tx, reading, settings, now }: Deed): Promise<Outcome> {
  const { bounce } = reading
  if (!bounce?.permanent || bounce.action !== 'failed') return handled
  const reported = token ?? (bounce.originalMessageId === null ? null : ((await outgoingOfMessage(tx, bounce.originalMessageId))?.token ?? null))
  if (reported !== null) await copyFailed(tx, reported, bounce.status ?? '5.0.0', settings, now)
  return handled
}

export async function copyDelivered(tx: Tx, token: string): Promise<void> {
  await settleCopy(tx, token, 'delivered', null)
}

/** Tries the next address of the household, or the guardians where the student's own mailbox failed; and reports to the teacher. */
export async function copyFailed(tx: Tx, token: string, status: string, settings: ActSettings, now: Date): Promise<void> {
  const copy = await findCopy(tx, token)
  const assignment = copy && (await findAssignment(tx, copy.assignment))
  if (!copy || !assignment || !(await settleCopy(tx, token, 'failed', status))) return
  const student = await findPerson(tx, copy.student)
  if (student && assignment.state === 'open') {
    const guardians = await guardiansOf(tx, [copy.student])
    const tried = new Set((await copiesOf(tx, assignment.code)).filter((other) => other.student === copy.student).map((other) => other.address as string))
    const box = { person: student.id, name: student.name, email: student.email, language: student.language }
    for (const recipient of nextRecipients(box, guardians, { household: copy.household, address: copy.address }, tried))
      await sendCopy(tx, assignment, { person: student.id, name: student.name }, recipient, settings, now)
  }
  await addJob(
    tx,
    {
      kind: 'report-failures',
      key: `failures:${assignment.code}`,
      data: { code: assignment.code, tokens: [token] },
      dueAt: new Date(now.getTime() + reportPauseMs),
    },
    now,
    {
      due: 'earliest',
      merge: (before) => ({ code: assignment.code, tokens: [...(before as { tokens: string[] }).tokens, token] }),
    },
  )
}

/** One note to the teacher about the copies that failed since the last one. */
export const reportFailures = (job: Job, deps: { settings: ActSettings; now(): Date }): Promise<JobResult> =>
  Promise.resolve({
    commit: async (tx) => {
      const { code, tokens } = job.data as { code: string; tokens: string[] }
      const assignment = await findAssignment(tx, code)
      const teacher = assignment && (await findPerson(tx, assignment.teacher))
      if (!assignment || !teacher?.email) return
      const students = []
      const copies = await copiesOf(tx, code)
      for (const token of tokens) {
        const copy = copies.find((one) => one.token === token)
        const student = copy && (await findPerson(tx, copy.student))
        if (copy && student)
          students.push({
            name: student.name,
            status: copy.failure,
            otherReached: copies.some((other) => other.student === copy.student && other.delivery !== 'failed'),
          })
      }
      if (students.length === 0) return
      await writeLetter(
        tx,
        {
          template: 'delivery-failed',
          cause: `failures:${job.id}`,
          to: { name: teacher.name, address: teacher.email },
          person: teacher.id,
          locale: localeOf(teacher.language, deps.settings),
          class: assignment.class,
          assignment: code,
          data: { class: classLabel(assignment.class), code, title: assignment.title, students, office: deps.settings.office },
        },
        deps.settings,
        deps.now(),
      )
    },
  })
