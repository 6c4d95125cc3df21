/** The journal of accepted mail: appends, syncs in groups, replays at start. Does not parse mail and knows no database. */
import type { Log } from '../log'
import type { Spool } from './spooled-mail'

export interface SpoolOptions {
  /** Segment files written in turn, each with a sync in flight; 3 when absent. */
  segments?: number
  /** Free space that is never used for new mail, in bytes; 200 MB when absent. */
  reserveBytes?: number
  log: Log
}

/** Opens (and creates) the spool in `folder`. Faults: `storage-unusable`. */
export function openSpool(_folder: string, _options: SpoolOptions): Promise<Spool> {
  return Promise.reject(new Error('not built yet'))
}
