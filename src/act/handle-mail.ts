/** One accepted mail, whole: read, gather what is known, decide for each recipient, carry out in one transaction. */
import type { BundlePool } from '../bundle/bundle-pool'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault, isFault } from '../errors'
import type { Log } from '../log'
import type { Envelope } from '../message/message'
import { addressOf, type AssignmentCode, className, type PersonId } from '../school/people'
import type { Blobs } from '../store/blobs'
import type { Database, Tx } from '../store/database'
import type { Job } from '../store/jobs'
import { findMail, mailsFrom, type MailRow, markSeen, moveMail, recipientsOf, seenBefore, settleMail } from '../store/mails'
import { decide, type Decision } from '../understand/decide'
import type { Author, Facts, Target } from '../understand/facts'
import { filesToPassOn, type Reading } from '../understand/reading'
import type { Why } from '../understand/whys'
import type { JobResult } from '../work/runner'
import type { Authenticate, Authentication } from '../authenticate/authenticate'
import type { Antivirus } from './scan-virus'
import { carryOut } from './carry-out'
import { unlessPupilsPages } from './guard-pages'
import { type Deed, type Outcome } from './deed'
import { authorsAt, contentKeyOf, gatherFacts, targetsOf } from './gather-facts'
import { joinParts } from './join-parts'
import { keepFile } from './keep-file'
import type { ReadingPool } from './reading-pool'
import type { ActSettings } from './settings'

export interface HandleMailJob {
  mailId: string
  /** The teacher answered OK to "is it you?". */
  confirmed?: boolean
  /** The sender told which assignment it is for. */
  place?: { assignment: AssignmentCode; student: PersonId }
}

export interface HandleMailDeps {
  database: Database
  blobs: Blobs
  bundles: BundlePool
  reader: ReadingPool
  /** Folder for files that are gone when the mail is handled. */
  temporary: string
  markKey: string
  settings: ActSettings
  authenticate: Authenticate
  /** Null: no scanner is configured. */
  antivirus: Antivirus | null
  now(): Date
  log: Log
}

const hourMs = 3_600_000

/** Set aside unread, with the reason; nobody is written to. */
const held = (mail: MailRow, reason: Why, now: Date): JobResult => ({
  commit: (tx) => settleMail(tx, mail.id, { state: 'held', reason, kind: null, why: reason, authorId: null }, now),
})

/** DNS that gives no answer is asked again for a day, then the teacher is asked (THREATS.md, A23). */
const dnsPatienceMs = 86_400_000

export async function handleMail(job: Job, deps: HandleMailDeps): Promise<JobResult> {
  const { database, blobs, settings } = deps
  const data = job.data as HandleMailJob
  const mail = await findMail(database.db, data.mailId)
  if (mail === null || mail.state !== 'spooled' || mail.blob === null) return { commit: async () => undefined }
  const now = deps.now()
  if (mail.sender !== null && (await mailsFrom(database.db, mail.sender, now.getTime() - hourMs)) > settings.mailsPerSenderHour)
    return held(mail, 'rate-limit', now)
  const file = blobs.path(mail.blob)
  if (deps.antivirus !== null && (await deps.antivirus(file)) === 'infected') return held(mail, 'infected', now)
  const folder = join(deps.temporary, `mail-${mail.id}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    return await handleRead({ ...mail, blob: mail.blob }, data, folder, deps)
  } catch (error) {
    // Reading it killed the reader twice: a third time would teach nothing.
    if (isFault(error, 'worker-died') && job.attempts > 0) return held(mail, 'mail-unreadable', now)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function handleRead(mail: MailRow & { blob: string }, data: HandleMailJob, folder: string, deps: HandleMailDeps): Promise<JobResult> {
  const { database, blobs, settings, log } = deps
  const now = deps.now()
  const file = blobs.path(mail.blob)
  const envelope = envelopeOf(mail)
  const { domain, timezone, locale } = settings
  const reading = await deps.reader.read({
    file,
    envelope,
    settings: { domain, timezone, locale, now: envelope.receivedAt, holidays: settings.quiet.holidays },
    folder,
    keep: true,
  })
  if (reading.partial !== null) return joinParts(mail, reading.partial, { database, blobs, folder, now })
  const authors = await authorsAt(database.db, reading.from?.address ?? null)
  const targets = await targetsOf(database.db, envelope.recipients, reading.replyToken, settings.domain)
  const authentication = await believe(mail.blob, envelope, authors, data, deps)
  const decided: { target: Target; key: string; decision: Decision }[] = []
  for (const target of targets) {
    const key = contentKeyOf(reading, target)
    const seen = await seenBefore(database.db, key, mail.id)
    const facts = await gatherFacts(database.db, reading, target, authors, beliefOf(authentication, data, settings, now, envelope.receivedAt), seen)
    decided.push({ target, key, decision: decide(reading, data.place ? placed(facts, data.place) : facts) })
  }
  if (decided.some(({ decision }) => decision.deed === 'wait-for-dns')) throw new Fault('dns-undecided')
  for (const one of decided)
    one.decision = await unlessPupilsPages(one.decision, { reading, target: one.target, authors, clientAddress: mail.client_address }, deps)
  if (decided.some(({ decision }) => keepsFiles(decision))) for (const each of filesToPassOn(reading)) await keepFile(each, blobs)
  return {
    commit: async (tx) => {
      const outcome = await carryOutAll(tx, decided, { mail, reading, authors, signedAt: authentication?.signedAt ?? null, settings, now })
      await settleMail(tx, mail.id, { ...outcome, kind: reading.kind, authorId: authors[0]?.person ?? null }, now)
      log.info('mail-settled', { mail: mail.id, kind: reading.kind, state: outcome.state, why: outcome.why, pages: reading.pages.length })
    },
  }
}

const envelopeOf = (mail: MailRow): Envelope => ({
  sender: mail.sender,
  recipients: recipientsOf(mail),
  clientAddress: mail.client_address,
  helo: mail.helo,
  receivedAt: new Date(mail.received_at),
})

/** Proof of the author costs DNS: asked for teachers, and for whoever's lateness its signing time may decide. */
async function believe(
  blob: string,
  envelope: Envelope,
  authors: Author[],
  data: HandleMailJob,
  { blobs, settings, authenticate, now }: HandleMailDeps,
): Promise<Authentication | null> {
  const needed = settings.authPolicy !== 'off' && !data.confirmed && (authors.some((author) => author.teaches.length > 0) || settings.lateBy === 'postmark')
  return needed ? authenticate(await blobs.get(blob), envelope, now()) : null
}

function beliefOf(authentication: Authentication | null, data: HandleMailJob, settings: ActSettings, now: Date, receivedAt: Date): Facts['believed'] {
  if (data.confirmed || settings.authPolicy === 'off') return 'yes'
  if (settings.authPolicy === 'confirm' || authentication === null) return 'no'
  if (authentication.belief === 'undecided' && now.getTime() - receivedAt.getTime() > dnsPatienceMs) return 'no'
  return authentication.belief
}

/** The sender told us: this one task, no other clue counts. */
const placed = (facts: Facts, task: { assignment: AssignmentCode; student: PersonId }): Facts => ({
  ...facts,
  target: facts.target.kind === 'class' ? facts.target : { kind: 'class', class: className(''), group: null },
  thread: null,
  tasks: [task],
})

const keepsFiles = (decision: Decision): boolean => ['post', 'accept', 'take-correction', 'answer-question'].includes(decision.deed)

/** Several recipients, one mail: its state is the gravest of theirs. */
async function carryOutAll(
  tx: Tx,
  decided: { target: Target; key: string; decision: Decision }[],
  deed: Omit<Deed, 'tx' | 'target'>,
): Promise<Outcome & { why: Why | null }> {
  if (decided.length === 0) return { state: 'held', reason: 'no-recipient-of-ours', why: 'no-recipient-of-ours' }
  let result: (Outcome & { why: Why | null }) | null = null
  for (const { target, key, decision } of decided) {
    const duplicate = (await markSeen(tx, key, deed.mail.id)) !== null
    const outcome: Outcome = duplicate ? { state: 'handled', reason: null } : await carryOut(decision, { ...deed, tx, target })
    if (result === null || gravity[outcome.state] > gravity[result.state]) result = { ...outcome, why: decision.why }
  }
  return result ?? { state: 'handled', reason: null, why: null }
}

const gravity: Record<Outcome['state'], number> = { handled: 0, answered: 1, held: 2 }

/** A mail whose handling was given up waits for a person, with the reason. */
export async function holdMailOfJob(tx: Tx, job: Job, code: string): Promise<void> {
  if (job.kind === 'handle-mail') await moveMail(tx, (job.data as HandleMailJob).mailId, 'spooled', 'held', code)
}

export const senderOf = (reading: Reading): string | null => addressOf(reading.from?.address)
