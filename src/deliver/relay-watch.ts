/** How the relay fares, judged from its answers: reachable or not, refusing one recipient or everything. It remembers and decides; it sends and books nothing. */
import { nextAttemptAt } from '../work/back-off'

export type Incident = 'relay-unreachable' | 'relay-refuses-all'

/** Answers of a relay about one mail, as far as they tell about the relay. */
export type Verdict = 'accepted' | 'deferred' | 'refused' | 'broken-off' | 'unreachable'

/** The operator hears of a silent relay after this. */
const incidentAfterMs = 30 * 60_000
/** So many recipients refused in a row, none accepted between: it is the relay's policy, not thirty dead mailboxes. */
const refusalsInARow = 10
/** A relay that was away is found again within a minute: this, and the time a connection takes. */
const longestProbeMs = 20_000
/** A relay that refuses everything waits for the operator; asked too often it bars us. */
const longestRefusedProbeMs = 10 * 60_000

export interface RelayWatch {
  /** How many mails may be tried now: all, one as a probe, or none until the next probe is due. */
  allowance(now: Date): 'all' | 'one' | 'none'
  /** Takes note of an answer. The outcome of the note: what has begun or ended by it. */
  note(verdict: Verdict, recipient: string, now: Date): 'refuses-all' | 'recovered' | null
  refusesAll(): boolean
  /** True once an outage, when the operator is to hear of it. */
  overdue(now: Date): boolean
}

type State = { is: 'flowing' } | { is: 'away' | 'refusing'; since: Date; probes: number; probeAt: Date; told: boolean }

export function watchRelay(random: () => number): RelayWatch {
  let state: State = { is: 'flowing' }
  const refused = new Set<string>()

  /** The one rule of back-off, shortened to what a probe may take. */
  function nextProbe(probes: number, now: Date, longestMs: number): Date {
    const at = nextAttemptAt(probes, now, now, random()) ?? now
    return new Date(Math.min(at.getTime(), now.getTime() + longestMs))
  }
  function enter(is: 'away' | 'refusing', now: Date): void {
    state = { is, since: now, probes: 1, probeAt: nextProbe(1, now, is === 'away' ? longestProbeMs : longestRefusedProbeMs), told: is === 'refusing' }
  }
  /** A clock that was set back must not leave us waiting for a time that was. */
  const isDue = (probeAt: Date, now: Date): boolean => now >= probeAt || probeAt.getTime() - now.getTime() > longestRefusedProbeMs
  /** Mails that were under way when it began fail too; only probes count. */
  function probeFailed(now: Date): void {
    if (state.is === 'flowing' || !isDue(state.probeAt, now)) return
    const probes = state.probes + 1
    state = { ...state, probes, probeAt: nextProbe(probes, now, state.is === 'away' ? longestProbeMs : longestRefusedProbeMs) }
  }

  function note(verdict: Verdict, recipient: string, now: Date): 'refuses-all' | 'recovered' | null {
    if (verdict === 'accepted') refused.clear()
    if (verdict === 'refused') refused.add(recipient)
    if (verdict === 'unreachable' || verdict === 'broken-off') {
      if (state.is !== 'flowing') probeFailed(now)
      else if (verdict === 'unreachable') enter('away', now)
      return null
    }
    if (state.is === 'refusing' && verdict !== 'accepted') {
      probeFailed(now)
      return null
    }
    if (verdict === 'refused' && refused.size >= refusalsInARow) {
      enter('refusing', now)
      return 'refuses-all'
    }
    if (state.is === 'flowing') return null
    state = { is: 'flowing' }
    return 'recovered'
  }

  return {
    note,
    allowance: (now) => (state.is === 'flowing' ? 'all' : isDue(state.probeAt, now) ? 'one' : 'none'),
    refusesAll: () => state.is === 'refusing',
    overdue(now) {
      if (state.is !== 'away' || state.told || now.getTime() - state.since.getTime() < incidentAfterMs) return false
      state = { ...state, told: true }
      return true
    },
  }
}
