/** When to try again. One rule for jobs and for outgoing mail (CONTRACT.md, section 10, Retries). */

const firstMs = 45_000
const longestMs = 3_600_000
/** After this nothing is tried again by itself. */
export const giveUpAfterMs = 5 * 86_400_000

/**
 * Time of the next attempt: the first after at most 60 s, then doubling to at most 1 h, with ± 20 % of jitter so that a crowd does not return at once.
 * Null when `since` is more than 5 days ago.
 * @param attempts how many have failed, at least 1
 * @param random in [0, 1)
 */
export function nextAttemptAt(attempts: number, since: Date, now: Date, random: number): Date | null {
  if (now.getTime() - since.getTime() > giveUpAfterMs) return null
  const base = Math.min(firstMs * 2 ** Math.min(attempts - 1, 20), longestMs / 1.2)
  return new Date(now.getTime() + Math.round(base * (0.8 + 0.4 * random)))
}
