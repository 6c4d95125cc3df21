/** Whether a message's From may be believed, and when its provider signed it: SPF, DKIM, DMARC alignment, trusted Authentication-Results. */
import type { Envelope } from '../message/message'

export interface Authentication {
  spf: string
  dkim: string
  dmarc: string
  /** `yes`: an aligned pass for the one From. `undecided`: DNS gave no answer. */
  belief: 'yes' | 'no' | 'undecided'
  /** Signing time (`t=`) of a verified, aligned DKIM signature (RFC 6376 §3.5); null where there is none. */
  signedAt: Date | null
}

export type Authenticate = (raw: Buffer, envelope: Envelope, now: Date) => Promise<Authentication>
