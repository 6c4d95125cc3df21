/** The child process of reading-pool.ts: reads one message file after the other, in the order they come. It keeps nothing between them. */
import { codeOf, errnoOf, type FaultCode, isFault } from '../errors'
import { sourceOfFile } from '../message/on-disk-files'
import { Shelf } from '../message/shelf-files'
import type { ChildAnswer } from '../pages/child-pool'
import { storageFault } from '../spool/storage-fault'
import { readMail } from '../understand/read-mail'
import type { HandedFile, Reading } from '../understand/reading'
import type { ReadingJob } from './reading-pool'

/** Of a mail whose files nobody wants, files up to this stay in memory. */
const inMemoryBytes = 1024 * 1024

/** Only where the bytes lie travels to the parent. */
const handed = (files: HandedFile[]): HandedFile[] => files.map((file) => ({ ...file, content: { size: file.content.size, path: file.content.path } }))

async function answerTo(job: ReadingJob): Promise<ChildAnswer<Reading[]>> {
  const shelf = new Shelf({ folder: job.folder, inMemory: job.keep ? -1 : inMemoryBytes })
  try {
    const readings: Reading[] = []
    for (const { file, envelope } of job.mails) {
      const reading = await readMail(sourceOfFile(file), envelope, job.settings, shelf)
      readings.push({ ...reading, pages: handed(reading.pages), documents: handed(reading.documents), others: handed(reading.others) })
      if (!job.keep) shelf.clear()
    }
    return { ok: true, result: readings }
  } catch (caught) {
    // A full disk is no broken mail: it is read again when there is room.
    const error = errnoOf(caught) === null ? caught : storageFault(caught)
    return { ok: false, fault: isFault(error) ? (codeOf(error) as FaultCode) : null, message: codeOf(error) }
  } finally {
    if (!job.keep) shelf.clear()
  }
}

process.on('message', (job) => {
  void answerTo(job as ReadingJob).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
