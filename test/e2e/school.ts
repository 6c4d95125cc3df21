/** A school with a running gateway of its own for one test: mails go in over SMTP, what leaves lies in a folder, the clock is moved by hand. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authenticate } from '../../src/authenticate/authenticate'
import { importRoster } from '../../src/act/import-roster'
import { parseConfig } from '../../src/config/parse-config'
import { type Gateway, startGateway } from '../../src/gateway'
import { createLog } from '../../src/log'
import { bytesOf } from '../../src/message/byte-source'
import type { MailFile, Message } from '../../src/message/message'
import { parseMessage } from '../../src/message/parse-message'
import { checkRoster } from '../../src/roster/check-roster'
import { readCsv } from '../../src/roster/read-csv'
import { type Assignment, listAssignments } from '../../src/store/assignments'
import { listQueue, type QueueEntry } from '../../src/store/queue'
import { copiesOf } from '../../src/store/reply-addresses'
import { type Page, pagesOf } from '../../src/store/submissions'
import type { TemplateName } from '../../src/text/mails'
import { type MovableClock, movableClock } from '../../src/work/clock'
import * as people from './people'
import { handOver, type MailToSend, writeMail } from './writing'

export const markKey = '5a'.repeat(32)
const linkKey = 'a5'.repeat(32)
const teachers = [people.teacher, people.otherTeacher]
const patienceMs = 120_000

export interface SchoolOptions {
  /** Else Monday morning. */
  start?: Date
  /** Lines of cartable.toml. */
  toml?: string
  roster?: string
  /** With it the policy is `dmarc`, else `off`. */
  authenticate?: Authenticate
  /** With a web face, and links to it. */
  web?: boolean
  /** Who brings the mail where it is not handed over by SMTP: then there is no listener. */
  postman?: (message: Buffer, at: Date) => Promise<void>
}

/** A mail that has left. */
export interface Left {
  to: string
  envelopeFrom: string
  template: TemplateName
  replyTo: string
  message: Omit<Message, 'files'> & { files: (Omit<MailFile, 'content'> & { content: Buffer })[] }
  /** Plain text on one line, with plain spaces. */
  text: string
  raw: string
  header(name: string): string
}

/** A test in a school of its own. The folder of a test that failed is kept, and named. */
export const inSchool = (options: SchoolOptions, body: (school: School) => Promise<void>) => async (): Promise<void> => {
  const school = await School.open(options)
  try {
    await body(school)
    await school.checkPromises()
  } catch (error) {
    process.stderr.write(`kept for looking at: ${school.folder}\n`)
    throw error
  } finally {
    await school.gateway.stop(2000)
  }
  await rm(school.folder, { recursive: true, force: true })
}

export class School {
  gateway!: Gateway
  readonly #read = new Map<string, Left>()

  private constructor(
    readonly folder: string,
    readonly clock: MovableClock,
    /** May be changed before a new start. */
    readonly options: SchoolOptions,
  ) {}

  static async open(options: SchoolOptions = {}): Promise<School> {
    const school = new School(await mkdtemp(join(tmpdir(), 'cartable-school-')), movableClock(options.start ?? people.start), options)
    await school.start()
    await school.importRoster(options.roster ?? people.roster)
    return school
  }

  async start(): Promise<void> {
    const outcome = parseConfig({
      toml: `domain = "${people.domain}"\nschool = "Collège des Tilleuls"\noffice = "${people.office}"\noperator = "${people.operator}"
${this.options.toml ?? ''}`,
      env: { CARTABLE_HTTP__PORT: '0', CARTABLE_STORAGE__RESERVE: '1MB', CARTABLE_AUTH__POLICY: this.options.authenticate ? 'dmarc' : 'off' },
      readSecretFile: () => '',
    })
    if (!outcome.ok) throw new Error(outcome.faults.join('\n'))
    outcome.config.smtp.port = this.options.postman ? 0 : await freePort()
    if (this.options.web) outcome.config.http = { host: '127.0.0.1', port: await freePort(), publicUrl: 'https://devoirs.college.example' }
    this.gateway = await startGateway({
      config: outcome.config,
      folder: this.folder,
      storage: this.folder,
      markKey,
      linkKey,
      authenticate: this.options.authenticate ?? (() => Promise.reject(new Error('asked for proof with policy "off"'))),
      clock: this.clock,
      log: createLog(process.env.CARTABLE_LOG ?? 'silent'),
    })
  }

  async importRoster(text: string): Promise<void> {
    const csv = readCsv('roster.csv', Buffer.from(text))
    const roster = csv.ok ? checkRoster(csv.lines, { domain: people.domain, knownStudents: new Set() }) : csv
    if (!roster.ok) throw new Error(roster.faults.map((fault) => fault.message).join('\n'))
    await importRoster(this.gateway.database, roster.roster, false, this.clock.now())
  }

  /** Hands a mail over; the SMTP reply. */
  async hand(mail: MailToSend): Promise<string> {
    const dated = { date: this.clock.now(), ...mail }
    if (!this.options.postman) return handOver(this.gateway.smtpPort ?? 0, dated)
    const before = (await this.mails()).length
    await this.options.postman(writeMail(dated), this.clock.now())
    await until('the mail is fetched', async () => (await this.mails()).length > before)
    return '250 fetched'
  }

  /** Hands a mail over that must be taken, and waits until all that follows from it has happened. */
  async send(mail: MailToSend): Promise<void> {
    const reply = await this.hand(mail)
    if (!reply.startsWith('250')) throw new Error(`not taken: ${reply}`)
    await this.settle()
  }

  /** The teacher's post to 3b; its assignment. */
  async post(mail: Partial<MailToSend> = {}): Promise<Assignment> {
    const before = new Set((await this.assignments()).map((assignment) => assignment.code))
    await this.send({ from: people.teacher, to: people.classAddress, ...people.post, ...mail })
    const made = (await this.assignments()).find((assignment) => !before.has(assignment.code))
    if (!made) throw new Error('no assignment came of the post')
    return made
  }

  /** An answer to the student's copy; to the latest assignment, unless told. */
  async reply(student: string, mail: Partial<MailToSend> & { code?: string } = {}): Promise<void> {
    await this.send(await this.replyOf(student, mail))
  }

  async replyOf(student: string, mail: Partial<MailToSend> & { code?: string } = {}): Promise<MailToSend> {
    const copy = await this.copyFor(student, mail.code, mail.from ?? undefined)
    return { from: copy.to, to: copy.replyTo, subject: `Re: ${copy.message.subject}`, inReplyTo: copy.message.messageId ?? '', ...mail }
  }

  /** The copy of a student that has left; of several the one to `address`, else the first. */
  async copyFor(student: string, code?: string, address?: string): Promise<Left> {
    const assignment = code ?? (await this.assignments()).at(-1)?.code ?? ''
    const copies = (await copiesOf(this.gateway.database.db, assignment)).filter((copy) => copy.student === student)
    const copy = copies.find((one) => one.address === address) ?? copies[0]
    const mail = (await this.left()).find((one) => one.template === 'assignment' && copy !== undefined && one.replyTo.includes(copy.token))
    if (!mail) throw new Error(`no copy of ${student} has left`)
    return mail
  }

  /** What the teacher writes in the thread of the confirmation (or of another mail of ours). */
  async command(text: string, mail: Partial<MailToSend> & { template?: TemplateName } = {}): Promise<void> {
    const thread = (await this.left({ to: mail.from ?? people.teacher, template: mail.template ?? 'confirmation' })).at(-1)
    if (!thread) throw new Error('there is no thread to answer in')
    await this.send({
      from: people.teacher,
      to: thread.replyTo,
      subject: `Re: ${thread.message.subject}`,
      inReplyTo: thread.message.messageId ?? '',
      text,
      ...mail,
    })
  }

  /** Everything that has left, in order. */
  async left(only: { to?: string; template?: TemplateName } = {}): Promise<Left[]> {
    const outbox = join(this.folder, 'outbox')
    const names = (await readdir(outbox).catch(() => [] as string[])).filter((name) => name.endsWith('.eml')).sort()
    const mails: Left[] = []
    for (const name of names) {
      const mail = this.#read.get(name) ?? (await this.#parse(join(outbox, name)))
      this.#read.set(name, mail)
      if ((only.to === undefined || mail.to === only.to) && (only.template === undefined || mail.template === only.template)) mails.push(mail)
    }
    return mails
  }

  async #parse(file: string): Promise<Left> {
    const raw = await readFile(file)
    const message = await parseMessage(raw)
    const header = (name: string): string => message.headers.find((one) => one.name === name)?.value ?? ''
    const row = await this.gateway.database.db
      .selectFrom('outbox')
      .select('template')
      .where('message_id', '=', message.messageId ?? '')
      .executeTakeFirstOrThrow()
    return {
      to: header('x-envelope-to').replace(/[<>\s]/g, ''),
      envelopeFrom: header('x-envelope-from').replace(/[<>\s]/g, ''),
      template: row.template as TemplateName,
      replyTo: message.replyTo[0]?.address ?? '',
      message: { ...message, files: message.files.map((file) => ({ ...file, content: bytesOf(file.content) })) },
      text: (message.text ?? '').replace(/\s+/g, ' '),
      raw: raw.toString('latin1'),
      header,
    }
  }

  /** The one mail of this kind; how many there were is told where it is not one. */
  async one(only: { to?: string; template?: TemplateName }): Promise<Left> {
    const mails = await this.left(only)
    const [mail] = mails
    if (mails.length !== 1 || !mail)
      throw new Error(`${mails.length} mails ${JSON.stringify(only)}; all: ${(await this.left()).map((one) => `${one.template} to ${one.to}`).join(', ')}`)
    return mail
  }

  /** Templates of all that left for an address, in order. */
  async sentTo(to: string): Promise<TemplateName[]> {
    return (await this.left({ to })).map((mail) => mail.template)
  }

  async assignments(): Promise<Assignment[]> {
    return [...(await listAssignments(this.gateway.database.db))].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
  }

  async pages(student?: string): Promise<Page[]> {
    const code = (await this.assignments()).at(-1)?.code ?? ''
    return (await pagesOf(this.gateway.database.db, code)).filter((page) => student === undefined || page.student === student)
  }

  queue(): Promise<QueueEntry[]> {
    return listQueue(this.gateway.database.db, this.clock.now())
  }

  /** What holds whatever was sent: who may be written to, and what no family's mail may show (CONTRACT.md, section 9). */
  async checkPromises(): Promise<void> {
    const { db } = this.gateway.database
    const rows = await db.selectFrom('person').select(['id', 'email']).execute()
    const families = rows.map((row) => row.email ?? '').filter((email) => email !== '' && !teachers.includes(email))
    const staff = [...teachers, people.operator, people.office]
    const strangers = new Map<string, number>()
    for (const mail of await this.left()) {
      expect([mail.template, mail.header('auto-submitted')]).toEqual([mail.template, expect.stringMatching(/^auto-(?:generated|replied)$/)])
      expect([mail.template, mail.envelopeFrom]).toEqual([mail.template, expect.stringMatching(/^$|^b-/)])
      if (staff.includes(mail.to)) continue
      if (!families.includes(mail.to)) strangers.set(mail.to, (strangers.get(mail.to) ?? 0) + 1)
      const shown = families.filter((address) => address !== mail.to && `${mail.raw}${mail.message.text}${mail.message.html}`.includes(address))
      expect([mail.template, mail.to, shown]).toEqual([mail.template, mail.to, []])
    }
    expect([...strangers].filter(([, count]) => count > 2)).toEqual([])
    const states = await db.selectFrom('mail').select(['state', 'reason']).execute()
    expect(states.filter((mail) => mail.state === 'spooled' || (mail.state === 'held' && !mail.reason))).toEqual([])
  }

  /** State and reason of every received mail, in order. */
  async mails(): Promise<{ state: string; reason: string | null }[]> {
    return this.gateway.database.db.selectFrom('mail').select(['state', 'reason']).orderBy('id').execute()
  }

  /** Waits until nothing is spooled, due or leaving. */
  async settle(): Promise<void> {
    await until(
      'the gateway comes to rest',
      () => this.gateway.idle(),
      async () => JSON.stringify(await this.queue()),
    )
  }

  /** Time passes; then all that has become due happens. */
  async advance(ms: number): Promise<void> {
    // What left so far is read before its row may be forgotten.
    await this.left()
    this.clock.advance(ms)
    await this.#pass()
  }

  async goTo(time: string): Promise<void> {
    await this.left()
    this.clock.set(new Date(time))
    await this.#pass()
  }

  async #pass(): Promise<void> {
    this.gateway.wake()
    await this.settle()
  }
}

/** Waits for a condition, never for a time; says what it waited for in vain. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, state: () => Promise<string> = () => Promise.resolve('')): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await holds()); ) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what} ${await state()}`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export const minute = 60_000
export const hour = 60 * minute
