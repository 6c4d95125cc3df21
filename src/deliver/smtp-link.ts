/** One open SMTP session with the relay: connects, logs in, hands mails over one after another. Which session takes which mail is not decided here. */
import net from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { sparingStuffing } from './dot-stuffing'
import type { RelayMessage, RelayOptions } from './next-hop'
import type { SmtpAddress } from './relay-url'
import { maskedReply, resultOfReply, type Sent } from './smtp-reply'
import { systemCodeOf } from './system-code'

export interface SmtpLink {
  /** Handed over so far. */
  readonly count: number
  /** Can take another mail. */
  readonly usable: boolean
  /** `stale`: the session had ended before it heard of this mail; another one may be tried at once. */
  transmit(message: RelayMessage): Promise<{ result: Sent; stale: boolean }>
  /** QUIT, without waiting for the answer. */
  quit(): void
  /** Breaks off whatever runs. */
  destroy(): void
}

/** The relay cannot be used at all; `message` is masked. */
export class RelayUnreachable extends Error {}

// RFC 5321 §4.5.3.2: greeting 5 min, MAIL and RCPT 5, DATA 2, a block 3, the answer to the dot 10. The library has one time for silence: the longest.
const greetingMs = 5 * 60_000
const replyMs = 10 * 60_000
/** Not in the RFC: a host that does not answer SYN is down, and a probe must not hang on it while it comes back. */
const connectMs = 30_000

/** @throws RelayUnreachable */
export async function openLink(address: SmtpAddress, options: RelayOptions): Promise<SmtpLink> {
  const socket = await openSocket(address, options.connectMs ?? connectMs)
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(address.host)
  const connection = new SMTPConnection({
    host: address.host,
    port: address.port,
    secure: address.secure,
    connection: socket,
    name: options.heloName,
    requireTLS: address.auth !== null && !address.secure && !loopback && !address.insecure,
    tls: { rejectUnauthorized: !loopback && !address.insecure, minVersion: 'TLSv1.2' },
    connectionTimeout: greetingMs + connectMs,
    greetingTimeout: Math.min(greetingMs, options.replyMs ?? greetingMs),
    socketTimeout: options.replyMs ?? replyMs,
    socketCloseTimeout: 1000,
  })
  try {
    await settled(connection, (done) => connection.connect(done))
    const { auth } = address
    if (auth !== null) await settled(connection, (done) => connection.login(auth, done))
  } catch (error) {
    connection.close()
    throw new RelayUnreachable(maskedReply(errorText(error), ''), { cause: error })
  }
  return linkOver(connection)
}

function linkOver(connection: SMTPConnection): SmtpLink {
  let count = 0
  let usable = true
  const lose = (): void => void (usable = false)
  connection.on('error', lose)
  connection.on('end', lose)
  // The library keeps the list of extensions to itself, and would send UTF-8 to a relay that never offered it (RFC 6531 §3.1).
  const takesUtf8 = (connection as unknown as { _supportedExtensions: string[] })._supportedExtensions.includes('SMTPUTF8')

  async function transmit(message: RelayMessage): Promise<{ result: Sent; stale: boolean }> {
    const recipient = message.envelope.to
    if (message.needsUtf8 && !takesUtf8)
      return { result: { outcome: 'permanent', code: null, status: '5.6.7', reply: 'the relay does not offer SMTPUTF8' }, stale: false }
    count++
    const stream = sparingStuffing(message.open())
    let ownFault = false
    stream.once('error', () => (ownFault = true))
    try {
      const envelope = { from: message.envelope.from, to: [recipient], size: message.bytes }
      const info = await settled<{ response?: string | undefined }>(connection, (done) => connection.send(envelope, stream, done))
      return { result: { outcome: 'sent', reply: maskedReply(info?.response ?? '', recipient) }, stale: false }
    } catch (error) {
      const reply = replyOf(error)
      const begun = stream.readableDidRead
      stream.destroy()
      // 421 ends the session (RFC 5321 §3.8); so does a talk that broke off.
      if (reply !== null && !reply.startsWith('421')) await clearSession()
      else {
        usable = false
        connection.close()
      }
      if (ownFault) return { result: { outcome: 'temporary', code: null, status: '4.3.0', reply: 'the mail cannot be read' }, stale: false }
      if (reply !== null) return { result: resultOfReply(reply, recipient), stale: false }
      if (/larger than allowed/.test(errorText(error)))
        return { result: { outcome: 'permanent', code: 552, status: '5.3.4', reply: 'larger than the relay takes (SIZE)' }, stale: false }
      return { result: { outcome: 'temporary', code: null, status: '4.4.2', reply: maskedReply(errorText(error), recipient) }, stale: !begun }
    }
  }

  async function clearSession(): Promise<void> {
    try {
      await settled(connection, (done) => connection.reset(done))
    } catch {
      // The session is of no more use; the mail's result is known already.
      usable = false
      connection.close()
    }
  }

  return {
    get count() {
      return count
    },
    get usable() {
      return usable
    },
    transmit,
    quit() {
      usable = false
      connection.quit()
    },
    destroy() {
      usable = false
      connection.close()
    },
  }
}

/** Runs a step of the session; fails with its error, or when the session ends under it: not every step hears of that. */
function settled<T>(connection: SMTPConnection, step: (done: (error?: Error | null, value?: T) => void) => void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const clear = (): void => {
      connection.off('error', fail)
      connection.off('end', end)
    }
    const fail = (error: unknown): void => {
      clear()
      reject(error as Error)
    }
    const end = (): void => fail(new Error('Connection closed'))
    connection.once('error', fail)
    connection.once('end', end)
    step((error, value) => {
      if (error) return fail(error)
      clear()
      resolve(value)
    })
  })
}

/** Happy Eyeballs (RFC 8305) is Node's own. */
function openSocket({ host, port }: SmtpAddress, timeoutMs: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, timeout: timeoutMs })
    const fail = (why: string): void => {
      socket.destroy()
      reject(new RelayUnreachable(why))
    }
    socket.once('timeout', () => fail('ETIMEDOUT'))
    socket.once('error', (error) => fail(systemCodeOf(error) ?? 'the connection failed'))
    socket.once('connect', () => {
      socket.removeAllListeners('timeout').removeAllListeners('error').setTimeout(0)
      // Between here and the library's own listener.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

const replyOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'response' in error && typeof error.response === 'string' && /^\d{3}/.test(error.response)
    ? error.response
    : null
const errorText = (error: unknown): string =>
  replyOf(error) ?? (typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'the connection failed')
