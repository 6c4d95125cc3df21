/** What can be told without asking anybody else: configuration, rights, storage, database, TLS files. Makes and changes no file of its own. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { access, constants, readFile, stat, statfs } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import type { Config } from '../../config/schema'
import { codeOf, errnoOf, isFault } from '../../errors'
import { openDatabase } from '../../store/database'
import { type Loaded, within } from '../configuration'
import { type Finding, ok, warning, wrong } from './finding'

export const checkConfiguration = ({ file }: Loaded): Finding => ok('configuration', file ?? 'no file: built-in defaults')

const secretInText = /^\s*(secret|password)\s*=|^\s*(url|database)\s*=\s*["'][a-z]+:\/\/[^"'/@]*:[^"'/@]*@/m
const secretFiles = /^\s*(?:secret_file|password_file|key_file|tls_key)\s*=\s*["']([^"']+)["']/gm

/** THREATS G5: what holds a secret is for its owner alone. */
export async function checkSecrets({ file, folder }: Loaded): Promise<Finding> {
  if (file === null) return ok('secrets', 'no configuration file')
  const text = await readFile(file, 'utf8')
  const holders = [...(secretInText.test(text) ? [file] : []), ...[...text.matchAll(secretFiles)].map((match) => within(folder, match[1] ?? ''))]
  for (const path of holders) {
    const mode = await modeOf(path)
    if (mode !== null && (mode & 0o007) !== 0) return wrong('secrets', `${path} holds a secret and everybody on this machine can read it`, `chmod 600 ${path}`)
  }
  return ok('secrets', holders.length > 0 ? 'files with secrets are for their owner' : 'no secrets in files')
}

const modeOf = async (path: string): Promise<number | null> =>
  stat(path).then(
    (found) => found.mode & 0o777,
    (error: unknown) => {
      if (errnoOf(error) === null) throw error
      return null
    },
  )

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i.test(host)

/** Policy `off` is for tests and closed networks (THREATS F43). */
export function checkAuth({ auth, smtp, imap }: Config): Finding {
  const mend = 'set [auth] policy = "dmarc"'
  if (auth.policy !== 'off') return ok('auth', `policy = "${auth.policy}"`)
  if (smtp.port !== 0 && !isLoopback(smtp.host))
    return wrong('auth', `policy = "off" while ${smtp.host} listens to others: anybody can post as a teacher`, mend)
  if (imap.length > 0) return warning('auth', 'policy = "off" while mailboxes are watched: whoever writes to them can post as a teacher', mend)
  return ok('auth', 'policy = "off", and nobody but this machine is listened to')
}

export async function checkStorage({ config, storage }: Loaded): Promise<Finding[]> {
  const mode = await modeOf(storage)
  const existing = mode === null ? dirname(storage) : storage
  try {
    await access(existing, constants.W_OK | constants.X_OK)
  } catch (error) {
    return [
      wrong(
        'storage',
        `${existing} cannot be written (${errnoOf(error) ?? codeOf(error)})`,
        'make it writable for the user of the service, or set another [storage] path',
      ),
    ]
  }
  const rights =
    mode === null
      ? ok('storage', `${storage} will be made at the first start`)
      : (mode & 0o077) !== 0
        ? warning('storage', `${storage} is open to others on this machine`, `chmod 700 ${storage}`)
        : ok('storage', storage)
  return [rights, await checkSpace(existing, config.storage.reserveBytes)]
}

async function checkSpace(folder: string, reserveBytes: number): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const figures = `${megabytes(free)} free, reserve ${megabytes(reserveBytes)}`
  if (free < reserveBytes) return wrong('disk', `${figures}: no mail is accepted`, 'make room, or lower [storage] reserve')
  return free < 3 * reserveBytes ? warning('disk', figures, 'make room soon: below the reserve no mail is accepted') : ok('disk', figures)
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1_000_000)} MB`

/** Opens the database as every command does; a SQLite file that is not there yet is not made. */
export async function checkDatabase({ config, storage }: Loaded): Promise<Finding> {
  const url = config.storage.database
  const file = url.slice('sqlite:'.length)
  const path = isAbsolute(file) ? file : join(storage, file)
  if (url.startsWith('sqlite:') && (await modeOf(path)) === null) return ok('database', 'SQLite: will be made at the first start')
  try {
    const database = await openDatabase(url, storage)
    await database.close()
    return ok('database', database.kind === 'sqlite' ? `SQLite: ${path}` : 'PostgreSQL')
  } catch (error) {
    return wrong(
      'database',
      isFault(error) ? error.message : `cannot be opened (${codeOf(error)}${errnoOf(error) === null ? '' : `, ${errnoOf(error)}`})`,
      'check [storage] database, and that its server runs and lets us in',
    )
  }
}

const dayMs = 86_400_000

export async function checkTls({ config, folder }: Loaded, now: Date): Promise<Finding> {
  const { tlsCert, tlsKey, host, port } = config.smtp
  if (tlsCert === null || tlsKey === null)
    return port === 0 || isLoopback(host)
      ? ok('tls', 'not configured')
      : warning('tls', `no certificate while ${host} listens to others: mail arrives in clear`, 'set [smtp] tls_cert and tls_key')
  try {
    const certificate = new X509Certificate(await readFile(within(folder, tlsCert)))
    const until = new Date(certificate.validTo)
    const day = until.toISOString().slice(0, 10)
    if (!certificate.checkPrivateKey(createPrivateKey(await readFile(within(folder, tlsKey)))))
      return wrong('tls', 'tls_key does not belong to tls_cert', 'give the key that the certificate was made for')
    if (until < now) return wrong('tls', `the certificate expired on ${day}`, 'renew it and start the service again')
    if (until.getTime() - now.getTime() < 14 * dayMs) return warning('tls', `the certificate expires on ${day}`, 'renew it and start the service again')
    return ok('tls', `the certificate is valid until ${day}`)
  } catch (error) {
    return wrong('tls', `tls_cert or tls_key cannot be used (${errnoOf(error) ?? 'not PEM'})`, 'check paths and rights of [smtp] tls_cert and tls_key')
  }
}
