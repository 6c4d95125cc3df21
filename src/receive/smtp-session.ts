/** One SMTP or LMTP connection: the package's, without its greeting wait, and with our limits and answers. Decides nothing about mail. */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { SMTPServer } from 'smtp-server'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import type { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import { Fault } from '../errors'
import { replyFor, type SmtpReply } from './smtp-reply'

/** Ten wrong commands or unknown recipients are a dictionary, not a client. */
const maxErrors = 10
/** Between two accepted messages; 100 recipients and their company need some 105. */
const maxCommands = 1000
/** RFC 5321 §4.5.3.1.4: 512 octets with CRLF. MAIL and RCPT carry parameters and paths of non-ASCII addresses. */
const maxLineOctets = 510
const maxPathLineOctets = 1022
/** Errors that cost no time; then each one waits longer. */
const freeErrors = 3
const errorDelayMs = 50

const spoken = new Set('EHLO HELO LHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP STARTTLS'.split(' '))
/** Known, not offered: 502 (RFC 5321 §4.2.4). Some have handlers in the package that must not be reached. */
const notOffered = new Set('EXPN TURN ETRN ATRN AUTH BURL DEBUG WIZ SHELL KILL SEND SOML SAML XCLIENT XFORWARD'.split(' '))

export interface SessionRules {
  maxMessageBytes: number
  /** Whether a connection beyond the limits may stay; called once, before the greeting. */
  admits(session: SmtpSession): boolean
  left(session: SmtpSession): void
}

export class SmtpSession extends SMTPConnection {
  readonly startedAt = performance.now()
  /** As it was accepted, also under TLS. */
  readonly rawSocket: Socket
  /** As it was accepted: the package clears its own when the socket is gone. */
  readonly clientAddress: string
  lastCommandAt = this.startedAt
  /** Start of the message that is coming in; null between messages. */
  dataSince: number | null = null
  /** RCPTs of this transaction that were answered 250, repeated ones too: LMTP owes each a reply (RFC 2033 §4.2). */
  recipientsTaken = 0
  #errors = 0
  #commands = 0
  /** This command has been counted as an error already; LMTP answers many times. */
  #counted = false
  #left = false

  constructor(
    server: SMTPServer,
    socket: Socket | TLSSocket,
    options: SMTPConnectionOptions | null | undefined,
    private readonly rules: SessionRules,
  ) {
    super(server, socket, options)
    this.rawSocket = socket
    this.clientAddress = this.remoteAddress
  }

  get isReceiving(): boolean {
    return Boolean(this._dataStream)
  }

  /** No command is half way, and no message. */
  get isIdle(): boolean {
    return !this.isReceiving && !this._handlerPending
  }

  /** Waits so that guessing gets slower with every error. */
  slowDown(): Promise<void> {
    const delayMs = Math.max(0, this.#errors - freeErrors) * errorDelayMs
    return delayMs === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, delayMs).unref())
  }

  messageAccepted(): void {
    this.#commands = 0
  }

  reply({ code, text }: SmtpReply): void {
    this.send(code, text)
  }

  /** Says it and closes: what follows is neither read nor obeyed. */
  hangUp(code: number, text: string): void {
    this.send(code, text)
    this.close()
  }

  /**
   * As the package's, without its 100 ms wait for early talkers, which alone would halve the rate of short sessions (SPEED: 0.6 against 2.3).
   * One turn of the loop is enough to notice what was sent together with the connection.
   */
  override init(): void {
    this._socket.once('data', (first: Buffer) => {
      // A TLS hello (0x16) or other binary protocol never sends a line: answered at once. Commands begin with a letter.
      if (!/^[A-Za-z\s]/.test(String.fromCharCode(first[0] ?? 0))) this.hangUp(500, '5.5.2 This is SMTP')
    })
    this._setListeners(() => {
      if (!this.rules.admits(this)) {
        this.reply(replyFor(new Fault('too-many-connections')))
        return this.rawSocket.destroySoon()
      }
      setImmediate(() => this.connectionReady())
    })
  }

  /** Its place is free from here on: a client that never closes its side must not keep others out. */
  override close(): void {
    this.#leave()
    super.close()
  }

  override _onClose(): void {
    this.#leave()
    super._onClose()
  }

  #leave(): void {
    if (!this.#left) this.rules.left(this)
    this.#left = true
  }

  override _createParser(): SMTPStream {
    const parser = super._createParser()
    // The package answers 421; a line that never ends is a syntax error (RFC 5321 §4.5.3.1.9: 500).
    parser.removeAllListeners('error')
    parser.on('error', () => this.hangUp(500, '5.5.2 Line too long'))
    return parser
  }

  override _resetSession(): void {
    this.recipientsTaken = 0
    super._resetSession()
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (context === 'RCPT_TO_OK') this.recipientsTaken++
    if (code >= 500 && !this.#counted) {
      this.#counted = true
      this.#errors++
      if (this.#errors >= maxErrors) return super.send(421, '4.7.0 Too many errors', false)
    }
    // Our texts bring their own enhanced code.
    const own = typeof data === 'string' && /^[245]\.\d{1,3}\.\d{1,3} /.test(data)
    super.send(code, data, own ? false : context)
  }

  override _onCommand(command: Buffer, callback?: () => void): void {
    if (this._upgrading || !this._ready || this._closing) return super._onCommand(command, callback)
    const first = this.#commands === 0 && this._transactionCounter === 0
    this.lastCommandAt = performance.now()
    this.#counted = false
    this.#commands++
    const verb = command.toString('latin1', 0, 12).split(/\s/, 1)[0]?.toUpperCase() ?? ''
    if (this.#commands > maxCommands) return this.hangUp(421, '4.7.0 Too many commands')
    if (command.length > (verb === 'MAIL' || verb === 'RCPT' ? maxPathLineOctets : maxLineOctets)) return this.hangUp(500, '5.5.2 Line too long')
    // HTTP, SSH and their like: what follows is not meant for us.
    if (first && !spoken.has(verb) && !notOffered.has(verb)) return this.hangUp(500, '5.5.2 This is SMTP')
    // RFC 3030 is not announced. The octets behind BDAT are a body: they must not be read as commands.
    if (verb === 'BDAT') return this.hangUp(502, '5.5.1 Not implemented')
    if (notOffered.has(verb)) {
      this.send(502, '5.5.1 Not implemented')
      setImmediate(() => this._whenWritable(callback ?? (() => undefined)))
      return undefined
    }
    return super._onCommand(command, callback)
  }

  override handler_MAIL(command: Buffer, callback: () => void): void {
    const parsed = this._parseAddressCommand('mail from', command)
    if (!parsed) return this.#answer(replyFor(new Fault('bad-address')), callback)
    const args = parsed.args || {}
    if (hasOther(args, ['SIZE', 'BODY', 'SMTPUTF8'])) return this.#answer(unknownParameter, callback)
    const size = 'SIZE' in args ? String(args.SIZE) : ''
    // RFC 1870 §6.1: told before a single octet of it has been sent.
    if (/^\d{1,20}$/.test(size) && Number(size) > this.rules.maxMessageBytes) return this.#answer(replyFor(new Fault('message-too-big')), callback)
    return super.handler_MAIL(command, callback)
  }

  override handler_RCPT(command: Buffer, callback: () => void): void {
    const parsed = this._parseAddressCommand('rcpt to', command)
    if (!this.session.envelope.mailFrom || (parsed && !hasOther(parsed.args || {}, []) && parsed.address)) return super.handler_RCPT(command, callback)
    if (parsed && parsed.address) return this.#answer(unknownParameter, callback)
    // A null or quoted path is well formed (RFC 5321 §4.1.2), but nobody here is called that.
    const nobody = /^RCPT\s+TO:\s*<(?:|"(?:[^"\\]|\\.)*"@[^\s<>"@]+)>/i.test(command.toString())
    const answer = nobody ? replyFor(new Fault('unknown-recipient')) : { code: 501, text: replyFor(new Fault('bad-address')).text.replace(/^\S+/, '5.1.3') }
    void this.slowDown().then(() => this.#answer(answer, callback))
  }

  #answer(reply: SmtpReply, callback: () => void): void {
    this.reply(reply)
    callback()
  }
}

/** RFC 5321 §4.1.1.11: 555 for parameters that were not announced. */
const unknownParameter: SmtpReply = { code: 555, text: '5.5.4 Parameter not known' }

const hasOther = (args: object, known: string[]): boolean => Object.keys(args).some((key) => !known.includes(key))
