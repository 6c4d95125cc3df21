/** The SMTP or LMTP port: checks the envelope, hands the bytes to the spool, and says 250 once they are synced. Parses no mail and knows no roster. */
import type { AddressInfo, Socket } from 'node:net'
import { createSecureContext, type TLSSocket } from 'node:tls'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import { codeOf, Fault, type FaultCode } from '../errors'
import type { Log } from '../log'
import type { Envelope } from '../message/message'
import type { Spool } from '../spool/spooled-mail'
import { ConnectionCount, type ConnectionLimits, defaultLimits } from './connection-limits'
import { ReceivedCount } from './head-watch'
import { placeOf } from './recipient'
import { defaultTimeouts, type SessionTimeouts, watchTimeouts } from './session-timeouts'
import { replyError, replyFor } from './smtp-reply'
import { SmtpSession } from './smtp-session'

/** RFC 5321 §4.5.3.1.8: at least 100 recipients must be taken. */
const maxRecipients = 100
/** What may follow the limit of a message that is refused anyway, so that its sender can hear why: then the line is cut. */
const maxDrainBytes = 100_000_000
/** After a 421 of ours the client has this long to close. */
const lingerMs = 500

export interface SmtpOptions {
  host: string
  /** 0: any free one. */
  port: number
  protocol: 'smtp' | 'lmtp'
  /** Greeting name, and the one domain of our recipients. */
  domain: string
  maxMessageBytes: number
  /** PEM; null: STARTTLS is not offered. */
  tls: { cert: string | Buffer; key: string | Buffer } | null
  spool: Spool
  /** null: welcome. Called for addresses of our domain only, never for postmaster and abuse. Throwing means 451. */
  checkRecipient(address: string, envelope: Envelope): Promise<FaultCode | null>
  maxConnections?: ConnectionLimits
  timeouts?: Partial<SessionTimeouts>
  log: Log
  now(): Date
}

export interface SmtpListener {
  port: number
  /** Connections that are open now; for metrics. */
  connections(): number
  /** Takes nothing new: 421 to idle connections; messages that are coming in may finish for `graceMs`, then they are cut before their 250. */
  close(graceMs: number): Promise<void>
}

/** Binds the port and serves it. Rejects with the system's error when the port cannot be bound. */
export async function startSmtp(options: SmtpOptions): Promise<SmtpListener> {
  checkPair(options.tls)
  const server = new GatewayServer(options)
  await server.start()
  return {
    port: (server.server.address() as AddressInfo).port,
    connections: () => server.connections.size,
    close: (graceMs) => server.stop(graceMs),
  }
}

/** Faults: `config-invalid`. The package would only say so in the words of OpenSSL, or at the first STARTTLS. */
function checkPair(tls: SmtpOptions['tls']): void {
  try {
    if (tls) createSecureContext(tls)
  } catch (error) {
    throw new Fault('config-invalid', `[smtp] tls_cert, tls_key: no certificate in PEM form with its key (${codeOf(error)}): see "cartable check"`, {
      cause: error,
    })
  }
}

class GatewayServer extends SMTPServer {
  readonly #sessions = new Map<string, SmtpSession>()
  readonly #sockets = new Set<Socket>()
  readonly #count: ConnectionCount
  readonly #timeouts: SessionTimeouts
  #closing = false
  #unwatch: () => void = () => undefined

  constructor(private readonly our: SmtpOptions) {
    const timeouts = { ...defaultTimeouts, ...our.timeouts }
    super({
      name: our.domain,
      lmtp: our.protocol === 'lmtp',
      size: our.maxMessageBytes,
      // Without a certificate the package would offer one whose key is published.
      disabledCommands: our.tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
      ...(our.tls ? { cert: our.tls.cert, key: our.tls.key } : {}),
      hideENHANCEDSTATUSCODES: false,
      disableReverseLookup: true,
      maxRecipients,
      socketTimeout: timeouts.commandMs,
      logger: false,
    })
    this.#timeouts = timeouts
    this.#count = new ConnectionCount(our.maxConnections ?? defaultLimits)
    this.on('error', (error: Error & { code?: string }) => our.log.info('smtp-connection-error', { code: error.code ?? error.name }))
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.listen(this.our.port, this.our.host, () => resolve())
    })
    this.#unwatch = watchTimeouts(() => this.#sessions.values(), this.#timeouts)
  }

  async stop(graceMs: number): Promise<void> {
    this.#closing = true
    this.#unwatch()
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const session of this.#sessions.values()) if (!session.isReceiving) session.reply(replyFor(new Fault('shutting-down')))
    const linger = setTimeout(() => this.#cut((session) => !session?.isReceiving), Math.min(lingerMs, graceMs))
    const grace = setTimeout(() => this.#cut(() => true), graceMs)
    await closed
    clearTimeout(linger)
    clearTimeout(grace)
  }

  #cut(which: (session: SmtpSession | undefined) => boolean): void {
    const bySocket = new Map([...this.#sessions.values()].map((session) => [session.rawSocket, session]))
    for (const socket of this.#sockets) if (which(bySocket.get(socket))) socket.destroy()
  }

  override connect(socket: Socket | TLSSocket, socketOptions?: SMTPConnectionOptions | null): void {
    const session = new SmtpSession(this, socket, socketOptions, {
      maxMessageBytes: this.our.maxMessageBytes,
      admits: (entering) => this.#admits(entering),
      left: (leaving) => {
        this.#sessions.delete(leaving.id)
        this.#count.leave(leaving.clientAddress)
      },
    })
    this.connections.add(session)
    this.#sessions.set(session.id, session)
    this.#count.enter(session.clientAddress)
    session.on('error', (error: Error) => this._onError(error))
    session.init()
  }

  #admits(entering: SmtpSession): boolean {
    if (this.#closing) return false
    const refused = this.#count.tooManyFrom(entering.clientAddress) || (this.#count.tooMany && !this.#evictOne(entering))
    if (refused) this.our.log.warn('smtp-too-many-connections', { connections: this.#count.total })
    return !refused
  }

  /** Silent connections must not keep honest ones out: the one that came first goes. */
  #evictOne(entering: SmtpSession): boolean {
    const now = performance.now()
    for (const session of this.#sessions.values()) {
      if (session === entering || !session.isIdle || session.session.envelope?.mailFrom || now - session.lastCommandAt < this.#timeouts.evictableMs) continue
      session.reply(replyFor(new Fault('too-many-connections')))
      session.rawSocket.destroySoon()
      return true
    }
    return false
  }

  override onConnect(_session: SMTPServerSession, callback: (error?: Error | null) => void): void {
    callback()
  }

  override onMailFrom(_address: { address: string }, _session: SMTPServerSession, callback: (error?: Error | null) => void): void {
    // Told before 40 MB are sent for nothing; SIZE was compared with our limit already.
    this.our.spool.freeBytes().then(
      (free) => callback(free < 0 ? replyError(replyFor(new Fault('disk-full'))) : null),
      (error: unknown) => callback(replyError(replyFor(error))),
    )
  }

  override onRcptTo({ address }: { address: string }, session: SMTPServerSession, callback: (error?: Error | null) => void): void {
    const place = placeOf(address, this.our.domain)
    const check = async (): Promise<FaultCode | null> => {
      if (place.kind === 'elsewhere') return 'relay-denied'
      return place.kind === 'always' ? null : this.our.checkRecipient(place.address, this.#envelopeOf(session))
    }
    check().then(
      (code) => {
        if (code === null) return callback()
        this.our.log.info('smtp-recipient-refused', { session: session.id, code })
        const refuse = (): void => callback(replyError(replyFor(new Fault(code))))
        return void (this.#sessions.get(session.id)?.slowDown() ?? Promise.resolve()).then(refuse)
      },
      (error: unknown) => {
        this.our.log.error('smtp-recipient-check-failed', { session: session.id, code: codeOf(error) })
        callback(replyError(replyFor(error)))
      },
    )
  }

  override onData(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    callback: (error?: Error | null, message?: string | (string | Error)[]) => void,
  ): void {
    const connection = this.#sessions.get(session.id)
    if (!connection) return callback(replyError(replyFor(null)))
    connection.dataSince = performance.now()
    // The client may leave at any time, also when the spool no longer listens.
    stream.on('error', () => undefined)
    void this.#take(stream, session, connection).then((result) => {
      connection.dataSince = null
      // LMTP: a reply for every RCPT that was taken, in order (RFC 2033 §4.2).
      if (this.our.protocol === 'lmtp')
        callback(
          null,
          Array.from({ length: connection.recipientsTaken }, () => result),
        )
      else if (typeof result === 'string') callback(null, result)
      else callback(result)
      if (this.#closing) setImmediate(() => connection.reply(replyFor(new Fault('shutting-down'))))
    })
  }

  /** The reply: a text is 250, an error its own code. Never rejects; the message has been read to its end then, or its client has left. */
  async #take(stream: SMTPServerDataStream, session: SMTPServerSession, connection: SmtpSession): Promise<string | Error> {
    const started = performance.now()
    const hops = new ReceivedCount()
    const check = (piece: Uint8Array): Fault | null => (hops.exceededBy(piece) ? new Fault('too-many-hops') : null)
    try {
      const meta = { envelope: this.#envelopeOf(session), source: this.our.protocol }
      const { id, bytes } = await this.our.spool.accept(meta, stream, { maxBytes: this.our.maxMessageBytes, check })
      connection.messageAccepted()
      this.our.log.info('mail-accepted', { id, bytes, recipients: meta.envelope.recipients.length, ms: Math.round(performance.now() - started) })
      return `2.6.0 Accepted as ${id}`
    } catch (error) {
      const reply = replyFor(error)
      this.our.log.warn('mail-not-accepted', { session: session.id, code: stream.errored ? 'client-left' : codeOf(error), bytes: stream.byteLength })
      await drained(stream, () => connection.hangUp(reply.code, reply.text))
      return replyError(reply)
    }
  }

  #envelopeOf(session: SMTPServerSession): Envelope {
    const { mailFrom, rcptTo } = session.envelope
    const recipients = rcptTo.map(({ address }) => {
      const place = placeOf(address, this.our.domain)
      return place.kind === 'elsewhere' ? address : place.address
    })
    return {
      sender: mailFrom && mailFrom.address !== '' ? mailFrom.address : null,
      recipients,
      clientAddress: session.remoteAddress,
      helo: session.hostNameAppearsAs || null,
      receivedAt: this.our.now(),
    }
  }
}

/** Reads the rest of a refused message, so that its sender, who is still writing, can hear why. */
function drained(stream: SMTPServerDataStream, cut: () => void): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve()
  const most = stream.byteLength + maxDrainBytes
  return new Promise((resolve) => {
    stream.once('end', resolve).once('close', resolve)
    stream.on('data', () => {
      if (stream.byteLength <= most) return
      cut()
      stream.destroy()
    })
    stream.resume()
  })
}
