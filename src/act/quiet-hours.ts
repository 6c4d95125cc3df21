/** Which mails of ours are for families, and when they may leave. Teachers, office and operator are written to at any hour. */
import type { QuietTime } from '../school/quiet-time'
import { leavesAt } from '../school/quiet-time'
import type { Db, Tx } from '../store/database'
import { postponeOutgoing } from '../store/outbox'
import { membershipsOf } from '../store/people'
import type { TemplateName } from '../text/mails'

interface QuietSettings {
  quiet: QuietTime
  timezone: string
}

/** Receipts too: a phone that rings at night rings for them as well (CONTRACT.md, section 3). */
const forFamilies: readonly TemplateName[] = ['assignment', 'reminder', 'receipt', 'no-page-found', 'answer', 'returned-copy', 'digest', 'change-notice']
/** To whoever wrote: a teacher at once. */
const forEither: readonly TemplateName[] = ['refused', 'which-assignment', 'done', 'status', 'help']

/** When a mail that is ready at `ready` may leave. */
export async function mayLeaveAt(db: Db, letter: { template: TemplateName; person: string | null }, ready: Date, settings: QuietSettings): Promise<Date> {
  const isForFamily = forFamilies.includes(letter.template) || (forEither.includes(letter.template) && !(await teaches(db, letter.person)))
  return isForFamily ? leavesAt(ready, settings.quiet, settings.timezone) : ready
}

const teaches = async (db: Db, person: string | null): Promise<boolean> =>
  person !== null && (await membershipsOf(db, person)).some((membership) => membership.role === 'teacher')

/** What is due in quiet time after all (the relay was down, the service stood still) waits on. Call before sending is begun. */
export async function postponeInQuiet(tx: Tx, now: Date, settings: QuietSettings): Promise<void> {
  const until = leavesAt(now, settings.quiet, settings.timezone)
  if (until > now) await postponeOutgoing(tx, { always: [...forFamilies], unlessTeacher: [...forEither] }, now, until)
}
