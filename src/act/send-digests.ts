/** Parents' digests: per child what is due, handed in, missing, and what came back corrected; nothing where there is nothing. */
import { dayIn, nextAt } from '../school/calendar'
import { type Address, classLabel, type PersonId } from '../school/people'
import { leavesAt } from '../school/quiet-time'
import { assignmentsOfClass, type Assignment } from '../store/assignments'
import { returnedOf } from '../store/bundles'
import type { Db, Tx } from '../store/database'
import { addJob, type Job } from '../store/jobs'
import { type ActiveGuardian, digestReaders, findPerson, membershipsOf } from '../store/people'
import { replyAddressFor } from '../store/reply-addresses'
import type { JobResult } from '../work/runner'
import { standingsOf } from './overview'
import { giveReplyAddress } from './reply-route'
import type { ActSettings } from './settings'
import { localeOf, writeLetter } from './write-letter'
import type { DigestChild } from '../text/mails'

const weekMs = 7 * 86_400_000

export interface Digest {
  guardian: { person: PersonId; name: string; address: Address; language: string | null }
  children: DigestChild[]
}

/** Digests that have something to say at that time, one a guardian, children in roster order. */
export async function digestsAt(db: Db, now: Date): Promise<Digest[]> {
  const guardians = new Map<PersonId, ActiveGuardian[]>()
  for (const ward of await digestReaders(db)) guardians.set(ward.guardian, [...(guardians.get(ward.guardian) ?? []), ward])
  const digests: Digest[] = []
  for (const [person, wards] of guardians) {
    const children = (await Promise.all(wards.map((ward) => childOf(db, ward.student, now)))).filter((child): child is DigestChild => child !== null)
    const [first] = wards
    if (children.length > 0 && first?.email) digests.push({ guardian: { person, name: first.name, address: first.email, language: first.language }, children })
  }
  return digests
}

async function childOf(db: Db, student: PersonId, now: Date): Promise<DigestChild | null> {
  const person = await findPerson(db, student)
  if (!person) return null
  const child: DigestChild = { name: person.name, due: [], submitted: [], missing: [], returned: [] }
  for (const membership of await membershipsOf(db, student)) {
    if (membership.role !== 'student') continue
    for (const assignment of await assignmentsOfClass(db, membership.class, ['open', 'closed'])) await addAssignmentTo(child, db, assignment, student, now)
  }
  return child.due.length + child.submitted.length + child.missing.length + child.returned.length > 0 ? child : null
}

async function addAssignmentTo(child: DigestChild, db: Db, assignment: Assignment, student: PersonId, now: Date): Promise<void> {
  const standing = (await standingsOf(db, assignment, now)).find((one) => one.id === student)
  if (!standing) return
  const since = now.getTime() - weekMs
  const isOver = assignment.dueAt !== null && assignment.dueAt <= now
  const shown = {
    title: assignment.title,
    class: classLabel(assignment.class),
    code: assignment.code,
    dueAt: (standing.extendedUntil ?? assignment.dueAt)?.toISOString() ?? null,
  }
  const returned = (await returnedOf(db, assignment.code)).filter((one) => one.student === student && one.returnedAt.getTime() > since)
  if (returned.length > 0) child.returned.push({ ...shown, at: returned[0]?.returnedAt.toISOString() ?? null, pages: null, late: false })
  else if (standing.submittedAt && standing.submittedAt.getTime() > since)
    child.submitted.push({ ...shown, at: standing.submittedAt.toISOString(), pages: standing.pages, late: standing.late })
  // Who could not be reached by mail has the task all the same: here the family learns of it.
  else if ((standing.standing === 'missing' || (standing.standing === 'unreachable' && isOver)) && assignment.dueAt && assignment.dueAt.getTime() > since)
    child.missing.push({ ...shown, at: null, pages: null, late: false })
  else if (
    ['open', 'question', 'unreachable'].includes(standing.standing) &&
    assignment.state === 'open' &&
    (assignment.dueAt === null ? assignment.createdAt.getTime() > since : !isOver)
  )
    child.due.push({ ...shown, at: null, pages: null, late: false })
}

/** Writes the digests of this day; how many are new. The same day twice writes nothing. */
export async function writeDigests(tx: Tx, digests: Digest[], settings: ActSettings, now: Date): Promise<number> {
  let written = 0
  for (const { guardian, children } of digests) {
    const known = await replyAddressFor(tx, 'guardian', { person: guardian.person, address: guardian.address })
    const token = known?.token ?? (await giveReplyAddress(tx, { purpose: 'guardian', person: guardian.person, address: guardian.address }, now))
    const isNew = await writeLetter(
      tx,
      {
        template: 'digest',
        cause: `digest:${guardian.person}:${dayIn(now, settings.timezone)}`,
        to: { name: guardian.name, address: guardian.address },
        person: guardian.person,
        locale: localeOf(guardian.language, settings),
        class: null,
        token,
        unsubscribe: 'digest',
        data: { guardianName: guardian.name, children },
      },
      settings,
      now,
    )
    if (isNew) written++
  }
  return written
}

/** The scheduled run: this day's digests, and the next run. */
export async function sendDigests(_job: Job, { database, settings, now }: { database: { db: Db }; settings: ActSettings; now(): Date }): Promise<JobResult> {
  const at = now()
  const digests = await digestsAt(database.db, at)
  return {
    commit: async (tx) => {
      await writeDigests(tx, digests, settings, at)
      await scheduleDigests(tx, settings, at)
    },
  }
}

/** Digests that fall into quiet time are written when it ends: one after the holidays, and not one a week of them. */
export function scheduleDigests(tx: Tx, settings: ActSettings, now: Date): Promise<void> {
  const dueAt = leavesAt(nextAt(now, settings.digestAt, settings.digestDays, settings.timezone), settings.quiet, settings.timezone)
  return addJob(tx, { kind: 'send-digests', key: 'digests', data: {}, dueAt }, now)
}
