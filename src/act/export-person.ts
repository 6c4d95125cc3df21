/** Everything held on a person, into one zip: rows, pages, originals, mails both ways. Others' names are struck out; a guardian gets of a child what the roster's right allows. */
import { basename, extname } from 'node:path'
import { Fault } from '../errors'
import { parseMessage } from '../message/parse-message'
import type { Message } from '../message/message'
import type { Person } from '../school/people'
import { mapStrings, type PersonTraces, tracesOf } from '../school/person-traces'
import type { Blobs } from '../store/blobs'
import type { Database, Db } from '../store/database'
import { everybody, receivedFrom, mailsTo, postedBy, rosterRowsOf, type Sight, type Work, workOf } from '../store/holdings'
import { findPerson } from '../store/people'
import type { ZipFile } from '../store/zip-file'
import type { OutgoingMail } from '../text/outgoing-mail'
import { sharedBy, wordsOf } from './forget-person'

export interface ExportDeps {
  database: Pick<Database, 'db'>
  blobs: Blobs
  zip: Pick<ZipFile, 'add'>
  /** A mail of ours as it went, or would go, over the wire. */
  compose(mail: OutgoingMail, at: Date): Promise<Buffer>
  now(): Date
}

export interface Exported {
  pages: number
  originals: number
  mailsFrom: number
  mailsTo: number
}

/** Fault `not-found` where nobody has this id. */
export async function exportPerson(id: string, deps: ExportDeps): Promise<Exported> {
  const person = await findPerson(deps.database.db, id)
  if (!person) throw new Fault('not-found', `nobody has the id "${id}": see "cartable roster list"`)
  return new Export(person, deps).write()
}

class Export {
  readonly #counts: Exported = { pages: 0, originals: 0, mailsFrom: 0, mailsTo: 0 }
  readonly #db: Db
  #others: PersonTraces = tracesOf([])

  constructor(
    private readonly person: Person,
    private readonly deps: ExportDeps,
  ) {
    this.#db = deps.database.db
  }

  async write(): Promise<Exported> {
    const { id, name, email, language } = this.person
    const { wards, ...rows } = await rosterRowsOf(this.#db, id)
    // Whose child it is: the name is no other family's.
    const family = new Set([id as string, ...wards.filter((ward) => ward.right !== 'none').map((ward) => ward.student)])
    const others = (await everybody(this.#db)).filter((one) => !family.has(one.id))
    this.#others = tracesOf(others.map((one) => ({ name: one.name === name ? '' : one.name, address: one.email === email ? null : one.email })))
    const teaches = rows.memberships.some((membership) => membership.role === 'teacher')
    const work = await this.#work(await workOf(this.#db, id, { as: 'self' }), '')
    const held = {
      person: { id, name, email, language, digests: rows.digests },
      memberships: rows.memberships,
      guardians: rows.guardians,
      replyAddresses: rows.replyAddresses,
      work,
      wards: await Promise.all(wards.map((ward) => this.#ward(ward))),
      posted: await postedBy(this.#db, id),
      mailsReceived: await this.#mailsFrom(),
      mailsSent: await this.#mailsTo(teaches),
    }
    const told = mapStrings(held, (text) => this.#others.strike(text))
    await this.deps.zip.add('person.json', Buffer.from(`${JSON.stringify(told, null, 2)}\n`), this.deps.now())
    return this.#counts
  }

  async #ward(ward: Awaited<ReturnType<typeof rosterRowsOf>>['wards'][number]) {
    // Without a right, and once it has ended, nothing of the child is theirs to read.
    if (ward.right === 'none' || ward.endedAt !== null) return { right: ward.right, endedAt: ward.endedAt }
    const sight: Sight = { as: 'guardian', guardian: this.person.id, household: ward.household }
    const work = await workOf(this.#db, ward.student, sight)
    const name = (await findPerson(this.#db, ward.student))?.name ?? null
    const about = { student: ward.student, name, right: ward.right, household: ward.household }
    // Digests only: what a digest says, not the pages.
    if (ward.right === 'digest') return { ...about, work: work.map(({ assignment, submission }) => ({ assignment, submission })) }
    return { ...about, work: await this.#work(work, `wards/${safe(ward.student)}/`) }
  }

  /** Lays the files of the work beside it, and names them where the rows named blobs. */
  async #work(work: Work[], folder: string) {
    const told = []
    for (const one of work) {
      const { code } = one.assignment
      told.push({
        ...one,
        pages: await this.#files(one.pages, (index) => `${folder}pages/${code}/${two(index)}.jpg`, 'pages'),
        originals: await this.#files(
          one.originals.map((original) => (original.kind === 'typed' ? { ...original, blob: null } : original)),
          (index, original) => `${folder}originals/${code}/${two(index)}-${safe(this.#others.strike(original.filename ?? 'file'))}`,
          'originals',
        ),
        returned: await this.#files(one.returned, (index) => `${folder}returned/${code}/${two(index)}.pdf`, null),
      })
    }
    return told
  }

  async #files<T extends { blob: string | null }>(
    rows: T[],
    pathOf: (index: number, row: T) => string,
    count: 'pages' | 'originals' | null,
  ): Promise<(Omit<T, 'blob'> & { file: string | null })[]> {
    const told = []
    for (const [index, row] of rows.entries()) {
      const { blob, ...rest } = row
      const isThere = blob !== null && (await this.deps.blobs.has(blob))
      const file = isThere ? pathOf(index, row) : null
      if (blob !== null && file !== null) {
        await this.deps.zip.add(file, await this.deps.blobs.get(blob), this.deps.now())
        if (count !== null) this.#counts[count]++
      }
      told.push({ ...rest, file })
    }
    return told
  }

  async #mailsFrom() {
    const shared = await sharedBy(this.#db, this.person)
    const told = []
    for (const { id, receivedAt, state, kind, blob, isPile } of await receivedFrom(this.#db, this.person.id, shared.address ? null : this.person.email)) {
      if (!(await this.deps.blobs.has(blob))) continue
      const raw = await this.deps.blobs.get(blob)
      const message = await parseMessage(raw)
      const masked = isPile || this.#others.isIn(raw.toString('utf8')) || this.#others.isIn(wordsOf(message))
      const file = `received/${safe(id)}.eml`
      await this.deps.zip.add(file, masked ? plainMail(message, this.#others) : raw, receivedAt)
      this.#counts.mailsFrom++
      told.push({ receivedAt: receivedAt.toISOString(), state, kind, file, masked })
    }
    return told
  }

  /** Attachments of a teacher's mails are other people's pages. */
  async #mailsTo(teaches: boolean) {
    const told = []
    for (const row of await mailsTo(this.#db, this.person.id)) {
      const mail = mapStrings(JSON.parse(row.mail), (text) => this.#others.strike(text)) as OutgoingMail
      const there = await Promise.all(mail.attachments.map(async (one) => !teaches && (await this.deps.blobs.has(one.blob))))
      const at = new Date(row.sent_at ?? row.created_at)
      const file = `sent/${safe(row.id)}.eml`
      await this.deps.zip.add(file, await this.deps.compose({ ...mail, attachments: mail.attachments.filter((_, index) => there[index]) }, at), at)
      this.#counts.mailsTo++
      told.push({ template: row.template, state: row.state, at: at.toISOString(), file })
    }
    return told
  }
}

const two = (index: number): string => String(index + 1).padStart(2, '0')

/** A name that leaves no folder, whatever a phone called its file. */
const safe = (name: string): string =>
  basename(name.replace(/[^\p{L}\p{N}._ -]/gu, '_'), '')
    .slice(-80)
    .replace(/^\.+/u, '_') || `file${extname(name)}`

const encoded = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`)

/** The mail's own words without others' names, and without its files. */
function plainMail(message: Message, others: PersonTraces): Buffer {
  const one = (text: string): string => encoded(others.strike(text).replace(/\s+/gu, ' '))
  const head = [
    `From: <${message.from === null ? '' : others.strike(message.from.address)}>`,
    `To: ${message.to.map((to) => `<${others.strike(to.address)}>`).join(', ')}`,
    `Subject: ${one(message.subject)}`,
    `Date: ${(message.date ?? new Date(0)).toUTCString().replace('GMT', '+0000')}`,
    ...(message.messageId === null ? [] : [`Message-ID: ${message.messageId}`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
  ]
  const words = Buffer.from(others.strike(message.text ?? message.html ?? '')).toString('base64')
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${(words.match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`)
}
