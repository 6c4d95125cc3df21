/** A small school in a folder of its own: roster, one assignment, two pupils' work, a question, the bundle. Played through the gateway. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importRoster } from '../../src/act/import-roster'
import { type Delivered, deliveredIn, type PlayedMail, writeMail } from '../../src/cli/demo/play-mail'
import { type Loaded, loadConfiguration } from '../../src/cli/configuration'
import { type Gateway, startGateway } from '../../src/gateway'
import { silentLog } from '../../src/log'
import { checkRoster } from '../../src/roster/check-roster'
import { readCsv } from '../../src/roster/read-csv'
import { openSpool } from '../../src/spool/spool'
import { movableClock } from '../../src/work/clock'

export const domain = 'devoirs.example'
export const roster = `class,role,id,name,email,subject,of,language
3b,teacher,t-1,Anne Lefèvre,anne.lefevre@college.example,Mathématiques,,fr
3b,student,e-1,Zoé Martinot,zoe.martinot@famille.example,,,fr
3b,student,e-2,Łukasz Nowakowski,,,,fr
3b,student,e-3,Hugo Bernardin,jumeaux@famille.example,,,fr
3b,student,e-4,Léa Bernardin,jumeaux@famille.example,,,fr
,guardian,g-2,Ewa Nowakowska,ewa.nowakowska@famille.example,,e-2,fr
`

export interface School {
  folder: string
  now: Date
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export class OpenSchool {
  readonly clock = movableClock(new Date('2020-03-16T08:00:00+01:00'))
  #gateway!: Gateway

  private constructor(
    readonly folder: string,
    private readonly loaded: Loaded,
  ) {}

  static async open(extra = '', files: Record<string, string> = {}): Promise<OpenSchool> {
    const folder = await mkdtemp(join(tmpdir(), 'cartable-people-'))
    const toml = `domain = "${domain}"\n[storage]\npath = "."\nreserve = "1MB"\n[smtp]\nport = 0\n[http]\nport = 0\n[auth]\npolicy = "off"\n[receipt]\nwait = "0s"\n${extra}`
    for (const [name, text] of Object.entries({ ...files, 'cartable.toml': toml })) await writeFile(join(folder, name), text)
    const school = new OpenSchool(folder, loadConfiguration(join(folder, 'cartable.toml'), {}))
    await school.#start()
    await importRoster(school.#gateway.database, rosterOf(roster), false, school.clock.now())
    return school
  }

  async #start(): Promise<void> {
    const { config, folder, storage, holidays } = this.loaded
    this.#gateway = await startGateway({
      config,
      folder,
      storage,
      holidays,
      markKey: 'ab'.repeat(32),
      linkKey: 'cd'.repeat(32),
      authenticate: () => Promise.resolve({ spf: 'none', dkim: 'none', dmarc: 'none', belief: 'yes', signedAt: null }),
      clock: this.clock,
      log: silentLog,
    })
  }

  /** Mails come in through the spool while the gateway is down, as after a power cut. */
  async bring(...mails: PlayedMail[]): Promise<void> {
    await this.#gateway.stop(1000)
    await spoolMails(this.folder, mails, this.clock.now())
    await this.#start()
    await this.settle()
  }

  /** Until nothing is left that is due now. */
  async settle(): Promise<void> {
    this.#gateway.wake()
    const { db } = this.#gateway.database
    for (const began = Date.now(); ; await pause(30)) {
      const now = this.clock.now().getTime()
      const mails = await db.selectFrom('mail').select('id').where('state', '=', 'spooled').execute()
      const jobs = await db.selectFrom('job').select('id').where('due_at', '<=', now).execute()
      const outgoing = await db.selectFrom('outbox').select('id').where('next_attempt_at', '<=', now).where('state', 'in', ['waiting', 'sending']).execute()
      if (mails.length + jobs.length + outgoing.length === 0) return
      if (Date.now() - began > 60_000) throw new Error('the gateway did not come to rest')
    }
  }

  /** What has left so far. */
  delivered(): Promise<Delivered[]> {
    return deliveredIn(join(this.folder, 'outbox'))
  }

  async close(): Promise<School> {
    await this.#gateway.stop(1000)
    return { folder: this.folder, now: this.clock.now() }
  }
}

export const photo = (file: string): Promise<Buffer> => readFile(join(__dirname, '..', 'photos', file))

export const answerTo = (mail: Delivered, text: string, date: Date, files: PlayedMail['files'] = []): PlayedMail => ({
  date,
  from: { name: '', address: mail.to },
  to: mail.replyTo,
  subject: `Re: ${mail.message.subject}`,
  text,
  inReplyTo: mail.message.messageId,
  files,
})

export const teacherPosts = (date: Date): PlayedMail => ({
  date,
  from: { name: 'Anne Lefèvre', address: 'anne.lefevre@college.example' },
  to: `3b@${domain}`,
  subject: 'Exercice de Zoé Martinot',
  text: 'Faites comme Zoé Martinot, pour vendredi 20 mars 18h.',
})

export function mailTo(mails: Delivered[], address: string): Delivered {
  const found = mails.find((mail) => mail.to === address)
  if (!found) throw new Error('a mail is missing')
  return found
}

/** Plays the day and stops the gateway: what lies in the folder afterwards is all there is. */
export async function playSmallSchool(): Promise<School> {
  const school = await OpenSchool.open()
  const now = school.clock.now()
  await school.bring(teacherPosts(now))
  const copies = await school.delivered()
  await school.bring(
    answerTo(mailTo(copies, 'zoe.martinot@famille.example'), 'Voici mon devoir.', now, [
      { name: 'Zoé Martinot.jpg', mediaType: 'image/jpeg', content: await photo('squared-exif8.jpg') },
    ]),
    answerTo(mailTo(copies, 'jumeaux@famille.example'), 'Voici.', now, [{ name: 'page.jpg', mediaType: 'image/jpeg', content: await photo('defocused.jpg') }]),
    answerTo(mailTo(copies, 'ewa.nowakowska@famille.example'), "Je n'ai pas compris la consigne, pouvez-vous m'aider ?", now),
    { date: now, from: { name: 'Zoé', address: 'zoe.martinot@famille.example' }, to: `3b@${domain}`, subject: 'Coucou', text: 'Je ne suis pas professeure.' },
  )
  school.clock.set(new Date('2020-03-20T18:20:00+01:00'))
  await school.settle()
  return school.close()
}

export function rosterOf(text: string) {
  const csv = readCsv('roster.csv', Buffer.from(text))
  const checked = csv.ok ? checkRoster(csv.lines, { domain, knownStudents: new Set() }) : csv
  if (!checked.ok) throw new Error(checked.faults.map((fault) => fault.message).join('\n'))
  return checked.roster
}

export async function spoolMails(folder: string, mails: PlayedMail[], receivedAt: Date): Promise<void> {
  const spool = await openSpool(join(folder, 'spool'), { log: silentLog, reserveBytes: 1 })
  for (const mail of mails) {
    const envelope = { sender: mail.from.address, recipients: [mail.to], clientAddress: '127.0.0.1', helo: 'phone', receivedAt }
    const bytes = writeMail(mail)
    await spool.accept(
      { envelope, source: 'smtp' },
      (async function* () {
        await Promise.resolve()
        yield bytes
      })(),
      { maxBytes: 40_000_000 },
    )
  }
  await spool.close()
}

/** Every file below, with its bytes. */
export async function filesBelow(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
  const files: { path: string; bytes: Buffer }[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) files.push({ path: join(entry.parentPath, entry.name), bytes: await readFile(join(entry.parentPath, entry.name)) })
  return files
}

export const remove = (school: School): Promise<void> => rm(school.folder, { recursive: true, force: true })
