/** Retention: received mail, then assignments with pages and bundles, are deleted when their time is over (GDPR: keep little, delete on time). */
import type { Blobs } from '../store/blobs'
import type { Database, Tx } from '../store/database'
import { addJob, type Job } from '../store/jobs'
import { removeUnused, sweepFolder } from '../store/leftovers'
import { forgetAssignmentsBefore, forgetMailBefore, forgetMarksBefore, forgetSentBefore } from '../store/retention'
import type { JobResult } from '../work/runner'
import { nextAt } from '../school/calendar'
import type { ActSettings } from './settings'

export interface ForgetDeps {
  database: Database
  blobs: Blobs
  /** Files in the making, and attachments in wire form. */
  folders: { temporary: string; wire: string }
  settings: ActSettings
  now(): Date
}

const atNight = '03:30'

/** Nothing of ours is in the making for so long. */
const leftoverMs = 86_400_000

/** Rows go first, in one transaction; then the files no row names any more, and what was left half made. */
export async function forgetOld(_job: Job, { database, blobs, folders, settings, now }: ForgetDeps): Promise<JobResult> {
  const at = now().getTime()
  const mailsBefore = at - settings.retentionMailMs
  const lost = await database.transaction(async (tx) => {
    await forgetMarksBefore(tx, mailsBefore)
    return [
      ...(await forgetMailBefore(tx, mailsBefore)),
      ...(await forgetAssignmentsBefore(tx, at - settings.retentionPagesMs)),
      ...(await forgetSentBefore(tx, mailsBefore)),
    ]
  })
  // Files have the system's time, whatever clock the deeds go by.
  const leftover = Date.now() - leftoverMs
  await removeUnused(database.db, blobs, lost, new Date(leftover), folders.wire)
  await sweepFolder(folders.temporary, leftover)
  await sweepFolder(folders.wire, leftover)
  return { commit: (tx) => scheduleForgetting(tx, settings, now()) }
}

export const scheduleForgetting = (tx: Tx, settings: ActSettings, now: Date): Promise<void> =>
  addJob(tx, { kind: 'forget-old', key: 'forget-old', data: {}, dueAt: nextAt(now, atNight, [], settings.timezone) }, now)
