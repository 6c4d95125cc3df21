/** Whether relay and mailboxes let us in. Sends no mail and reads none. */
import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config, ImapConfig } from '../../config/schema'
import { probeRelay } from '../../deliver/probe-relay'
import { codeOf, errnoOf } from '../../errors'
import { probeMailbox } from '../../receive/probe-mailbox'
import { type Loaded, within } from '../configuration'
import { type Finding, inTime, ok, patienceMs, wrong } from './finding'

export function checkRelay(loaded: Loaded): Promise<Finding> {
  const { url } = loaded.config.outbound
  return url.startsWith('file:') ? checkFolder(loaded, url) : checkSmtp(loaded.config)
}

async function checkFolder({ storage }: Loaded, url: string): Promise<Finding> {
  const folder = url.startsWith('file://') ? fileURLToPath(url) : within(storage, url.slice('file:'.length))
  // The first of the folders above it that is there: the rest is made when the first mail leaves.
  for (let path = folder; ; path = dirname(path)) {
    try {
      await access(path, constants.W_OK | constants.X_OK)
      return ok('relay', `a folder: ${folder}`)
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' && dirname(path) !== path) continue
      return wrong('relay', `${path} cannot be written (${errnoOf(error) ?? codeOf(error)})`, 'make it writable, or set another [outbound] url')
    }
  }
}

async function checkSmtp(config: Config): Promise<Finding> {
  const { url } = config.outbound
  const at = URL.canParse(url) ? new URL(url).host : 'the relay'
  const hasCredentials = URL.canParse(url) && new URL(url).username !== ''
  const failure = await inTime(probeRelay(url, { heloName: config.domain, timeMs: patienceMs }), 'no answer in time', patienceMs + 500)
  return failure === null
    ? ok('relay', `${at} answers${hasCredentials ? ' and lets us in' : ''}`)
    : wrong('relay', `${at}: ${failure}`, 'check host, port and credentials of [outbound] url, and that the relay runs')
}

export async function checkMailboxes(mailboxes: ImapConfig[]): Promise<Finding[]> {
  if (mailboxes.length === 0) return [ok('imap', 'not configured')]
  return Promise.all(mailboxes.map(checkMailbox))
}

async function checkMailbox(mailbox: ImapConfig, index: number): Promise<Finding> {
  const name = index === 0 ? 'imap' : `imap.${index}`
  const at = `${mailbox.host}:${mailbox.port}`
  const found = await inTime(probeMailbox({ ...mailbox, password: mailbox.password ?? '' }, patienceMs), { failed: 'no answer in time' }, patienceMs + 500)
  if (found === 'ok') return ok(name, `${at} lets us in`)
  if (found === 'refused') return wrong(name, `${at} refuses the log-in`, 'check user and password of [[imap]]')
  if (found === 'no-folder') return wrong(name, `${at} has no folder of the name [[imap]] mailbox`, 'make it, or give the name of one that is there')
  return wrong(name, `${at}: ${found.failed}`, 'check host, port and secure of [[imap]], and that the server runs')
}
