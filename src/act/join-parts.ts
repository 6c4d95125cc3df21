/** A mail that a copier or a server split waits, held and visible, until its other parts are there; then the whole takes its way like any other. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { sourceOfFile } from '../message/on-disk-files'
import { allParts, joined, type PartOfMail, partialAt } from '../message/partial'
import type { Blobs } from '../store/blobs'
import type { Database } from '../store/database'
import { newId } from '../store/ids'
import { addJob } from '../store/jobs'
import { addMail, heldFrom, type MailRow, moveMail, recipientsOf, settleMail } from '../store/mails'
import type { JobResult } from '../work/runner'
import { mailJobKey } from './take-up'

const heldAs = 'part-of-a-mail'
const pieceBytes = 256 * 1024
/** The whole may be as large as several mails, not as large as the disk. */
const mostBytes = 200_000_000

interface JoinDeps {
  database: Database
  blobs: Blobs
  /** For the whole while it is put together; the caller removes it. */
  folder: string
  now: Date
}

export async function joinParts(mail: MailRow & { blob: string }, partial: PartOfMail, { database, blobs, folder, now }: JoinDeps): Promise<JobResult> {
  const wait: JobResult = { commit: (tx) => settleMail(tx, mail.id, { state: 'held', reason: heldAs, kind: 'other', why: heldAs, authorId: null }, now) }
  const held = (await heldFrom(database.db, mail, heldAs)).filter((row) => row.id !== mail.id)
  const siblings = held.flatMap((row) => {
    const its = row.blob === null ? null : partialAt(sourceOfFile(blobs.path(row.blob)))
    return row.blob !== null && its?.id === partial.id ? [{ id: row.id, blob: row.blob, bytes: row.bytes, partial: its }] : []
  })
  const all = allParts([...siblings, { id: mail.id, blob: mail.blob, bytes: mail.bytes, partial }])
  if (all === null || all.reduce((sum, part) => sum + Number(part.bytes), 0) > mostBytes) return wait
  const whole = join(folder, 'whole.eml')
  const bytes = await writeWhole(
    whole,
    all.map((part) => blobs.path(part.blob)),
  )
  const blob = await blobs.putFile(whole)
  const id = newId(now)
  return {
    commit: async (tx) => {
      for (const part of siblings) await moveMail(tx, part.id, 'held', 'handled', null)
      await settleMail(tx, mail.id, { state: 'handled', reason: null, kind: 'other', why: heldAs, authorId: null }, now)
      const isNew = await addMail(tx, {
        id,
        source: mail.source,
        sourceKey: `joined:${mail.id}`,
        sender: mail.sender,
        recipients: recipientsOf(mail),
        clientAddress: mail.client_address,
        helo: mail.helo,
        receivedAt: new Date(mail.received_at),
        bytes,
        blob,
      })
      if (isNew) await addJob(tx, { kind: 'handle-mail', key: mailJobKey(id), data: { mailId: id }, dueAt: now }, now)
    },
  }
}

/** Octets written. */
async function writeWhole(file: string, parts: string[]): Promise<number> {
  const handle = await open(file, 'wx', 0o600)
  let bytes = 0
  const write = async (piece: Buffer): Promise<void> => {
    await handle.writeFile(piece)
    bytes += piece.length
  }
  try {
    for (const piece of joined(parts.map((path) => sourceOfFile(path)))) {
      if ('text' in piece) await write(Buffer.from(piece.text, 'latin1'))
      else for (let at = piece.start; at < piece.end; at += pieceBytes) await write(piece.source.read(at, Math.min(piece.end, at + pieceBytes)))
    }
    return bytes
  } finally {
    await handle.close()
  }
}
