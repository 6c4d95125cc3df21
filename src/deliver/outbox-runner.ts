/** Empties the outbox: claims due rows and tries each, as many at once as allowed. Whether the relay is to be asked at all relay-watch.ts judges; booking.ts books. */
import { codeOf } from '../errors'
import type { OutboxRow } from '../store/outbox'
import { type AttemptDeps, attemptRow } from './attempt'
import { type BookingOptions, createBooking } from './booking'
import { type RelayWatch, watchRelay } from './relay-watch'

export interface OutboxOptions extends AttemptDeps, Omit<BookingOptions, 'random'> {
  /** Mails under way at once. */
  concurrency?: number
  random?: () => number
}

export interface Outbox {
  /** Something may be due now. */
  wake(): void
  /** Nothing is under way, in doubt or due. */
  idle(): boolean
  /** Takes nothing new; resolves when what is under way is booked, at the latest after `graceMs`. What is left stays `sending`, to be recovered at the next start. */
  stop(graceMs: number): Promise<void>
}

/** The clock may be set while we sleep, and a relay may be back: look at least this often. */
const longestSleepMs = 1000

export function startOutbox(options: OutboxOptions): Outbox {
  const { source, clock, log, concurrency = 5, random = Math.random } = options
  const watch = watchRelay(random)
  const booking = createBooking(watch, { ...options, random })
  const running = new Set<Promise<void>>()
  /** Ours, not begun. */
  const claimed: OutboxRow[] = []
  const sleeper = createSleeper()
  let resting = false

  const wake = (): void => {
    resting = false
    sleeper.wake()
  }

  function start(row: OutboxRow): void {
    const work = attemptRow(row, options, clock.now())
      .then((attempt) => booking.settle(row, attempt))
      .catch((error: unknown) => log.error('outgoing-not-settled', { outgoing: row.id, code: codeOf(error) }))
      .finally(() => {
        running.delete(work)
        wake()
      })
    running.add(work)
  }

  /** Starts what may start; true when nothing is due. */
  async function fill(due: Date | null): Promise<boolean> {
    const isDue = due !== null && due <= clock.now()
    const places = placesFor(watch, running.size, concurrency, clock.now())
    // A batch ahead makes fewer transactions; a probe takes one.
    const batch = watch.allowance(clock.now()) === 'all' ? concurrency : 1
    if (places > 0 && claimed.length === 0 && isDue) claimed.push(...(await source.claim(batch, clock.now())))
    for (const row of claimed.splice(0, places)) start(row)
    if (watch.allowance(clock.now()) !== 'all') await booking.giveBack(claimed.splice(0), 'not-tried')
    return !isDue && claimed.length === 0
  }

  /** One look at the outbox; how long to sleep after it. */
  async function look(): Promise<number> {
    if (watch.overdue(clock.now())) options.onIncident('relay-unreachable')
    const due = await source.nextDueAt()
    if ((await fill(due)) && running.size === 0) {
      await booking.believe()
      resting = !sleeper.woken()
    }
    const wait = due === null ? longestSleepMs : due.getTime() - clock.now().getTime()
    // What is due and could not start waits for a mail to end, which wakes us, or for a probe.
    return wait <= 0 ? longestSleepMs : Math.min(longestSleepMs, wait)
  }

  const looping = (async () => {
    while (!sleeper.ended()) {
      sleeper.begin()
      const ms = await look().catch((error: unknown) => {
        log.error('outbox-claim-failed', { code: codeOf(error) })
        return longestSleepMs
      })
      await sleeper.sleep(ms)
      resting = false
    }
  })()

  return {
    wake,
    idle: () => resting && running.size === 0 && booking.doubts() === 0,
    async stop(graceMs) {
      sleeper.end()
      booking.hurry()
      const ended = looping
        .then(() => Promise.all(running))
        .then(() => booking.giveUpDoubts())
        .then(() => booking.giveBack(claimed.splice(0), 'not-tried'))
      let timer: NodeJS.Timeout | undefined
      await Promise.race([ended, new Promise((resolve) => (timer = setTimeout(resolve, graceMs)))])
      clearTimeout(timer)
    },
  }
}

/** A probe goes alone. */
function placesFor(watch: RelayWatch, running: number, concurrency: number, now: Date): number {
  const allowance = watch.allowance(now)
  if (allowance === 'all') return concurrency - running
  return allowance === 'one' && running === 0 ? 1 : 0
}

/** A sleep that can be ended early; a wake between two sleeps ends the next one. */
function createSleeper() {
  let isWoken = false
  let isEnded = false
  let endSleep: (() => void) | null = null
  return {
    begin: () => void (isWoken = false),
    woken: () => isWoken,
    ended: () => isEnded,
    wake() {
      isWoken = true
      endSleep?.()
    },
    end() {
      isEnded = true
      endSleep?.()
    },
    sleep(ms: number): Promise<void> {
      if (isWoken || isEnded) return Promise.resolve()
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          endSleep = null
          resolve()
        }
        const timer = setTimeout(done, ms)
        endSleep = done
      })
    },
  }
}
