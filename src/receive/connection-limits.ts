/** How many connections one network and all together may hold. Counts; closes nothing. */
import { isIPv6 } from 'node:net'

export interface ConnectionLimits {
  total: number
  /** Of one IPv4 address, or one IPv6 network of 64 bits. */
  perAddress: number
  /** Peers without the limit per address: relays of the house. Loopback when absent, for a local relay brings everybody's mail. */
  exempt?: (address: string) => boolean
}

/** A silent connection costs some 30 KB. */
export const defaultLimits: ConnectionLimits = { total: 2000, perAddress: 50 }

export const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.')

export class ConnectionCount {
  readonly #byNetwork = new Map<string, number>()
  total = 0

  constructor(private readonly limits: ConnectionLimits) {}

  enter(address: string): void {
    this.total++
    const network = networkOf(address)
    this.#byNetwork.set(network, (this.#byNetwork.get(network) ?? 0) + 1)
  }

  leave(address: string): void {
    this.total--
    const network = networkOf(address)
    const left = (this.#byNetwork.get(network) ?? 1) - 1
    if (left > 0) this.#byNetwork.set(network, left)
    else this.#byNetwork.delete(network)
  }

  get tooMany(): boolean {
    return this.total > this.limits.total
  }

  tooManyFrom(address: string): boolean {
    const exempt = this.limits.exempt ?? isLoopback
    return !exempt(address) && (this.#byNetwork.get(networkOf(address)) ?? 0) > this.limits.perAddress
  }
}

/** `192.0.2.7` → itself; `2001:db8:1:2::7` → its first four groups, for one host holds a whole /64. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? before : [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after]
  return groups.slice(0, 4).join(':')
}
