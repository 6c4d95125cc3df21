/** What every deed takes and gives back. */
import type { Tx } from '../store/database'
import type { MailRow } from '../store/mails'
import type { Decision } from '../understand/decide'
import type { Author, Target } from '../understand/facts'
import type { Reading } from '../understand/reading'
import type { ActSettings } from './settings'

/** What a deed works with. */
export interface Deed {
  tx: Tx
  mail: MailRow
  reading: Reading
  target: Target
  authors: Author[]
  /** Signing time of a verified, aligned signature; null where there is none. */
  signedAt: Date | null
  settings: ActSettings
  now: Date
}

/** What became of the mail: handled in silence, answered, or held with the reason that `queue list` shows. */
export interface Outcome {
  state: 'handled' | 'answered' | 'held'
  reason: string | null
}

export const handled: Outcome = { state: 'handled', reason: null }
export const answered: Outcome = { state: 'answered', reason: null }
export const held = (reason: string): Outcome => ({ state: 'held', reason })

export type CommandDecision = Extract<Decision, { deed: 'command' }>
