/** Books what came of each try. A refusal for good is not believed before the relay is known to accept others: thirty pupils are not unreachable because the relay is set up wrongly. */
import { codeOf } from '../errors'
import type { Log } from '../log'
import type { OutboxRow } from '../store/outbox'
import { nextAttemptAt } from '../work/back-off'
import type { Clock } from '../work/clock'
import type { Attempt } from './attempt'
import type { Incident, RelayWatch, Verdict } from './relay-watch'

/** The outbox as rows to claim and results to book. `reply` is for people: masked, no address in it. */
export interface OutboxSource {
  /** Up to `limit` rows due at `at`, now ours. */
  claim(limit: number, at: Date): Promise<OutboxRow[]>
  nextDueAt(): Promise<Date | null>
  sent(id: string, reply: string): Promise<void>
  retry(id: string, at: Date, reply: string): Promise<void>
  failed(id: string, reply: string, status: string): Promise<void>
}

export interface BookingOptions {
  source: OutboxSource
  clock: Clock
  log: Log
  random: () => number
  /** Once an outage: tell the operator. */
  onIncident(code: Incident): void
  onRecovered?(): void
}

export interface Booking {
  settle(row: OutboxRow, attempt: Attempt): Promise<void>
  /** Refusals that wait to be believed. */
  doubts(): number
  /** The relay has nothing more to do, so it will not tell: refusals are what they say. */
  believe(): Promise<void>
  /** Rows go back to waiting, for a minute or so. */
  giveBack(rows: OutboxRow[], why: string): Promise<void>
  /** Also the refusals in doubt. */
  giveUpDoubts(): Promise<void>
  /** Booking that fails is no longer repeated. */
  hurry(): void
}

/** More refusals in doubt than these are believed, so that memory has an end. */
const mostDoubts = 100
/** A store that cannot book is asked again after this. */
const bookAgainMs = 1000
/** RFC 3463 §3.5: delivery time expired. */
const expired = '4.4.7'
/** RFC 3463 §3.7: media error; the mail itself could not be made. */
const unsendable = '5.6.0'

export function createBooking(watch: RelayWatch, options: BookingOptions): Booking {
  const { source, clock, log, random } = options
  const doubted: { row: OutboxRow; reply: string; status: string }[] = []
  let hurried = false

  /** Again each second while the store cannot: a mail that left must not be forgotten, or it leaves twice. */
  async function book(row: OutboxRow, event: string, fields: Record<string, string>, write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await write()
        log.info(event, { outgoing: row.id, attempts: row.attempts + 1, ...fields })
        return
      } catch (error) {
        log.error('outgoing-not-booked', { outgoing: row.id, code: codeOf(error) })
        if (hurried) return
        await new Promise((resolve) => setTimeout(resolve, bookAgainMs))
      }
    }
  }
  const fail = (row: OutboxRow, reply: string, status: string): Promise<void> =>
    book(row, 'outgoing-failed', { status }, () => source.failed(row.id, reply, status))

  /** @param attempts what the back-off counts: 1 where the row is not to blame, so that it flows soon after the relay does */
  async function later(row: OutboxRow, reply: string, attempts = row.attempts + 1): Promise<void> {
    const now = clock.now()
    const at = nextAttemptAt(attempts, firstTriedAt(row, now), now, random())
    if (at === null) return fail(row, reply, expired)
    return book(row, 'outgoing-later', { at: at.toISOString() }, () => source.retry(row.id, at, reply))
  }

  async function believe(): Promise<void> {
    for (const { row, reply, status } of doubted.splice(0)) await fail(row, reply, status)
  }
  async function giveUpDoubts(): Promise<void> {
    for (const { row, reply } of doubted.splice(0)) await later(row, reply, 1)
  }

  function judge(verdict: Verdict, recipient: string): 'refuses-all' | 'recovered' | null {
    const change = watch.note(verdict, recipient, clock.now())
    if (verdict === 'unreachable') log.warn('relay-unreachable')
    if (change === 'refuses-all') log.error('relay-refuses-all')
    if (change === 'recovered') {
      log.info('relay-recovered')
      options.onRecovered?.()
    }
    return change
  }

  async function settleRefusal(row: OutboxRow, reply: string, status: string, recipient: string): Promise<void> {
    const began = judge('refused', recipient) === 'refuses-all'
    doubted.push({ row, reply, status })
    if (watch.refusesAll()) await giveUpDoubts()
    else if (doubted.length > mostDoubts) await believe()
    if (began) options.onIncident('relay-refuses-all')
  }

  async function settle(row: OutboxRow, { result, recipient }: Attempt): Promise<void> {
    switch (result.outcome) {
      case 'sent':
        judge('accepted', recipient)
        await book(row, 'outgoing-sent', {}, () => source.sent(row.id, result.reply))
        return believe()
      case 'unreachable':
        judge('unreachable', recipient)
        return later(row, `relay-unreachable ${result.reply}`, 1)
      case 'temporary':
        if (result.code !== null) judge('deferred', recipient)
        else if (result.status.startsWith('4.4.')) judge('broken-off', recipient)
        return later(row, result.reply)
      case 'unsendable':
        log.error('outgoing-unsendable', { outgoing: row.id, code: result.code })
        return result.final ? fail(row, result.code, unsendable) : later(row, result.code)
      case 'permanent':
        // Without a code it is our own check of what the relay offers: about this mail alone.
        return result.code === null ? fail(row, result.reply, result.status) : settleRefusal(row, result.reply, result.status, recipient)
    }
  }

  return {
    settle,
    believe,
    giveUpDoubts,
    doubts: () => doubted.length,
    async giveBack(rows, why) {
      for (const row of rows) await later(row, why, 1)
    },
    hurry: () => void (hurried = true),
  }
}

/**
 * From when the five days count: a mail that waited for its hour (a pause, holidays) has not been tried meanwhile.
 * The row does not say when that hour was once it has been tried; no two tries are more than an hour apart, so the tries tell.
 */
function firstTriedAt(row: OutboxRow, now: Date): Date {
  const created = Number(row.created_at)
  return new Date(row.attempts === 0 ? Math.max(created, Number(row.next_attempt_at)) : Math.max(created, now.getTime() - row.attempts * 3_600_000))
}
