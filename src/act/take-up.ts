/** Spool records become blobs, rows and jobs, in batches; only then does the spool let go of them. Done twice it does nothing the second time. */
import type { Blobs } from '../store/blobs'
import type { Database } from '../store/database'
import { addJob } from '../store/jobs'
import { addMail } from '../store/mails'
import type { Spool, SpooledMail } from '../spool/spooled-mail'

const batch = 64
/** Syncs in flight: one at a time is ten times slower (SPEED.md). */
const blobsAtOnce = 8

export const mailJobKey = (mailId: string): string => `mail:${mailId}`

/** Takes up one batch; how many there were. */
export async function takeUp(spool: Spool, database: Database, blobs: Blobs, now: Date): Promise<number> {
  const mails = await spool.pending(batch)
  for (let start = 0; start < mails.length; start += blobsAtOnce)
    await Promise.all(mails.slice(start, start + blobsAtOnce).map((mail) => keepBytes(mail, blobs)))
  if (mails.length === 0) return 0
  await database.transaction(async (tx) => {
    for (const mail of mails) {
      const { envelope } = mail
      const isNew = await addMail(tx, {
        id: mail.id,
        source: mail.source,
        sourceKey: mail.sourceKey,
        sender: envelope.sender,
        recipients: envelope.recipients,
        clientAddress: envelope.clientAddress,
        helo: envelope.helo,
        receivedAt: envelope.receivedAt,
        bytes: mail.bytes,
        blob: mail.sha256,
      })
      if (isNew) await addJob(tx, { kind: 'handle-mail', key: mailJobKey(mail.id), data: { mailId: mail.id }, dueAt: now }, now)
    }
  })
  await spool.release(mails.map((mail) => mail.id))
  return mails.length
}

async function keepBytes(mail: SpooledMail, blobs: Blobs): Promise<void> {
  if (mail.file !== null) await blobs.adopt(mail.file, mail.sha256)
  else await blobs.put(await mail.read())
}
