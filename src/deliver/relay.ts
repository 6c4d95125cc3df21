/** From `[outbound] url` to the next hop: an SMTP server or a folder. */
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault } from '../errors'
import { folderRelay } from './folder-relay'
import type { Relay, RelayOptions } from './next-hop'
import { parseRelayUrl } from './relay-url'
import { smtpRelay } from './smtp-relay'

/**
 * `smtp://`, `smtps://` with credentials in the URL, or `file:FOLDER`.
 * STARTTLS is used where offered, and demanded where a password would travel in clear beyond this machine; certificates are checked, save on loopback and with `?insecure=1`.
 * @throws Fault config-invalid
 */
export function createRelay(url: string, options: RelayOptions): Relay {
  if (url.startsWith('file:')) return folderRelay(folderOf(url, options.folder), options.now ?? (() => new Date()))
  return smtpRelay(parseRelayUrl(url), options)
}

function folderOf(url: string, base: string): string {
  if (url.startsWith('file://')) return fileURLToPath(url)
  const path = url.slice('file:'.length)
  if (path === '') throw new Fault('config-invalid', '[outbound] url: file: needs a folder, as in file:outbox')
  return isAbsolute(path) ? path : join(base, path)
}
