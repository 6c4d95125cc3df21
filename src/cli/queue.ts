/** `queue list | show | retry | drop`: what waits, failed or is held. */
import type { Command } from 'commander'
import { Fault } from '../errors'
import { findMail, recipientsOf } from '../store/mails'
import { findOutgoing } from '../store/outbox'
import { dropEntry, listQueue, type QueueEntry, retryEntry } from '../store/queue'
import type { Globals } from './globals'
import { isoIn, print, printJson, table } from './output'
import { type Opened, withStore } from './store-command'

export function queueCommand(program: Command, globals: () => Globals): void {
  const queue = program.command('queue').description('messages and jobs that wait, failed or are held')
  queue.command('list').action(() => withStore(globals().config, (opened) => list(opened, globals().json)))
  queue
    .command('show')
    .argument('<id>')
    .action((id: string) => withStore(globals().config, (opened) => show(opened, id, globals().json)))
  queue
    .command('retry')
    .argument('<id>')
    .action((id: string) => withStore(globals().config, (opened) => move(opened, id, 'retry', globals().json)))
  queue
    .command('drop')
    .argument('<id>')
    .action((id: string) => withStore(globals().config, (opened) => move(opened, id, 'drop', globals().json)))
}

const shown = (entry: QueueEntry, timeZone: string) => ({ ...entry, since: isoIn(entry.since, timeZone), nextAttempt: isoIn(entry.nextAttempt, timeZone) })

async function list({ database, config }: Opened, json: boolean): Promise<void> {
  const entries = (await listQueue(database.db, new Date())).map((entry) => shown(entry, config.timezone))
  if (json) for (const entry of entries) printJson(entry)
  else if (entries.length === 0) print('The queue is empty.')
  else
    print(
      table([
        ['ID', 'KIND', 'STATE', 'SINCE', 'TRIES', 'NEXT', 'REASON'],
        ...entries.map((entry) => [entry.id, entry.kind, entry.state, entry.since, entry.attempts, entry.nextAttempt, entry.reason]),
      ]),
    )
}

/** Names and addresses are shown here and nowhere in the log: the operator asked. */
async function show({ database, config }: Opened, id: string, json: boolean): Promise<void> {
  const entry = (await listQueue(database.db, new Date())).find((one) => one.id === id)
  const mail = await findMail(database.db, id)
  const outgoing = await findOutgoing(database.db, id)
  if (!entry && !mail && !outgoing) throw new Fault('not-found', `nothing in the queue has the id "${id}": see "cartable queue list"`)
  const detail = {
    ...(entry ? shown(entry, config.timezone) : { id, kind: mail ? 'mail' : 'outgoing', state: mail?.state ?? outgoing?.state }),
    ...(mail ? { sender: mail.sender, recipients: recipientsOf(mail), bytes: mail.bytes, source: mail.source, why: mail.why, understoodAs: mail.kind } : {}),
    ...(outgoing
      ? {
          template: outgoing.template,
          messageId: outgoing.message_id,
          to: (JSON.parse(outgoing.mail) as { to?: { address?: string } }).to?.address ?? null,
          assignment: outgoing.assignment,
        }
      : {}),
  }
  if (json) printJson(detail)
  else
    print(table(Object.entries(detail).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : ((value ?? null) as string | number | null)])))
}

async function move({ database }: Opened, id: string, how: 'retry' | 'drop', json: boolean): Promise<void> {
  const kind = await database.transaction((tx) => (how === 'retry' ? retryEntry(tx, id, new Date()) : dropEntry(tx, id)))
  if (kind === null)
    throw new Fault('not-found', `nothing that can be ${how === 'retry' ? 'retried' : 'dropped'} has the id "${id}": see "cartable queue list"`)
  if (json) printJson({ id, kind, done: how })
  else print(how === 'retry' ? `${kind} ${id} is due now; the running service takes it up.` : `${kind} ${id} is dropped.`)
}
