/** Pages become the class's PDF, mailed to the teacher: at deadline + grace, on command, and once more for late work. */
import type { PersonId } from '../school/people'
import { type Assignment, findAssignment, setBundled } from '../store/assignments'
import { addBundle } from '../store/bundles'
import type { Db } from '../store/database'
import { newId } from '../store/ids'
import { addJob, type Job } from '../store/jobs'
import { isMailComing } from '../store/mails'
import type { BundleKind } from '../store/schema'
import { sourcesOf } from '../store/submissions'
import { type BundleVariant, plainBundle } from '../understand/bundle-variant'
import type { JobResult } from '../work/runner'
import { buildParts, type PartsDeps } from './build-parts'
import { mailBundle, mailNothing } from './mail-bundle'
import type { Patience } from './patience'

export interface BundleDeps extends PartsDeps {
  patience: Patience
  now(): Date
}

export interface BundleJob {
  code: string
  kind: BundleKind
  /** Of a command: what was asked for, by whom, in which mail. */
  variant?: BundleVariant
  to?: PersonId
  inReplyTo?: string | null
}

/** The bundle waits for what was accepted, ten minutes at most; then it leaves and says what is still being worked on (CONTRACT.md, section 10, Grace). */
export const longestWaitMs = 10 * 60_000
const lookAgainMs = 2000

export async function makeBundle(job: Job, deps: BundleDeps): Promise<JobResult> {
  const { code, kind, variant = plainBundle, to, inReplyTo = null } = job.data as BundleJob
  const { database, settings, now } = deps
  const assignment = await findAssignment(database.db, code)
  if (!assignment || assignment.state === 'cancelled' || (kind === 'first' && assignment.bundledAt !== null)) return { commit: async () => undefined }
  if (kind === 'late' && assignment.state !== 'open') return { commit: async () => undefined }
  const at = now()
  if ((await isSomethingComing(database.db, code, at)) && !deps.patience.isOver(job.id, at)) return { again: new Date(at.getTime() + lookAgainMs) }
  deps.patience.end(job.id)
  const mail = { assignment, kind, variant, to: to ?? assignment.teacher, inReplyTo, cause: `bundle:${job.id}` }
  const built = await buildParts(assignment, kind, deps, at, variant)
  if (built === null)
    return {
      commit: async (tx) => {
        if (to !== undefined) await mailNothing(tx, mail, settings, at)
      },
    }
  return {
    commit: async (tx) => {
      await addBundle(tx, { id: newId(at), assignment: assignment.code, kind, parts: built.parts, madeAt: at }, built.pageIds)
      if (kind === 'first' || (kind === 'again' && isWhole(variant) && isOver(assignment, settings.graceMs, at))) await setBundled(tx, code, at)
      await mailBundle(tx, mail, built, settings, at)
      // What was not ready goes in an addendum as soon as it is.
      if (built.standings.some((standing) => standing.pending > 0))
        await addJob(tx, { kind: 'make-bundle', key: `late:${code}`, data: { code, kind: 'late' }, dueAt: new Date(at.getTime() + longestWaitMs) }, at)
    },
  }
}

/** Every copy under its name: it can stand for the bundle of the deadline. */
const isWhole = ({ anonymous, onlyNew }: BundleVariant): boolean => !(anonymous || onlyNew)

/** COPIES before the deadline is a look at what is there: the pile itself still leaves at the deadline. Without a date nothing else makes one. */
const isOver = ({ dueAt }: Assignment, graceMs: number, at: Date): boolean => dueAt === null || dueAt.getTime() + graceMs <= at.getTime()

/** Mail that is accepted and not yet understood, or pages in the making. Mail that was tried long ago waits for something else (DNS, say), and nothing waits for it. */
async function isSomethingComing(db: Db, code: string, at: Date): Promise<boolean> {
  if (await isMailComing(db, at.getTime() - longestWaitMs)) return true
  return (await sourcesOf(db, code)).some((source) => source.state === 'waiting')
}
