/** Erases a person: rows, blobs only theirs, outgoing mails, piles that show them, leftovers; then scrubs the database. What has left the house it cannot call back. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, Fault } from '../errors'
import type { Message } from '../message/message'
import { parseMessage } from '../message/parse-message'
import type { Person } from '../school/people'
import { type PersonTraces, tracesOf } from '../school/person-traces'
import type { Blobs } from '../store/blobs'
import type { Database, Db } from '../store/database'
import { eraseRows, footprintOf, isBusy, mailsWithBytes, scrubDatabase } from '../store/erasure'
import { findPerson, guardiansOf, peopleAt, peopleNamed } from '../store/people'
import { namesIn, removeFile, removeUnused, sweepFolder } from '../store/leftovers'

export interface ForgetPersonDeps {
  database: Database
  blobs: Blobs
  /** `outbox`: where outgoing mail is written instead of sent; null behind a relay. */
  folders: { temporary: string; wire: string; outbox: string | null }
  /** No service runs on this storage: everything half made is nobody's. */
  isAlone: boolean
  now(): Date
}

export interface Forgotten {
  mails: number
  pages: number
  outgoing: number
  /** Files deleted. */
  files: number
  /** Bundles with their pages that teachers have already. */
  bundlesSent: number
  /** Corrected piles that were still being worked on: to be sent again. */
  correctionsDropped: number
  /** Somebody else has the same address, so it stays. */
  sharedAddress: boolean
  /** Somebody else has the same name, so words that hold it stay. */
  sharedName: boolean
  guardians: string[]
  /** False: another process kept the database busy, and free pages may still hold something. */
  scrubbed: boolean
}

const patienceMs = 15_000
/** Older files of a running service are leftovers: no page, bundle or mail takes this long. */
const leftoverMs = 3_600_000

/** Fault `not-found` where nobody has this id. May be called again: what an earlier call left it finishes. */
export async function forgetPerson(id: string, deps: ForgetPersonDeps): Promise<Forgotten> {
  const { database, blobs, folders } = deps
  const { db } = database
  const person = await findPerson(db, id)
  if (!person) throw new Fault('not-found', `nobody has the id "${id}": see "cartable roster list"`)
  if (!deps.isAlone) await waitFor(async () => !(await isBusy(db)))
  const shared = await sharedBy(db, person)
  const address = shared.address ? null : person.email
  const traces = tracesOf([{ name: shared.name ? '' : person.name, address }])
  const guardians = (await guardiansOf(db, [person.id])).map((guardian) => guardian.guardian as string)
  const naming = await mailsNaming(db, blobs, traces)
  const erased = await database.transaction(async (tx) => {
    const footprint = await footprintOf(tx, person.id, address)
    for (const mail of naming) footprint.mails.add(mail)
    return eraseRows(tx, footprint, traces, deps.now())
  })
  const before = deps.isAlone ? Number.POSITIVE_INFINITY : Date.now() - leftoverMs
  // Also blobs that no row ever named: pictures set aside, of whomever.
  let files = await removeUnused(db, blobs, erased.blobs, new Date(Math.min(before, 8.64e15)), folders.wire)
  if (folders.outbox !== null) files += await sweepOutbox(folders.outbox, new Set(erased.outgoing), traces)
  files += await sweepFolder(folders.temporary, before)
  // Wire files are made again when they are needed.
  files += await sweepFolder(folders.wire, before)
  return {
    mails: erased.mails,
    pages: erased.pages,
    outgoing: erased.outgoing.length,
    files,
    bundlesSent: erased.bundles,
    correctionsDropped: erased.corrections,
    sharedAddress: shared.address,
    sharedName: shared.name,
    guardians,
    scrubbed: await waitFor(() => scrubDatabase(database)),
  }
}

/** Siblings behind one mailbox; two pupils of one name. */
export async function sharedBy(db: Db, person: Person): Promise<{ address: boolean; name: boolean }> {
  const others = async (found: Promise<Person[]>): Promise<boolean> => (await found).some((one) => one.id !== person.id)
  return { address: person.email !== null && (await others(peopleAt(db, person.email))), name: await others(peopleNamed(db, person.name)) }
}

/** True once `isSo`; false when it did not become so in time. */
async function waitFor(isSo: () => Promise<boolean>): Promise<boolean> {
  for (const began = Date.now(); ; ) {
    const last = await isSo().catch((error: unknown) => {
      if (/^SQLITE_(BUSY|LOCKED)/.test(errnoOf(error) ?? '')) return false
      throw error
    })
    if (last || Date.now() - began > patienceMs) return last
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Everything readable in the mail, as its reader sees it. */
export function wordsOf(message: Message): string {
  return [
    ...message.headers.map((header) => header.value),
    message.text ?? '',
    message.html ?? '',
    ...message.files.map((file) => file.filename ?? ''),
    ...message.reports.map((report) => report.text),
    ...message.forwarded.flatMap((one) => [...one.headers.map((header) => header.value), one.text ?? '', one.html ?? '']),
  ].join('\n')
}

/** Decoded, and as the bytes stand there. */
const isNamedIn = async (bytes: Buffer, traces: PersonTraces): Promise<boolean> =>
  traces.isIn(bytes.toString('utf8')) || traces.isIn(wordsOf(await parseMessage(bytes)))

async function mailsNaming(db: Db, blobs: Blobs, traces: PersonTraces): Promise<string[]> {
  const naming: string[] = []
  for await (const { id, blob } of mailsWithBytes(db)) if ((await blobs.has(blob)) && (await isNamedIn(await blobs.get(blob), traces))) naming.push(id)
  return naming
}

/** Mails written to the folder: theirs by their row, others' that name them. */
async function sweepOutbox(folder: string, rows: ReadonlySet<string>, traces: PersonTraces): Promise<number> {
  let swept = 0
  for (const name of await namesIn(folder)) {
    if (!name.endsWith('.eml')) continue
    const row = /^\w+-\d+-(.+)\.eml$/.exec(name)?.[1]
    if ((row !== undefined && rows.has(row)) || (await isNamedIn(await readFile(join(folder, name)), traces))) swept += await removeFile(join(folder, name))
  }
  return swept
}
