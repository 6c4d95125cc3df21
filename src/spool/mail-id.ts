/** Names for accepted mail: unique, and in the order of arrival when sorted as text. They say nothing of the mail. */
import { randomBytes } from 'node:crypto'

/** Twelve signs of base 36 hold milliseconds × 4096 beyond the year 5000. */
const timeSigns = 12
const perMillisecond = 4096

export class MailIds {
  #last = 0
  /** Of this run: two runs whose clocks overlap do not meet. */
  readonly #run = (randomBytes(4).readUInt32BE() % 36 ** 5).toString(36).padStart(5, '0')

  /** A new id. A clock that is set back does not disturb the order within one run. */
  next(now: number = Date.now()): string {
    this.#last = Math.max(this.#last + 1, now * perMillisecond)
    return this.#last.toString(36).padStart(timeSigns, '0') + this.#run
  }

  /** Ids made from now on sort after this one. */
  after(id: string): void {
    const time = Number.parseInt(id.slice(0, timeSigns), 36)
    if (Number.isSafeInteger(time)) this.#last = Math.max(this.#last, time)
  }
}
