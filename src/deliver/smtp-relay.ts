/** A few sessions with the relay, kept open between mails. A mail waits here only for a free session; nothing is retried but a session that had died of idleness. */
import type { Relay, RelayMessage, RelayOptions } from './next-hop'
import type { SmtpAddress } from './relay-url'
import { openLink, RelayUnreachable, type SmtpLink } from './smtp-link'
import type { Sent } from './smtp-reply'

/** Providers frown at more. */
const longestSession = 100
/** Relays hang up after minutes of silence; we leave first. */
const idleMs = 30_000

const closing: Sent = { outcome: 'temporary', code: null, status: '4.3.2', reply: 'the service is stopping' }

export function smtpRelay(address: SmtpAddress, options: RelayOptions): Relay {
  const idle: { link: SmtpLink; timer: NodeJS.Timeout }[] = []
  const used = new Set<SmtpLink>()
  const waiting: (() => void)[] = []
  let free = options.maxConnections ?? 5
  let closed = false

  async function take(): Promise<void> {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  function release(): void {
    const next = waiting.shift()
    if (next) next()
    else free++
  }

  function idleLink(): SmtpLink | null {
    for (let entry = idle.pop(); entry; entry = idle.pop()) {
      clearTimeout(entry.timer)
      if (entry.link.usable) return entry.link
    }
    return null
  }

  function giveBack(link: SmtpLink): void {
    if (!link.usable) return
    if (closed || link.count >= longestSession) return link.quit()
    const entry = { link, timer: setTimeout(() => expire(), idleMs).unref() }
    const expire = (): void => {
      idle.splice(idle.indexOf(entry), 1)
      link.quit()
    }
    idle.push(entry)
  }

  async function sendOver(message: RelayMessage): Promise<Sent> {
    for (;;) {
      const old = idleLink()
      const link = old ?? (await openLink(address, options))
      if (closed) {
        link.destroy()
        return closing
      }
      used.add(link)
      const { result, stale } = await link.transmit(message).finally(() => used.delete(link))
      giveBack(link)
      // A kept session may be dead without our knowing; the mail was not begun, so another session may have it.
      if (!stale || old === null || closed) return result
    }
  }

  return {
    async send(message) {
      await take()
      try {
        return closed ? closing : await sendOver(message)
      } catch (error) {
        if (error instanceof RelayUnreachable) return { outcome: 'unreachable', reply: error.message }
        throw error
      } finally {
        release()
      }
    },
    close() {
      closed = true
      for (const { link, timer } of idle.splice(0)) {
        clearTimeout(timer)
        link.quit()
      }
      for (const link of used) link.destroy()
      return Promise.resolve()
    },
  }
}
