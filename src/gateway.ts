/** Wires everything, top to bottom as the message goes; start and stop. It decides nothing. */
import { mkdir, readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { scheduleForgetting, forgetOld } from './act/forget-old'
import { actSettingsOf } from './act/act-settings-of'
import { reportFailures } from './act/book-bounce'
import type { Authenticate } from './authenticate/authenticate'
import { handleMail, holdMailOfJob } from './act/handle-mail'
import { createReadingPool, type ReadingPool } from './act/reading-pool'
import { createAntivirus } from './act/scan-virus'
import { setCopiesAside } from './act/set-copies-aside'
import { longestWaitMs, makeBundle } from './act/make-bundle'
import { givePagesUp, makePages } from './act/make-pages'
import { createPatience } from './act/patience'
import { releaseCopies } from './act/release-copies'
import { returnCorrections } from './act/return-corrections'
import { sendCopies } from './act/send-copies'
import { scheduleDigests, sendDigests } from './act/send-digests'
import { sendReceipt } from './act/send-receipt'
import { outboxSource } from './act/settle-outgoing'
import { takeUp } from './act/take-up'
import { scheduleOffice, tellOffice } from './act/tell-office'
import { writeIncident } from './act/tell-operator'
import { findTarget } from './act/which-recipient'
import { type BundlePool, createBundlePool } from './bundle/bundle-pool'
import type { Config } from './config/schema'
import { type Outbox, startOutbox } from './deliver/outbox-runner'
import type { Relay } from './deliver/next-hop'
import { createRelay } from './deliver/relay'
import { createSigner } from './deliver/sign'
import { sweepWireForms } from './deliver/wire-form'
import { codeOf, Fault, isFault } from './errors'
import type { Log } from './log'
import { createPageWorkers, type PageWorkers } from './pages/page-workers'
import { type MailboxWatch, watchMailbox } from './receive/imap-watcher'
import { type SmtpListener, startSmtp } from './receive/smtp-listener'
import { openSpool } from './spool/spool'
import type { Spool } from './spool/spooled-mail'
import { lockStorage, type StorageLock } from './spool/storage-lock'
import type { Holiday } from './school/quiet-time'
import { type Blobs, openBlobs, removeUnfinished } from './store/blobs'
import { type Database, openDatabase, type Tx } from './store/database'
import type { Job } from './store/jobs'
import { mailWithSourceKey } from './store/mails'
import { recoverOutgoing } from './store/outbox'
import { listQueue, type QueueEntry } from './store/queue'
import { loadBundleWords } from './text/bundle-words-files'
import { render } from './text/render'
import type { Templates } from './text/template'
import { followLink, lookAtLink } from './act/unsubscribe-link'
import { homePage, loadTemplates, unsubscribePage } from './text/template-files'
import { gaugesOf } from './web/gauges'
import { startWeb, type WebServer } from './web/server'
import type { Clock } from './work/clock'
import { type Lane, recover, type Runner, startRunner } from './work/runner'

export interface GatewayOptions {
  config: Config
  /** Folder that relative paths of the configuration are meant from. */
  folder: string
  /** `[storage] path`, absolute. */
  storage: string
  /** Of `[quiet] calendar`. */
  holidays?: Holiday[]
  /** Keys of page marks and of links, 32 bytes as hex each. */
  markKey: string
  linkKey: string
  authenticate: Authenticate
  clock: Clock
  log: Log
}

export interface Gateway {
  smtpPort: number | null
  httpPort: number | null
  database: Database
  blobs: Blobs
  /** Nothing is spooled, due or leaving: for tests and the demo. */
  idle(): Promise<boolean>
  /** Something may be due now (the clock was moved). */
  wake(): void
  /** Takes no new work, finishes or gives back what it holds, within `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

/** Compiled once a process: they are part of the program. */
let allTemplates: Templates | null = null

const lanesOf = (config: Config): Lane[] => [
  { kinds: ['handle-mail'], concurrency: 4 },
  { kinds: ['make-pages', 'find-copies'], concurrency: config.limits.pageWorkers },
  { kinds: ['make-bundle', 'return-corrections', 'release-copies'], concurrency: 1 },
  { kinds: ['send-copies', 'send-receipt', 'report-failures', 'send-digests', 'tell-office', 'forget-old'], concurrency: 2 },
]

/** Starts everything; whatever cannot be started stops the rest again. Faults: `storage-in-use`, `storage-unusable`, `database-damaged`, and the system's errors of ports. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new RunningGateway(options)
  try {
    await gateway.start()
  } catch (error) {
    await gateway.stop(1000)
    throw error
  }
  return gateway
}

class RunningGateway implements Gateway {
  smtpPort: number | null = null
  httpPort: number | null = null
  database!: Database
  blobs!: Blobs
  #lock: StorageLock | null = null
  #spool: Spool | null = null
  #pages: PageWorkers | null = null
  #bundles: BundlePool | null = null
  #reader: ReadingPool | null = null
  #relay: Relay | null = null
  #runner: Runner | null = null
  #outbox: Outbox | null = null
  #smtp: SmtpListener | null = null
  #web: WebServer | null = null
  #watches: MailboxWatch[] = []
  #takingUp: Promise<void> = Promise.resolve()
  #spooled = 0
  #stopping = false
  readonly #settings

  constructor(private readonly options: GatewayOptions) {
    this.#settings = actSettingsOf(options.config, options.holidays ?? [], options.linkKey)
  }

  async start(): Promise<void> {
    await this.#openStorage()
    await this.#startWork()
    await this.#openDoors()
  }

  async #openStorage(): Promise<void> {
    const { config, storage, log } = this.options
    await mkdir(storage, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw new Fault('storage-unusable', `The folder ${storage} cannot be made (${codeOf(error)}). Make its parent writable, or set another [storage] path.`, {
        cause: error,
      })
    })
    this.#lock = await lockStorage(storage)
    for (const name of ['tmp', 'wire']) await mkdir(join(storage, name), { recursive: true, mode: 0o700 })
    this.database = await openDatabase(config.storage.database, storage)
    const blobs = within(storage, config.storage.blobs.slice('file:'.length))
    this.blobs = await openBlobs(blobs)
    await removeUnfinished(blobs)
    this.#spool = await openSpool(join(storage, 'spool'), { log, reserveBytes: config.storage.reserveBytes })
  }

  async #startWork(): Promise<void> {
    const { config, storage, clock, log, markKey } = this.options
    const { database, blobs } = this
    const settings = this.#settings
    const now = (): Date => clock.now()
    const temporary = join(storage, 'tmp')
    // What an earlier run accepted has its rows before anything due is looked at: a bundle must not leave without it.
    while ((await takeUp(this.#openSpool, database, blobs, now())) > 0) log.info('spool-replayed')
    const onHeld = async (tx: Tx, job: Job, code: string): Promise<void> => {
      await holdMailOfJob(tx, job, code)
      await givePagesUp(tx, job, code)
    }
    await recover({ database, onHeld, log })
    await database.transaction(async (tx) => {
      const resent = await recoverOutgoing(tx)
      if (resent > 0) log.warn('outgoing-recovered', { count: resent })
      await scheduleDigests(tx, settings, now())
      await scheduleForgetting(tx, settings, now())
      await scheduleOffice(tx, settings, now())
    })
    this.#pages = createPageWorkers({ workers: config.limits.pageWorkers, maxPixels: config.limits.pixels })
    this.#bundles = createBundlePool()
    this.#reader = createReadingPool()
    const bundle = {
      database,
      blobs,
      bundles: this.#bundles,
      words: { fr: loadBundleWords('fr'), en: loadBundleWords('en') },
      markKey,
      temporary,
      settings,
      patience: createPatience(longestWaitMs),
      now,
    }
    const pages = this.#pages
    const reader = this.#reader
    const antivirus = config.antivirus.clamd === null ? null : createAntivirus(config.antivirus.clamd)
    this.#runner = startRunner({
      database,
      clock,
      log,
      onHeld,
      lanes: lanesOf(config),
      handlers: {
        'handle-mail': (job) => handleMail(job, { ...bundle, reader, temporary, authenticate: this.options.authenticate, antivirus, log }),
        'make-pages': (job) => makePages(job, { database, blobs, pages, pagesPerSubmission: settings.pagesPerSubmission, now }),
        'find-copies': (job) => setCopiesAside(job, { database, blobs, pages }),
        'make-bundle': (job) => makeBundle(job, bundle),
        'return-corrections': (job) => returnCorrections(job, bundle),
        'release-copies': (job) => releaseCopies(job, bundle),
        'send-copies': (job) => sendCopies(job, { settings, now }),
        'send-receipt': (job) => sendReceipt(job, bundle),
        'report-failures': (job) => reportFailures(job, { settings, now }),
        'send-digests': (job) => sendDigests(job, { database, settings, now }),
        'tell-office': (job) => tellOffice(job, { database, settings, now }),
        'forget-old': (job) => forgetOld(job, { database, blobs, folders: { temporary, wire: join(storage, 'wire') }, settings, now }),
      },
    })
    await this.#startOutbox()
    database.onCommit(() => this.wake())
  }

  async #startOutbox(): Promise<void> {
    const { config, folder, storage, clock, log } = this.options
    const { database, blobs } = this
    const templates = (allTemplates ??= loadTemplates())
    // Wire forms are not synced: what an earlier run left may be cut short.
    await sweepWireForms(join(storage, 'wire'), new Date(8.64e15))
    this.#relay = createRelay(config.outbound.url, { folder: storage, heloName: config.domain })
    const { domain, selector, keyFile } = config.dkim
    const sign =
      domain !== null && selector !== null && keyFile !== null
        ? createSigner({ domain, selector, privateKey: (await namedFile('[dkim] key_file', within(folder, keyFile))).toString() })
        : null
    this.#outbox = startOutbox({
      source: outboxSource(database, this.#settings, () => clock.now(), log),
      relay: this.#relay,
      render: (mail) => render(templates, mail, { timezone: config.timezone, school: config.school }),
      compose: { blobs, wireFolder: join(storage, 'wire') },
      sign,
      clock,
      log,
      onIncident: (incident) => {
        log.error('incident', { incident })
        database
          .transaction((tx) => writeIncident(tx, incident, this.#settings, clock.now()))
          .catch((error: unknown) => log.error('incident-not-written', { code: codeOf(error) }))
      },
    })
  }

  async #openDoors(): Promise<void> {
    const { config, folder, clock, log } = this.options
    const spool = this.#openSpool
    spool.onAccepted(() => this.#takeUpSoon())
    const isOurs = async (address: string): Promise<boolean> => (await findTarget(this.database.db, address, config.domain)) !== null
    if (config.smtp.port !== 0) {
      const { tlsCert, tlsKey } = config.smtp
      this.#smtp = await startSmtp({
        host: config.smtp.host,
        port: config.smtp.port,
        protocol: config.smtp.protocol,
        domain: config.domain,
        maxMessageBytes: config.smtp.maxMessageBytes,
        tls:
          tlsCert !== null && tlsKey !== null
            ? { cert: await namedFile('[smtp] tls_cert', within(folder, tlsCert)), key: await namedFile('[smtp] tls_key', within(folder, tlsKey)) }
            : null,
        spool,
        checkRecipient: async (address) => ((await isOurs(address)) ? null : 'unknown-recipient'),
        maxConnections: { total: config.limits.connections, perAddress: config.limits.connectionsPerAddress },
        log,
        now: () => clock.now(),
      })
      this.smtpPort = this.#smtp.port
    }
    this.#watches = config.imap.map((mailbox) =>
      watchMailbox(
        { ...mailbox, password: mailbox.password ?? '' },
        {
          spool,
          domain: config.domain,
          isOurs,
          wasTaken: (key) => mailWithSourceKey(this.database.db, key),
          maxMessageBytes: config.smtp.maxMessageBytes,
          log,
          now: () => clock.now(),
        },
      ),
    )
    if (config.http.port !== 0) await this.#startWeb()
    this.#takeUpSoon()
  }

  async #startWeb(): Promise<void> {
    const { config, clock, linkKey } = this.options
    const db = this.database.db
    this.#web = await startWeb({
      host: config.http.host,
      port: config.http.port,
      home: homePage(config.school),
      unsubscribe: {
        look: (link) => lookAtLink(link, linkKey, clock.now()),
        act: (link) => this.database.transaction((tx) => followLink(tx, link, linkKey, clock.now())),
        page: unsubscribePage(config.school),
      },
      readiness: async () => ((await this.#openSpool.freeBytes()) < 0 ? 'disk-full' : null),
      gauges: gaugesOf(
        db,
        () => clock.now(),
        () => this.#smtp?.connections() ?? 0,
      ),
    })
    this.httpPort = this.#web.port
  }

  get #openSpool(): Spool {
    if (this.#spool === null) throw new Error('the spool is not open')
    return this.#spool
  }

  /** One take-up at a time; another one afterwards for what came meanwhile. */
  #takeUpSoon(): void {
    if (this.#spooled++ > 0) return
    this.#takingUp = this.#takeUpAll()
  }

  async #takeUpAll(): Promise<void> {
    const { clock, log } = this.options
    while (!this.#stopping && this.#spooled > 0) {
      this.#spooled = 1
      try {
        while ((await takeUp(this.#openSpool, this.database, this.blobs, clock.now())) > 0) this.#runner?.wake()
        this.#spooled--
      } catch (error) {
        // The mail is safe in the spool: wait for better times.
        log.error('take-up-failed', { code: codeOf(error), transient: isFault(error) })
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    }
  }

  wake(): void {
    this.#runner?.wake()
    this.#outbox?.wake()
  }

  async idle(): Promise<boolean> {
    if (this.#spooled > 0) return false
    const now = this.options.clock.now()
    // A mail that waits for the end of quiet hours is no work.
    const isLater = ({ kind, nextAttempt }: QueueEntry): boolean => kind === 'outgoing' && nextAttempt !== null && nextAttempt > now
    const busy = (await listQueue(this.database.db, now)).some((entry) => entry.state === 'waiting' && !isLater(entry))
    return !busy && (this.#runner?.idle() ?? true) && (this.#outbox?.idle() ?? true)
  }

  async stop(graceMs = 8000): Promise<void> {
    this.#stopping = true
    await Promise.all([this.#smtp?.close(graceMs / 2), this.#web?.close(), ...this.#watches.map((watch) => watch.stop())])
    await this.#takingUp
    await Promise.all([this.#runner?.stop(graceMs / 2), this.#outbox?.stop(graceMs / 2)])
    await Promise.all([this.#pages?.close(), this.#bundles?.close(), this.#reader?.close(), this.#relay?.close()])
    await this.#spool?.close()
    await this.database?.close()
    await this.#lock?.release()
  }
}

const within = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

/** A file that the configuration names. Faults: `config-invalid`. */
const namedFile = (key: string, path: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    throw new Fault('config-invalid', `${key}: ${path} cannot be read (${codeOf(error)}): check path and rights`, { cause: error })
  })
