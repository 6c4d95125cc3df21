/** `status`: how the service stands, in counts. */
import type { Command } from 'commander'
import { submittedIn, standingsOf } from '../act/overview'
import { listAssignments } from '../store/assignments'
import { countMails } from '../store/mails'
import { countOutgoing } from '../store/outbox'
import { listQueue } from '../store/queue'
import type { Globals } from './globals'
import { isoIn, print, printJson, table } from './output'
import { type Opened, withStore } from './store-command'

export function statusCommand(program: Command, globals: () => Globals): void {
  program
    .command('status')
    .description('counts: received, waiting, sent, failed, held; per assignment submitted of expected')
    .action(() => withStore(globals().config, (opened) => status(opened, globals().json)))
}

async function status({ database, config }: Opened, json: boolean): Promise<void> {
  const now = new Date()
  const [mails, outgoing, queue, assignments] = await Promise.all([
    countMails(database.db),
    countOutgoing(database.db),
    listQueue(database.db, now),
    listAssignments(database.db),
  ])
  const waiting = queue.filter((entry) => entry.state === 'waiting')
  const rows = []
  for (const assignment of assignments) {
    const standings = await standingsOf(database.db, assignment, now)
    rows.push({ code: assignment.code, class: assignment.class, submitted: submittedIn(standings), expected: standings.length })
  }
  const answer = {
    received: Object.values(mails).reduce((sum, count) => sum + count, 0),
    waiting: waiting.length,
    sent: outgoing.sent,
    failed: outgoing.failed,
    held: queue.filter((entry) => entry.state === 'held').length,
    oldestWaiting: isoIn(waiting[0]?.since ?? null, config.timezone),
    assignments: rows,
  }
  if (json) return printJson(answer)
  print(
    table([
      ['received', answer.received],
      ['waiting', answer.waiting],
      ['sent', answer.sent],
      ['failed', answer.failed],
      ['held', answer.held],
      ['oldest waiting', answer.oldestWaiting],
    ]),
  )
  if (rows.length > 0) print(`\n${table([['CODE', 'CLASS', 'SUBMITTED'], ...rows.map((row) => [row.code, row.class, `${row.submitted} of ${row.expected}`])])}`)
}
