/** A folder in place of a relay: one .eml a message, with its envelope on top. It never overwrites, and never writes the same row twice. */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { syncFolder } from '../store/blobs'
import type { Relay, RelayMessage } from './next-hop'
import type { Sent } from './smtp-reply'
import { systemCodeOf } from './system-code'

/** Our own bytes failed, not the folder. */
class UnreadableMail extends Error {}

/**
 * Files are named by time, a running number and the row: sorted by name is sorted by time.
 * A row whose file is there already counts as sent: a crash between file and booking makes no second one.
 */
export function folderRelay(folder: string, now: () => Date): Relay {
  let known: Promise<Map<string, string>> | null = null
  let count = 0

  async function write(message: RelayMessage): Promise<Sent> {
    const names = await (known ??= existing(folder))
    const id = fileId(message.id)
    const before = names.get(id)
    if (before !== undefined && (await isThere(join(folder, before)))) return { outcome: 'sent', reply: 'already in the folder' }
    const name = `${now().toISOString().replace(/[-:.]/g, '')}-${String(++count).padStart(6, '0')}-${id}.eml`
    const temporary = join(folder, `.${randomBytes(8).toString('hex')}.part`)
    try {
      await writeSynced(temporary, message)
      // A link, unlike a rename, fails where the name is taken.
      await link(temporary, join(folder, name))
    } finally {
      await rm(temporary, { force: true })
    }
    await syncFolder(folder)
    names.set(id, name)
    return { outcome: 'sent', reply: 'written to the folder' }
  }

  return {
    async send(message) {
      try {
        return await write(message)
      } catch (error) {
        if (error instanceof UnreadableMail) return { outcome: 'temporary', code: null, status: '4.3.0', reply: 'the mail cannot be read' }
        known = null
        return { outcome: 'unreachable', reply: `the folder cannot be written: ${systemCodeOf(error) ?? 'error'}` }
      }
    },
    close: () => Promise.resolve(),
  }
}

async function writeSynced(path: string, message: RelayMessage): Promise<void> {
  const { from, to } = message.envelope
  const top = `X-Envelope-From: ${from === '' ? '<>' : from}\r\nX-Envelope-To: ${to}\r\n`
  const whole = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(top, 'utf8')
    try {
      for await (const chunk of message.open()) yield chunk as Buffer
    } catch (error) {
      throw new UnreadableMail('the mail cannot be read', { cause: error })
    }
  }
  await pipeline(Readable.from(whole(), { objectMode: false }), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Row → file name, of what is there; half-written files of a crash go. */
async function existing(folder: string): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = new Map<string, string>()
  for (const name of await readdir(folder)) {
    const id = /^\w+-\d+-(.+)\.eml$/.exec(name)?.[1]
    if (id !== undefined) names.set(id, name)
    else if (/^\.[0-9a-f]{16}\.part$/.test(name) && (await ageMs(join(folder, name))) > 3_600_000) await rm(join(folder, name), { force: true })
  }
  return names
}

const ageMs = async (path: string): Promise<number> => Date.now() - (await stat(path)).mtimeMs

/** Another letter is replaced: an identifier of ours has none. */
const fileId = (id: string): string => id.replace(/[^\w-]/g, '_').slice(0, 100)

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false
    throw error
  }
}
