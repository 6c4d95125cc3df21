/** Retention: received mail, then assignments with pages and bundles, are deleted when their time is over (GDPR: keep little, delete on time). */
import type { Blobs } from '../store/blobs'
import type { Database, Tx } from '../store/database'
import { addJob, type Job } from '../store/jobs'
import { forgetAssignmentsBefore, forgetMailBefore, forgetSentBefore, unusedBlobs } from '../store/retention'
import type { JobResult } from '../work/runner'
import { nextAt } from '../school/calendar'
import type { ActSettings } from './settings'

export interface ForgetDeps {
  database: Database
  blobs: Blobs
  settings: ActSettings
  now(): Date
}

const atNight = '03:30'

/** Rows go first, in one transaction; then the files no row names any more. */
export async function forgetOld(_job: Job, { database, blobs, settings, now }: ForgetDeps): Promise<JobResult> {
  const at = now().getTime()
  const candidates = await database.transaction(async (tx) => {
    const mails = await forgetMailBefore(tx, at - settings.retentionMailMs)
    const assignments = await forgetAssignmentsBefore(tx, at - settings.retentionPagesMs)
    await forgetSentBefore(tx, at - settings.retentionMailMs)
    return [...mails, ...assignments]
  })
  for (const blob of await unusedBlobs(database.db, candidates)) await blobs.remove(blob)
  return { commit: (tx) => scheduleForgetting(tx, settings, now()) }
}

export const scheduleForgetting = (tx: Tx, settings: ActSettings, now: Date): Promise<void> =>
  addJob(tx, { kind: 'forget-old', key: 'forget-old', data: {}, dueAt: nextAt(now, atNight, [], settings.timezone) }, now)
