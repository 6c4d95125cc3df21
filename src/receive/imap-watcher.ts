/** Watches one mailbox: each mail goes into the spool once, then into another folder. Its state is ours, not `\Seen`; it parses no more than the envelope. */
import { ImapFlow } from 'imapflow'
import { codeOf, isFault } from '../errors'
import type { Log } from '../log'
import type { Spool } from '../spool/spooled-mail'
import { envelopeFields, recipientsIn, senderIn } from './imap-envelope'
import { placeOf } from './recipient'

export interface MailboxConfig {
  host: string
  port: number
  /** TLS from the first octet; else STARTTLS where the server offers it. */
  secure: boolean
  user: string
  password: string
  mailbox: string
  /** Folder for what was taken, and for what is not ours or too big. Made when missing. */
  processed: string
  failed: string
  tls?: { ca?: string | Buffer; rejectUnauthorized?: boolean; servername?: string }
}

export interface MailboxDeps {
  spool: Spool
  domain: string
  /** Whether an address of our domain is known; postmaster and abuse are taken without asking. */
  isOurs(address: string): Promise<boolean>
  /** Whether a row with this `sourceKey` exists. What is in the spool is known already. */
  wasTaken(sourceKey: string): Promise<boolean>
  maxMessageBytes: number
  log: Log
  now?: () => Date
  /** First wait and longest wait before another connection; 1 s and 5 min when absent. */
  retryMs?: { first: number; most: number }
  /** The mailbox is looked through after this long, whatever IDLE says; 2 min when absent. */
  pollMs?: number
}

export interface MailboxWatch {
  /** Resolves when what lay there at start has been dealt with, or at `stop`. Stays open as long as the server cannot be reached: do not wait for it to start. */
  ready: Promise<void>
  /** `error`: code of what ended the last connection, null while all is well. */
  state(): { connected: boolean; taken: number; error: string | null }
  /** The mail that is being taken is finished first. */
  stop(): Promise<void>
}

/** Begins to watch; never throws. Whatever goes wrong is tried again, with growing pauses. */
export function watchMailbox(config: MailboxConfig, deps: MailboxDeps): MailboxWatch {
  const watcher = new Watcher(config, deps)
  const run = watcher.run()
  return {
    ready: watcher.ready,
    state: () => ({ connected: watcher.connected, taken: watcher.taken, error: watcher.error }),
    stop: async () => {
      watcher.stop()
      await run
    },
  }
}

/** Something may have come, or it is time. */
class Bell {
  #rung = false
  #wake: () => void = () => undefined

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** What rang before does not count any more. */
  hush(): void {
    this.#rung = false
  }

  /** False: nobody rang. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    const rung = this.#rung
    this.#rung = false
    return rung
  }
}

class Watcher {
  readonly ready: Promise<void>
  connected = false
  taken = 0
  error: string | null = null
  #isReady: () => void = () => undefined
  #stopped = false
  #client: ImapFlow | null = null
  readonly #bell = new Bell()
  /** Mails that failed, so that one of them does not keep those behind it waiting. */
  readonly #failures = new Map<string, number>()
  /** Path on this server of each configured folder. */
  readonly #folders = new Map<string, string>()

  constructor(
    private readonly config: MailboxConfig,
    private readonly deps: MailboxDeps,
  ) {
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
    // Connecting or logging in: nothing to finish.
    if (!this.connected) this.#client?.close()
  }

  async run(): Promise<void> {
    const { first, most } = this.deps.retryMs ?? { first: 1000, most: 300_000 }
    let waitMs = first
    while (!this.#stopped) {
      try {
        await this.#session(() => {
          waitMs = first
        })
      } catch (error) {
        if (this.#stopped) break
        this.error = imapCodeOf(error)
        this.deps.log.warn('imap-failed', { error: this.error, retryMs: waitMs })
      }
      this.connected = false
      // Half of the wait is jitter: many mailboxes of one server should not come back together.
      if (!this.#stopped) await this.#bell.wait(waitMs / 2 + (Math.random() * waitMs) / 2)
      waitMs = Math.min(waitMs * 2, most)
    }
    this.#isReady()
  }

  /** One connection, from log-in to its end. Throws what ended it. */
  async #session(wentWell: () => void): Promise<void> {
    const { host, port, secure, user, password, tls } = this.config
    const client = new ImapFlow({
      host,
      port,
      secure,
      auth: { user, pass: password },
      ...(tls ? { tls } : {}),
      logger: false,
      connectionTimeout: 30_000,
      // While we hold a lock it never idles: the mailbox is opened without one, and IDLE begins after this pause.
      autoIdleDelay: 200,
      // A dead connection is noticed when IDLE is renewed. RFC 2177 §3 asks for less than 29 minutes.
      maxIdleTime: 240_000,
    })
    this.#client = client
    let failure: unknown = null
    client.on('error', (error: Error) => {
      failure = error
      if (this.#client === client) this.#bell.ring()
    })
    client.on('close', () => this.#bell.ring())
    client.on('exists', () => this.#bell.ring())
    try {
      await client.connect()
      await this.#makeFolders(client)
      await client.mailboxOpen(this.config.mailbox)
      this.connected = true
      while (!this.#stopped) {
        if (client.usable) await this.#sweep(client)
        if (!client.usable) throw failure ?? withCode('connection-ended')
        this.error = null
        wentWell()
        if (!this.#stopped) this.#isReady()
        // Selected anew from time to time: a mailbox that was replaced is told to nobody (seen with dovecot 2.3), and its mails would wait for ever.
        if (!(await this.#bell.wait(this.deps.pollMs ?? 120_000)) && client.usable) await client.mailboxOpen(this.config.mailbox)
      }
      await Promise.race([client.logout(), new Promise((resolve) => setTimeout(resolve, 1000).unref())])
    } finally {
      // Its end is known: the bell it rings now would cut the wait for the next one short.
      client.removeAllListeners('close').removeAllListeners('exists')
      client.close()
      this.#client = null
      if (!this.#stopped) this.#bell.hush()
    }
  }

  /** Finds or makes the two folders. `A/B` in the configuration is B inside A, whatever sign this server puts between them (RFC 9051 §5.1.1). */
  async #makeFolders(client: ImapFlow): Promise<void> {
    const there = await client.list()
    const paths = new Set(there.map(({ path }) => path))
    for (const folder of [this.config.processed, this.config.failed]) {
      const steps = folder.split('/')
      const delimiter = there.find((one) => one.delimiter)?.delimiter ?? '/'
      const inside = `${client.namespace?.prefix ?? ''}${steps.join(delimiter)}`
      const known = [folder, inside].find((path) => paths.has(path))
      this.#folders.set(folder, known ?? (await client.mailboxCreate(steps)).path)
    }
  }

  /** Deals with all that lies in the mailbox now. One mail that fails does not hinder the others. */
  async #sweep(client: ImapFlow): Promise<void> {
    // The mailbox may have been replaced meanwhile; then its UIDs mean other mails.
    const uids = await client.search({ deleted: false }, { uid: true })
    if (!uids) throw withCode('mailbox-not-searched')
    const keys = new Map(uids.map((uid) => [uid, this.#keyOf(client, uid)]))
    const present = new Set(keys.values())
    for (const key of this.#failures.keys()) if (!present.has(key)) this.#failures.delete(key)
    const failures = (uid: number): number => this.#failures.get(keys.get(uid) ?? '') ?? 0
    for (const uid of [...uids].sort((a, b) => failures(a) - failures(b) || a - b)) {
      if (this.#stopped || !client.usable) return
      const key = keys.get(uid) ?? ''
      if (key !== this.#keyOf(client, uid)) return this.#bell.ring()
      try {
        await this.#deal(client, uid, key)
        this.#failures.delete(key)
      } catch (error) {
        this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1)
        this.deps.log.warn('imap-mail-failed', { error: imapCodeOf(error), attempts: this.#failures.get(key) })
        // Full or unusable storage concerns them all: later.
        if (isFault(error)) throw error
      }
    }
  }

  #keyOf(client: ImapFlow, uid: number): string {
    const { host, user, mailbox } = this.config
    const uidValidity = client.mailbox ? client.mailbox.uidValidity.toString() : '?'
    return [host, user, mailbox, uidValidity, uid].join('/')
  }

  async #deal(client: ImapFlow, uid: number, key: string): Promise<void> {
    // Taken, and the move was cut off by a crash: only that is left to do.
    if (this.deps.spool.holds(key) || (await this.deps.wasTaken(key))) return this.#move(client, uid, this.config.processed)
    const found = await client.fetchOne(String(uid), { uid: true, size: true, internalDate: true, headers: envelopeFields }, { uid: true })
    // Somebody else moved or deleted it.
    if (!found) return
    const head = (found.headers ?? Buffer.alloc(0)).toString('utf8')
    const recipients = await this.#ours(recipientsIn(head))
    const refusal = recipients.length === 0 ? 'unknown-recipient' : (found.size ?? 0) > this.deps.maxMessageBytes ? 'message-too-big' : null
    if (refusal) return this.#refuse(client, uid, refusal)
    const now = this.deps.now?.() ?? new Date()
    const arrived = new Date(found.internalDate ?? now)
    const receivedAt = arrived.getTime() <= now.getTime() ? arrived : now
    const { content } = await client.download(String(uid), undefined, { uid: true, chunkSize: 256 * 1024 })
    if (!content) return
    try {
      const envelope = { sender: senderIn(head), recipients, clientAddress: null, helo: null, receivedAt }
      const meta = { envelope, source: `imap:${this.config.host}`, sourceKey: key }
      const { id, bytes } = await this.deps.spool.accept(meta, content, { maxBytes: this.deps.maxMessageBytes })
      this.taken++
      this.deps.log.info('mail-accepted', { id, bytes, recipients: recipients.length })
    } catch (error) {
      content.on('error', () => undefined).destroy()
      if (!isFault(error, 'message-too-big')) throw error
      return this.#refuse(client, uid, 'message-too-big')
    }
    return this.#move(client, uid, this.config.processed)
  }

  async #ours(addresses: string[]): Promise<string[]> {
    const ours: string[] = []
    for (const address of addresses) {
      const place = placeOf(address, this.deps.domain)
      if (place.kind === 'always' || (place.kind === 'ours' && (await this.deps.isOurs(place.address)))) ours.push(place.address)
    }
    return ours
  }

  #refuse(client: ImapFlow, uid: number, code: string): Promise<void> {
    this.deps.log.warn('imap-mail-refused', { code })
    return this.#move(client, uid, this.config.failed)
  }

  /** MOVE, or COPY and delete (RFC 6851 §3.3) where the server has none. */
  async #move(client: ImapFlow, uid: number, folder: string): Promise<void> {
    const move = () => client.messageMove(String(uid), this.#folders.get(folder) ?? folder, { uid: true })
    if (await move()) return
    // The folder may have been removed meanwhile.
    await this.#makeFolders(client)
    if (!(await move())) throw withCode('mail-not-moved')
  }
}

const withCode = (code: string): Error => Object.assign(new Error(code), { code })

/** A code for the log: the server's words may name people. */
function imapCodeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    if ('authenticationFailed' in error && error.authenticationFailed === true) return 'authentication-failed'
    if ('code' in error && typeof error.code === 'string') return error.code
    // RFC 5530: the server's own code, such as NOPERM or OVERQUOTA.
    if ('serverResponseCode' in error && typeof error.serverResponseCode === 'string') return error.serverResponseCode.toLowerCase()
  }
  return codeOf(error)
}
