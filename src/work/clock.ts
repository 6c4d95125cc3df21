/** The clock everything above the line reads; tests and the demo bring their own. */

export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** A clock that runs on from where it was set: `set` and `advance` move it, and wake whoever waits. */
export interface MovableClock extends Clock {
  set(to: Date): void
  advance(ms: number): void
}

export function movableClock(start: Date): MovableClock {
  let offset = start.getTime() - Date.now()
  return {
    now: () => new Date(Date.now() + offset),
    set: (to) => void (offset = to.getTime() - Date.now()),
    advance: (ms) => void (offset += ms),
  }
}
