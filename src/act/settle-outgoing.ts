/** The outbox as the delivery loop sees it: claims rows, and books what the relay said. */
import type { Log } from '../log'
import type { Database } from '../store/database'
import { claimOutgoing, findOutgoing, moveOutgoing, nextOutgoingAt, retryOutgoing } from '../store/outbox'
import { copyDelivered, copyFailed } from './book-bounce'
import { postponeInQuiet } from './quiet-hours'
import type { ActSettings } from './settings'

/** Templates that are class copies: their delivery is what the teacher is told of. */
const copies = new Set(['assignment'])

export function outboxSource(database: Database, settings: ActSettings, now: () => Date, log: Log) {
  return {
    claim: (limit: number, at: Date) =>
      database.transaction(async (tx) => {
        await postponeInQuiet(tx, at, settings)
        return claimOutgoing(tx, limit, at)
      }),
    nextDueAt: () => nextOutgoingAt(database.db),
    async sent(id: string, reply: string): Promise<void> {
      await database.transaction(async (tx) => {
        const row = await findOutgoing(tx, id)
        if (!row || !(await moveOutgoing(tx, id, 'sending', 'sent', { reply, sent_at: now().getTime() }))) return
        if (row.token !== null && copies.has(row.template)) await copyDelivered(tx, row.token)
      })
    },
    async retry(id: string, at: Date, reply: string): Promise<void> {
      await database.transaction((tx) => retryOutgoing(tx, id, at, reply))
    },
    async failed(id: string, reply: string, status: string): Promise<void> {
      log.warn('outgoing-failed', { outgoing: id, status })
      await database.transaction(async (tx) => {
        const row = await findOutgoing(tx, id)
        if (!row || !(await moveOutgoing(tx, id, 'sending', 'failed', { reply }))) return
        if (row.token !== null && copies.has(row.template)) await copyFailed(tx, row.token, status, settings, now())
      })
    },
  }
}
