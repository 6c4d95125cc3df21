/** Turns a message's clues into what the roster and the store know about them. Reads, never writes. */
import { createHash } from 'node:crypto'
import { addressOf, type PersonId } from '../school/people'
import { assignmentsOfClass, findAssignment } from '../store/assignments'
import type { Db } from '../store/database'
import { membershipsOf, peopleAt, wardsOf } from '../store/people'
import { replyAddressOfMessage } from '../store/reply-addresses'
import { findSubmission } from '../store/submissions'
import type { Author, Facts, KnownAssignment, ReplyContext, Target, Task } from '../understand/facts'
import type { Reading } from '../understand/reading'
import { contextOf, findTarget } from './which-recipient'

/** Everybody in the roster at this address, with what they are. */
export async function authorsAt(db: Db, from: string | null): Promise<Author[]> {
  const address = addressOf(from)
  if (address === null) return []
  const authors: Author[] = []
  for (const person of await peopleAt(db, address)) {
    const memberships = await membershipsOf(db, person.id)
    const wards = (await wardsOf(db, person.id)).filter((ward) => ward.right !== 'none')
    authors.push({
      person: person.id,
      teaches: memberships.filter((membership) => membership.role === 'teacher').map((membership) => membership.class),
      studies: memberships.filter((membership) => membership.role === 'student').map((membership) => membership.class),
      wards: wards.map((ward) => ward.student),
    })
  }
  return authors
}

/** The recipients that are ours. A reply token in the header counts where the envelope shows none: some forwarders rewrite the envelope to the class. */
export async function targetsOf(db: Db, recipients: string[], headerToken: string | null, domain: string): Promise<Target[]> {
  const targets: Target[] = []
  for (const recipient of recipients) {
    const target = await findTarget(db, recipient, domain)
    if (target && !targets.some((other) => JSON.stringify(other) === JSON.stringify(target))) targets.push(target)
  }
  if (headerToken !== null && !targets.some((target) => target.kind === 'reply' || target.kind === 'bounce')) {
    const hidden = await findTarget(db, `r-${headerToken}@${domain}`, domain)
    if (hidden) return [hidden, ...targets.filter((target) => target.kind !== 'class')]
  }
  // An answer to all is one answer: what it says to the class beside our reply address is the same.
  return targets.some((target) => target.kind === 'reply') ? targets.filter((target) => target.kind !== 'class') : targets
}

/** The newest mail of ours that this one answers. */
export async function threadOf(db: Db, ids: string[]): Promise<ReplyContext | null> {
  for (const id of ids.slice(0, 20)) {
    const reply = await replyAddressOfMessage(db, id)
    if (reply) return contextOf(reply)
  }
  return null
}

/** Facts for one target. `believed` and `seenBefore` come from outside: they need DNS and a transaction. */
export async function gatherFacts(
  db: Db,
  reading: Reading,
  target: Target,
  authors: Author[],
  believed: Facts['believed'],
  seenBefore: boolean,
): Promise<Facts> {
  const thread = await threadOf(db, reading.threadIds)
  const assignments = await assignmentsNamed(db, reading, target, thread)
  return { target, authors, believed, thread, assignments, tasks: await openTasks(db, authors, assignments), seenBefore }
}

async function assignmentsNamed(db: Db, reading: Reading, target: Target, thread: ReplyContext | null): Promise<KnownAssignment[]> {
  const codes = [
    target.kind === 'reply' ? target.reply.assignment : null,
    thread?.assignment ?? null,
    reading.codeInSubject,
    ...reading.pages.map((file) => /_([2-9A-HJ-KM-NP-Z]{4})_/.exec(file.filename ?? '')?.[1] ?? null),
  ]
  const known = new Map<string, KnownAssignment>()
  for (const code of codes) {
    const found = code === null ? null : await findAssignment(db, code)
    if (found) known.set(found.code, found)
  }
  if (target.kind === 'class') for (const found of await assignmentsOfClass(db, target.class, ['waiting', 'open', 'closed'])) known.set(found.code, found)
  return [...known.values()].map((assignment) => ({ code: assignment.code, class: assignment.class, teacher: assignment.teacher, state: assignment.state }))
}

/** Open assignments of the authors' classes, and of their children's; what a student has been excused from is none. Adds each to `assignments`. */
async function openTasks(db: Db, authors: Author[], assignments: KnownAssignment[]): Promise<Task[]> {
  const tasks: Task[] = []
  for (const student of studentsOf(authors)) {
    for (const membership of await membershipsOf(db, student)) {
      if (membership.role !== 'student') continue
      for (const assignment of await assignmentsOfClass(db, membership.class, ['open'])) {
        if (assignment.onlyStudents !== null && !assignment.onlyStudents.includes(student)) continue
        if ((await findSubmission(db, assignment.code, student))?.excused) continue
        tasks.push({ assignment: assignment.code, student })
        if (!assignments.some((known) => known.code === assignment.code)) assignments.push(assignment)
      }
    }
  }
  return tasks
}

const studentsOf = (authors: Author[]): PersonId[] => [
  ...new Set(authors.flatMap((author) => [...(author.studies.length > 0 ? [author.person] : []), ...author.wards])),
]

/**
 * What makes a message the same message: its Message-ID, what it says and holds, and for whom; not its trace headers, which differ each time it is delivered.
 * Two answers without a Message-ID and with the same content are one.
 */
export function contentKeyOf(reading: Reading, target: Target): string {
  const hash = createHash('sha256')
  const forWhom =
    target.kind === 'class'
      ? `${target.class}+${target.group ?? ''}`
      : target.kind === 'reply'
        ? target.reply.token
        : target.kind === 'bounce'
          ? target.token
          : target.kind
  for (const part of [reading.messageId ?? '', reading.from?.address ?? '', reading.subject, reading.text, reading.quoted, forWhom])
    hash.update(part).update('\0')
  for (const file of [...reading.pages, ...reading.documents]) hash.update(file.sha256)
  return hash.digest('hex')
}
