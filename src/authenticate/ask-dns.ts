/** DNS questions of one mail: counted, remembered, within a time. Knows two ends besides an answer: there is none (ENOTFOUND, ENODATA), or nobody said (trouble). */
import { Resolver } from 'node:dns/promises'
import { errnoOf, Fault } from '../errors'

/** The answer's rows as Node gives them for the type. */
export type Ask = (name: string, type: string) => Promise<string[][] | string[]>

/** Nobody said: time-out, SERVFAIL, REFUSED, no server. The code is the one that mailauth takes for temporary at every door of its. */
export class DnsTrouble extends Error {
  readonly code = 'ETIMEOUT'
}

export interface DnsQuestions {
  ask: Ask
  /** Questions sent so far; those asked twice count once. */
  count(): number
  /** Ends whatever still waits. */
  close(): void
}

const definite = new Set(['ENOTFOUND', 'ENODATA'])
/** No name at all, so nothing is published under it. */
const noName = new Set(['EBADNAME', 'EBADQUERY', 'EBADSTR', 'ERR_INVALID_ARG_VALUE', 'ERR_INVALID_ARG_TYPE'])

export const absent = (): Error => Object.assign(new Error('no such record'), { code: 'ENOTFOUND' })

/** Faults: `config-invalid` for a server that is no address. */
export function checkServers(servers: string[]): void {
  try {
    if (servers.length > 0) new Resolver().setServers(servers)
  } catch (error) {
    throw new Fault('config-invalid', 'dns.servers: want addresses such as "127.0.0.1:5300"', { cause: error })
  }
}

/** A resolver of its own for each mail: cancelling it must not touch the questions of another. At most `most` questions, then there is no such record. */
export function openQuestions(options: { servers: string[]; timeMs: number; most: number }): DnsQuestions {
  const resolver = new Resolver({ timeout: Math.ceil(options.timeMs / 4), tries: 2 })
  if (options.servers.length > 0) resolver.setServers(options.servers)
  const known = new Map<string, Promise<string[][] | string[]>>()
  let over = false
  const end = (): void => {
    over = true
    resolver.cancel()
  }
  const timer = setTimeout(end, options.timeMs)
  const send = async (name: string, type: string): Promise<string[][] | string[]> => {
    if (over) throw new DnsTrouble('out of time')
    try {
      return (await resolver.resolve(name, type)) as string[][] | string[]
    } catch (error) {
      const code = errnoOf(error) ?? ''
      if (definite.has(code)) throw error
      throw noName.has(code) ? absent() : new DnsTrouble(code, { cause: error })
    }
  }
  return {
    ask(name, type) {
      const key = `${type} ${name.toLowerCase()}`
      const earlier = known.get(key)
      if (earlier) return earlier
      if (known.size >= options.most) return Promise.reject(absent())
      const answer = send(name, type)
      // Whoever asks twice hears the same; an answer that nobody waits for any more is no unhandled rejection.
      answer.catch(() => undefined)
      known.set(key, answer)
      return answer
    },
    count: () => known.size,
    close() {
      clearTimeout(timer)
      end()
    },
  }
}
