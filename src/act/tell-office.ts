/** M17, weekly: which pupils no mail can reach, and how many messages wait for a person. Nothing where there is nothing. */
import { nextAt } from '../school/calendar'
import { classLabel } from '../school/people'
import type { Db, Tx } from '../store/database'
import { addJob, type Job } from '../store/jobs'
import { countMails } from '../store/mails'
import { allMemberships, deliverableStudents } from '../store/people'
import type { JobResult } from '../work/runner'
import type { ActSettings } from './settings'
import { writeLetter } from './write-letter'

const weekly = { hour: '07:30', days: ['mon'] }

/** Pupils without an address of their own and without a guardian's, by class and roster order. */
export async function unreachableStudents(db: Db): Promise<{ name: string; class: string }[]> {
  const reachable = await deliverableStudents(db)
  return (await allMemberships(db))
    .filter((one) => one.role === 'student' && !reachable.has(one.person))
    .map((one) => ({ name: one.name, class: classLabel(one.class) }))
}

export async function tellOffice(job: Job, { database, settings, now }: { database: { db: Db }; settings: ActSettings; now(): Date }): Promise<JobResult> {
  const { office } = settings
  const students = await unreachableStudents(database.db)
  const { held } = await countMails(database.db)
  return {
    commit: async (tx) => {
      if (office !== null && students.length + held > 0)
        await writeLetter(
          tx,
          {
            template: 'office-unreachable',
            cause: `office:${job.id}`,
            to: { name: '', address: office },
            person: null,
            locale: settings.locale,
            class: null,
            data: { students, held },
          },
          settings,
          now(),
        )
      await scheduleOffice(tx, settings, now())
    },
  }
}

/** The next Monday morning; nothing where no office is configured. */
export async function scheduleOffice(tx: Tx, settings: ActSettings, now: Date): Promise<void> {
  if (settings.office === null) return
  await addJob(tx, { kind: 'tell-office', key: 'tell-office', data: {}, dueAt: nextAt(now, weekly.hour, weekly.days, settings.timezone) }, now)
}
