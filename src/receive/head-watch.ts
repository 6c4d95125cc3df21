/** Counts the Received fields of a message while it passes. Looks at nothing else, keeps no more than a few octets, and stops at the body. */

/** More means that the mail goes in circles (RFC 5321 §6.3 asks for a limit, at least 100 hops are its advice; gateways that answer mail need a lower one). */
export const maxReceivedFields = 25

const received = Buffer.from('received')
const colon = 0x3a
const lf = 0x0a
const cr = 0x0d

export class ReceivedCount {
  count = 0
  /** Octets of the current line that matched `received` so far; -1: this line is another field. */
  #matched = 0
  #inBody = false
  /** Nothing but line ends has come since the last one: the next one ends the head. */
  #lineIsEmpty = true

  /** Takes the next piece of the message; true once there are more than `maxReceivedFields`. */
  exceededBy(piece: Uint8Array): boolean {
    for (let at = 0; at < piece.length && !this.#inBody; at++) this.#take(piece[at] ?? 0)
    return this.count > maxReceivedFields
  }

  #take(octet: number): void {
    if (octet === lf) {
      if (this.#lineIsEmpty) this.#inBody = true
      this.#lineIsEmpty = true
      this.#matched = 0
      return
    }
    if (octet !== cr) this.#lineIsEmpty = false
    if (this.#matched < 0) return
    if (this.#matched === received.length) {
      // Blanks before the colon are obsolete syntax that relays still accept (RFC 5322 §4.5).
      if (octet === colon) this.count++
      if (octet !== 0x20 && octet !== 0x09) this.#matched = -1
      return
    }
    this.#matched = (octet | 0x20) === received[this.#matched] ? this.#matched + 1 : -1
  }
}
