/** `demo`: one school day end to end, over real SMTP on loopback, in a folder of its own. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { importRoster } from '../act/import-roster'
import { drawRedInk } from '../bundle/draw-red-ink'
import { plainPdf } from '../bundle/plain-pdf'
import { parseConfig } from '../config/parse-config'
import type { Config } from '../config/schema'
import type { Relay } from '../deliver/next-hop'
import { createRelay } from '../deliver/relay'
import { type Gateway, startGateway } from '../gateway'
import { createLog } from '../log'
import { bytesOf } from '../message/byte-source'
import { createPageWorkers } from '../pages/page-workers'
import { checkRoster } from '../roster/check-roster'
import { readCsv } from '../roster/read-csv'
import { listAssignments } from '../store/assignments'
import { copiesOf } from '../store/reply-addresses'
import { type MovableClock, movableClock } from '../work/clock'
import { freePorts } from './demo/free-ports'
import { bundlesTo, type Delivered, deliveredIn, pdfOf, type PlayedMail, writeMail } from './demo/play-mail'
import * as day from './demo/school-day'
import type { Globals } from './globals'
import { fail, print } from './output'
import { linkKeyOf, markKeyOf } from './secret'

export function demoCommand(program: Command, _globals: () => Globals): void {
  program
    .command('demo')
    .description('plays one school day end to end on embedded defaults')
    .option('--keep', 'leave the gateway and its web page running')
    .option('--folder <folder>', 'where everything goes', join('storage', 'demo'))
    .action(async (options: { keep?: boolean; folder: string }) => {
      try {
        await new Demo(options.folder, options.keep ?? false).play()
      } catch (error) {
        fail(error)
      }
    })
}

const hourMs = 3_600_000
/** Nothing of the demo takes this long; then it says what it waited for. */
const patienceMs = 90_000
const photos = join(__dirname, '..', '..', 'test', 'photos')

class Demo {
  #step = 0
  #gateway!: Gateway
  #smtp!: Relay
  #clock: MovableClock = movableClock(day.start)
  #config!: Config

  constructor(
    private readonly folder: string,
    private readonly keep: boolean,
  ) {}

  async play(): Promise<void> {
    await this.#open()
    try {
      await this.#morning()
      await this.#week()
      await this.#friday()
      await this.#weekend()
      await this.#digest()
      await this.#show()
      if (this.keep) await this.#stay()
    } finally {
      await this.#smtp.close()
      await this.#gateway.stop(2000)
    }
  }

  #say(what: string): void {
    print(`${String(++this.#step).padStart(2)}. ${what}`)
  }

  async #open(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    const outcome = parseConfig({
      toml: `domain = "${day.domain}"\nschool = "${day.school}"\n[storage]\nreserve = "1MB"\n[smtp]\nport = 2525\n[auth]\npolicy = "off"\n[receipt]\nwait = "60s"`,
      env: {},
      readSecretFile: () => '',
    })
    if (!outcome.ok) throw new Error(outcome.faults.join('\n'))
    // Port 0 means "none" in the file; the listener itself takes it for "any free one".
    this.#config = outcome.config
    const free = await freePorts(2)
    this.#config.smtp.port = free[0] ?? 2525
    this.#config.http.port = free[1] ?? 8080
    this.#gateway = await startGateway({
      config: this.#config,
      folder: this.folder,
      storage: this.folder,
      markKey: markKeyOf('demo'),
      linkKey: linkKeyOf('demo'),
      // Policy "off": everybody on loopback is believed.
      authenticate: () => Promise.resolve({ spf: 'none', dkim: 'none', dmarc: 'none', belief: 'yes', signedAt: null }),
      clock: this.#clock,
      log: createLog(process.env.CARTABLE_LOG ?? 'silent'),
    })
    this.#smtp = createRelay(`smtp://127.0.0.1:${this.#gateway.smtpPort}`, { folder: this.folder, heloName: 'demo.example' })
    this.#say(`The gateway listens on 127.0.0.1:${this.#gateway.smtpPort}; it is Monday 16 March 2020, 08:00.`)
    const csv = readCsv('demo.csv', Buffer.from(day.roster))
    const roster = csv.ok ? checkRoster(csv.lines, { domain: day.domain, knownStudents: new Set() }) : csv
    if (!roster.ok) throw new Error(roster.faults.map((fault) => fault.message).join('\n'))
    await importRoster(this.#gateway.database, roster.roster, false, this.#clock.now())
    this.#say('The roster is in: class 3B with 9 pupils, twins behind one mailbox, one pupil without a mailbox, 4 families.')
  }

  async #morning(): Promise<void> {
    const worksheet = await this.#worksheet()
    await this.#send({
      from: { name: 'Anne Lefèvre', address: day.teacher },
      to: day.classAddress,
      subject: day.post.subject,
      text: day.post.text,
      date: this.#clock.now(),
      files: [worksheet],
    })
    this.#say(`Ms Lefèvre mails ${day.classAddress}: “${day.post.subject}”, with a worksheet.`)
    const copies = await this.#until(
      'nine class copies',
      (mails) => mails.filter((mail) => mail.message.files.some((file) => file.filename === worksheet.name)),
      9,
    )
    this.#say(`Each pupil has an own copy with an own reply address: ${copies.length} mails. The teacher has a confirmation.`)
  }

  async #week(): Promise<void> {
    this.#clock.advance(33 * hourMs)
    for (const reply of day.replies) {
      await this.#reply(reply)
      this.#say(reply.story)
    }
    await this.#reply({ ...day.question, photos: [], story: '' })
    const [relayed] = await this.#until(
      "Yanis's question at the teacher's",
      (mails) => mails.filter((mail) => mail.to === day.teacher && mail.message.text?.includes('réciproque') === true),
      1,
    )
    this.#say('Yanis asks a question instead; it is with the teacher, who answers by replying.')
    await this.#send({
      from: { name: 'Anne Lefèvre', address: day.teacher },
      to: relayed?.replyTo ?? '',
      subject: `Re: ${relayed?.message.subject ?? ''}`,
      text: day.answer.text,
      date: this.#clock.now(),
      inReplyTo: relayed?.message.messageId ?? null,
    })
    await this.#until(
      'the answer at Yanis’s',
      (mails) => mails.filter((mail) => mail.to === day.question.from && mail.message.text?.includes('deux rapports') === true),
      1,
    )
    await this.#settle()
    this.#clock.advance(2 * 60_000)
    this.#gateway.wake()
    const receipts = await this.#until(
      'seven receipts',
      (mails) =>
        mails.filter(
          (mail) => mail.message.headers.some((header) => header.name === 'auto-submitted' && header.value === 'auto-replied') && mail.to !== day.teacher,
        ),
      day.replies.length,
    )
    this.#say(`Every pupil who sent something has a receipt that says what is legible: ${receipts.length} mails.`)
  }

  async #friday(): Promise<void> {
    this.#clock.set(new Date('2020-03-20T18:15:30+01:00'))
    this.#gateway.wake()
    const [bundle] = await this.#until('the bundle', bundlesTo(day.teacher), 1)
    this.#say(`Friday 18:15, deadline and grace are over: the bundle is in the teacher's mailbox (${pdfOf(bundle)?.filename ?? ''}).`)
  }

  async #weekend(): Promise<void> {
    this.#clock.set(new Date('2020-03-20T20:10:00+01:00'))
    await this.#reply(day.tooLate)
    await this.#settle()
    this.#clock.set(new Date('2020-03-21T17:00:30+01:00'))
    this.#gateway.wake()
    await this.#until('the late pile', bundlesTo(day.teacher), 2)
    this.#say(`${day.tooLate.story}: it follows on Saturday as an addendum.`)
    const [bundle] = bundlesTo(day.teacher)(await deliveredIn(this.#outbox))
    const pdf = pdfOf(bundle)
    if (!bundle || !pdf) throw new Error('the bundle holds no PDF')
    this.#clock.set(new Date('2020-03-22T16:00:00+01:00'))
    const corrected = await drawRedInk(bytesOf(pdf.content))
    await this.#send({
      from: { name: 'Anne Lefèvre', address: day.teacher },
      to: bundle.replyTo,
      subject: `Re: ${bundle.message.subject}`,
      text: 'Copies corrigées, merci !',
      date: this.#clock.now(),
      inReplyTo: bundle.message.messageId,
      files: [{ name: pdf.filename ?? 'copies.pdf', mediaType: 'application/pdf', content: corrected }],
    })
    this.#say('Sunday: the teacher has written on the PDF in red and simply answers with it.')
    const returned = await this.#until(
      'seven corrected copies',
      (mails) => mails.filter((mail) => mail.to !== day.teacher && /^3b_....(_.*)?\.pdf$/.test(pdfOf(mail)?.filename ?? '')),
      day.replies.length,
    )
    this.#say(`Each pupil has the own corrected pages, and nobody else's: ${returned.length} mails.`)
  }

  async #digest(): Promise<void> {
    this.#clock.set(new Date('2020-03-27T18:00:30+01:00'))
    this.#gateway.wake()
    const digests = await this.#until(
      "the parents' digests",
      (mails) => mails.filter((mail) => mail.message.headers.some((header) => header.name === 'list-unsubscribe')),
      4,
    )
    this.#say(`Friday 27 March, 18:00: parents' digests are out, one a guardian: ${digests.length} mails.`)
    await this.#settle()
  }

  /** Lays the PDFs beside the mails, and says where everything is. */
  async #show(): Promise<void> {
    const pdfs = join(this.folder, 'pdf')
    await mkdir(pdfs, { recursive: true, mode: 0o700 })
    const mails = await deliveredIn(this.#outbox)
    const names = new Set<string>()
    for (const mail of mails) {
      const pdf = pdfOf(mail)
      if (!pdf) continue
      let name = `${mail.to.split('@')[0] ?? ''}-${pdf.filename ?? 'file.pdf'}`
      for (let again = 2; names.has(name); again++) name = `${mail.to.split('@')[0] ?? ''}-${again}-${pdf.filename ?? 'file.pdf'}`
      names.add(name)
      await writeFile(join(pdfs, name), bytesOf(pdf.content), { mode: 0o600 })
    }
    print('')
    print(`Mails (${mails.length}): ${this.#outbox}`)
    print(`PDFs (${names.size}):  ${pdfs}`)
    print(`Bundle:     ${join(pdfs, [...names].find((name) => name.startsWith('anne.lefevre-3b_')) ?? '')}`)
  }

  async #stay(): Promise<void> {
    print(`\nThe gateway keeps running. SMTP: 127.0.0.1:${this.#gateway.smtpPort}  Web page: http://127.0.0.1:${this.#gateway.httpPort}/  Stop it with Ctrl-C.`)
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
  }

  get #outbox(): string {
    return join(this.folder, 'outbox')
  }

  async #worksheet(): Promise<{ name: string; mediaType: string; content: Uint8Array }> {
    return { name: 'feuille-Thales.pdf', mediaType: 'application/pdf', content: await this.#pdfOf('worksheet-upright.jpg') }
  }

  /** A PDF as a scanner app makes it. */
  async #pdfOf(photo: string): Promise<Uint8Array> {
    const workers = createPageWorkers({ workers: 1, maxPixels: this.#config.limits.pixels })
    try {
      return await plainPdf(await workers.make({ file: join(photos, photo), maxPages: 1 }))
    } finally {
      await workers.close()
    }
  }

  async #reply(reply: day.Reply | (typeof day.question & { photos: day.Reply['photos']; story: string; asPdf?: boolean })): Promise<void> {
    const [assignment] = await listAssignments(this.#gateway.database.db)
    const copy = (await copiesOf(this.#gateway.database.db, assignment?.code ?? '')).find((one) => one.student === reply.student)
    const mail = (await deliveredIn(this.#outbox)).find((one) => one.to === copy?.address && one.replyTo.includes(copy.token))
    if (!mail) throw new Error(`no copy of ${reply.student} in the outbox`)
    const files: PlayedMail['files'] = []
    for (const photo of reply.photos) {
      const isHeic = photo.file.endsWith('.heic')
      if ('asPdf' in reply && reply.asPdf)
        files.push({ name: basename(photo.name, '.jpg') + '.pdf', mediaType: 'application/pdf', content: await this.#pdfOf(photo.file) })
      else
        files.push({
          name: photo.name,
          mediaType: isHeic ? 'image/heic' : 'image/jpeg',
          content: await readFile(join(photos, photo.file)),
          inline: photo.inline ?? false,
        })
    }
    await this.#send({
      from: { name: '', address: reply.from },
      to: mail.replyTo,
      subject: `Re: ${mail.message.subject}`,
      text: reply.text,
      date: this.#clock.now(),
      inReplyTo: mail.message.messageId,
      files,
    })
  }

  async #send(mail: PlayedMail): Promise<void> {
    const raw = writeMail(mail)
    const sent = await this.#smtp.send({
      id: mail.subject,
      envelope: { from: mail.from.address, to: mail.to },
      bytes: raw.length,
      open: () => Readable.from([raw]),
    })
    if (sent.outcome !== 'sent') throw new Error(`the gateway did not take a mail: ${sent.reply}`)
  }

  /** Waits until at least `count` mails of the outbox are wanted ones. */
  async #until(what: string, wanted: (mails: Delivered[]) => Delivered[], count: number): Promise<Delivered[]> {
    for (const began = Date.now(); ; ) {
      const found = wanted(await deliveredIn(this.#outbox))
      if (found.length >= count) return found
      if (Date.now() - began > patienceMs) throw new Error(`waited in vain for ${what}: ${found.length} of ${count}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async #settle(): Promise<void> {
    for (const began = Date.now(); !(await this.#gateway.idle()); ) {
      if (Date.now() - began > patienceMs) throw new Error('the gateway did not come to rest')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
