/** Whether a mailbox can be watched: connects, logs in, looks whether its folder is there. Reads no mail and changes nothing. */
import { ImapFlow } from 'imapflow'
import { codeOf, errnoOf } from '../errors'
import type { MailboxConfig } from './imap-watcher'

export type MailboxProbe = 'ok' | 'refused' | 'no-folder' | { failed: string }

/** `refused`: the log-in. `failed`: a code of the system or the library. Never throws for what server and network do. */
export async function probeMailbox(
  mailbox: Pick<MailboxConfig, 'host' | 'port' | 'secure' | 'user' | 'password' | 'mailbox'>,
  timeMs: number,
): Promise<MailboxProbe> {
  const { host, port, secure, user, password } = mailbox
  const client = new ImapFlow({
    host,
    port,
    secure,
    auth: { user, pass: password },
    logger: false,
    connectionTimeout: timeMs,
    greetingTimeout: timeMs,
    socketTimeout: timeMs,
  })
  // What ends the session ends the call that waits as well, and is told there.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const folders = await client.list()
    return folders.some(({ path }) => path === mailbox.mailbox || path.toUpperCase() === mailbox.mailbox.toUpperCase()) ? 'ok' : 'no-folder'
  } catch (error) {
    const isRefusal = typeof error === 'object' && error !== null && 'authenticationFailed' in error && error.authenticationFailed === true
    return isRefusal ? 'refused' : { failed: errnoOf(error) ?? codeOf(error) }
  } finally {
    client.close()
  }
}
