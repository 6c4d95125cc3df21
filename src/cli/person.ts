/** `person export` and `person erase`: everything held on a person, and its erasure. */
import { mkdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { exportPerson } from '../act/export-person'
import { type Forgotten, forgetPerson } from '../act/forget-person'
import { takeUp } from '../act/take-up'
import { composeMail } from '../deliver/compose'
import { openMail } from '../deliver/composed-mail'
import { errnoOf, Fault, isFault } from '../errors'
import { silentLog } from '../log'
import { openSpool } from '../spool/spool'
import { lockStorage, type StorageLock } from '../spool/storage-lock'
import { removeUnfinished } from '../store/blobs'
import { findPerson } from '../store/people'
import { createZip } from '../store/zip-file'
import { render } from '../text/render'
import { loadTemplates } from '../text/template-files'
import { within } from './configuration'
import type { Globals } from './globals'
import { print, printJson } from './output'
import { type Opened, withStore } from './store-command'

export function personCommand(program: Command, globals: () => Globals): void {
  const person = program.command('person').description('everything held on a person, and its erasure')
  person
    .command('export')
    .argument('<id>', 'as in the roster')
    .requiredOption('-o, --output <file>', 'zip file to write')
    .action((id: string, options: { output: string }) => withStore(globals().config, (opened) => exportTo(opened, id, options.output, globals().json)))
  person
    .command('erase')
    .argument('<id>', 'as in the roster')
    .option('--yes', 'do not ask')
    .action((id: string, options: { yes?: boolean }) => withStore(globals().config, (opened) => erase(opened, id, options.yes ?? false, globals().json)))
}

async function exportTo({ database, blobs, config, storage }: Opened, id: string, output: string, json: boolean): Promise<void> {
  const templates = loadTemplates()
  const wireFolder = join(storage, 'wire')
  const zip = await createZip(output).catch((error: unknown) => {
    throw new Fault('usage', `${output}: cannot be written (${errnoOf(error) ?? 'error'}): check the path given with -o`)
  })
  try {
    const counts = await exportPerson(id, {
      database,
      blobs,
      zip,
      compose: async (mail, at) => {
        const words = render(templates, mail, { timezone: config.timezone, school: config.school })
        return buffer(openMail(await composeMail(mail, words, { blobs, wireFolder, now: at })))
      },
      now: () => new Date(),
    })
    await zip.finish()
    if (json) printJson({ id, file: output, ...counts })
    else print(`${output}: pages ${counts.pages}, originals ${counts.originals}, mails from them ${counts.mailsFrom}, mails to them ${counts.mailsTo}.`)
  } catch (error) {
    await zip.abandon()
    throw error
  }
}

async function erase(opened: Opened, id: string, yes: boolean, json: boolean): Promise<void> {
  const { database, blobs, storage } = opened
  if (!(await findPerson(database.db, id))) throw new Fault('not-found', `nobody has the id "${id}": see "cartable roster list"`)
  if (!yes && process.stdin.isTTY && !(await agrees(id))) return print('Nothing was erased.')
  const lock = await lockIfAlone(storage)
  try {
    if (lock !== null) await emptySpool(opened)
    const forgotten = await forgetPerson(id, {
      database,
      blobs,
      folders: { temporary: join(storage, 'tmp'), wire: join(storage, 'wire'), outbox: outboxFolder(opened) },
      isAlone: lock !== null,
      now: () => new Date(),
    })
    if (json) printJson({ id, ...forgotten })
    else tell(id, forgotten)
    if (!forgotten.scrubbed) process.exitCode = 1
  } finally {
    await lock?.release()
  }
}

async function agrees(id: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^(y|yes|o|oui)$/iu.test((await terminal.question(`Erase ${id} and everything held on them, for good? [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

/** Null: a service runs on this storage. */
async function lockIfAlone(storage: string): Promise<StorageLock | null> {
  try {
    return await lockStorage(storage)
  } catch (error) {
    if (isFault(error, 'storage-in-use')) return null
    throw error
  }
}

/** What a crash left half written goes. Accepted mail that no service has taken up yet gets its rows first, so that it can be erased like any other. A running service does so by itself. */
async function emptySpool({ storage, config, database, blobs }: Opened): Promise<void> {
  await removeUnfinished(within(storage, config.storage.blobs.slice('file:'.length)))
  await mkdir(join(storage, 'spool'), { recursive: true, mode: 0o700 })
  const spool = await openSpool(join(storage, 'spool'), { log: silentLog, reserveBytes: 0 })
  try {
    while ((await takeUp(spool, database, blobs, new Date())) > 0);
  } finally {
    await spool.close()
  }
}

function outboxFolder({ config, storage }: Opened): string | null {
  const { url } = config.outbound
  if (!url.startsWith('file:')) return null
  const path = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length)
  return isAbsolute(path) ? path : join(storage, path)
}

function tell(id: string, forgotten: Forgotten): void {
  print(`Erased: ${id}. Received mails: ${forgotten.mails}. Pages: ${forgotten.pages}. Outgoing mails: ${forgotten.outgoing}. Files: ${forgotten.files}.`)
  print(
    `Bundles with their pages that teachers have already: ${forgotten.bundlesSent}. Mail that was sent cannot be recalled: ask its readers to delete their copies.`,
  )
  if (forgotten.correctionsDropped > 0)
    print(`Corrections that were still being worked on and are dropped: ${forgotten.correctionsDropped}. Ask the teacher to send the pile again.`)
  if (forgotten.sharedAddress) print('Their address stays: somebody else in the roster has the same one.')
  if (forgotten.sharedName) print('Somebody else in the roster has the same name: words that hold it stay.')
  if (forgotten.guardians.length > 0) print(`Their guardians stay: ${forgotten.guardians.join(', ')}. Erase them too where nothing else needs them.`)
  if (!forgotten.scrubbed) print('The database was busy: restart the service, which empties its log.')
}
