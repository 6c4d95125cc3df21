/** The numbers of /metrics: counts and ages, no class and no person as a label (THREATS.md, G4). */
import type { Db } from '../store/database'
import { countByWhy, countMails } from '../store/mails'
import { countOutgoing } from '../store/outbox'
import { listQueue } from '../store/queue'

/** A number for /metrics, read at each scrape; its name without the prefix. */
export interface GaugeSource {
  name: string
  help: string
  labels?: string[]
  read(): Promise<{ labels?: Record<string, string>; value: number }[]>
}

const byState = (counts: Record<string, number>): { labels: Record<string, string>; value: number }[] =>
  Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }))

export const gaugesOf = (db: Db, now: () => Date, connections: () => number): GaugeSource[] => [
  { name: 'mails', help: 'Received mails by state', labels: ['state'], read: async () => byState(await countMails(db)) },
  {
    name: 'mails_understood',
    help: 'Received mails by the rule that decided (docs/why.md)',
    labels: ['why'],
    read: async () => (await countByWhy(db)).map(({ why, count }) => ({ labels: { why }, value: count })),
  },
  { name: 'outgoing', help: 'Outgoing mails by state', labels: ['state'], read: async () => byState(await countOutgoing(db)) },
  {
    name: 'oldest_waiting_seconds',
    help: 'Age of the oldest thing in the queue that is not held',
    read: async () => {
      const oldest = (await listQueue(db, now())).find((entry) => entry.state === 'waiting')
      return [{ value: oldest ? Math.max(0, (now().getTime() - oldest.since.getTime()) / 1000) : 0 }]
    },
  },
  { name: 'smtp_connections', help: 'Open SMTP sessions', read: () => Promise.resolve([{ value: connections() }]) },
]
