/** Frees the pieces of large mail soon after they are written. The runtime does not count what sockets read, so it would let some 30 MB of them lie. Frees nothing that is in use. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A young collection costs about a millisecond; one a 4 MB keeps a 30 MB mail under 10 MiB of peak (bench/accept.ts; without: 33). */
const everyBytes = 4_000_000

type Collect = (options: { type: 'minor' }) => void

/** `gc` of the runtime, taken without a command-line flag; null where it cannot be had: then more memory is used, and nothing else changes. */
function collector(): Collect | null {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('typeof gc === "function" ? gc : null')
  setFlagsFromString('--no-expose-gc')
  return gc as Collect | null
}

let collect: Collect | null | undefined
let bytesSince = 0

/** To be told of every piece of a large mail that was written, of all mails together. */
export function piecesWritten(bytes: number): void {
  bytesSince += bytes
  if (bytesSince < everyBytes) return
  bytesSince = 0
  if (collect === undefined) collect = collector()
  collect?.({ type: 'minor' })
}
