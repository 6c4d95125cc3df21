/** A real IMAP server for tests: Debian's dovecot with one configuration of its own in a temporary folder, on loopback. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ImapFlow } from 'imapflow'
import { errnoOf } from '../../src/errors'

export const dovecotPassword = 'a_password_for_tests'

export interface Dovecot {
  port: number
  /** A client of its own, logged in; log it out again. */
  client(user: string): Promise<ImapFlow>
  /** Stops the server and its connections; the mail stays. */
  stop(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** Puts an end to the server and its mail. */
  remove(): Promise<void>
  /** Ends all sessions of a user, as a network does. */
  kick(user: string): void
  /** The whole log, for a test that failed. */
  log(): string
}

const binary = '/usr/sbin/dovecot'

/** False where there is none: then a test says so in one line. With CI set to true a test that needs it fails instead. */
export function hasDovecot(): boolean {
  if (existsSync(binary) && process.getuid?.() === 0) return true
  if (process.env.CI === 'true') throw new Error('dovecot-imapd is needed for these tests, and root to start it')
  console.warn('not checked: IMAP against a real server (dovecot-imapd is not installed, or we are not root)')
  return false
}

/** @param options lines of dovecot.conf that come last and win, e.g. to take a capability away. */
export async function startDovecot(options = ''): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-dovecot-'))
  chmodSync(folder, 0o755)
  const mail = join(folder, 'mail')
  mkdirSync(mail)
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody']).toString()))
  chownSync(mail, uid ?? 65534, gid ?? 65534)
  const port = await freePort()
  const config = join(folder, 'dovecot.conf')
  writeFileSync(config, configOf(folder, port, uid ?? 65534, gid ?? 65534, options))
  const start = async (): Promise<void> => {
    execFileSync(binary, ['-c', config], { stdio: 'ignore' })
    await answering(port)
  }
  const stop = async (): Promise<void> => {
    const master = masterOf(join(folder, 'run', 'master.pid'))
    if (master === null) return
    // All at once: asked politely it takes three seconds, and its sessions outlive it.
    const all = [master, ...childrenOf(master)]
    for (const pid of all) signal(pid, 'SIGKILL')
    await until(async () => !(await reaches(port)), 'does not stop')
    rmSync(join(folder, 'run', 'master.pid'), { force: true })
  }
  await start()
  return {
    port,
    start,
    stop,
    client: async (user) => {
      const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth: { user, pass: dovecotPassword }, logger: false, disableAutoIdle: true })
      await client.connect()
      return client
    },
    remove: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
    kick: (user) => void spawnSync('doveadm', ['-c', config, 'kick', user], { stdio: 'ignore' }),
    log: () => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : ''),
  }
}

function configOf(folder: string, port: number, uid: number, gid: number, options: string): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${folder}/mail/%u
first_valid_uid = 1
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
mailbox_list_index = no
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
passdb {
  driver = static
  args = password=${dovecotPassword}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail/%u
}
${options}
`
}

function masterOf(pidFile: string): number | null {
  return existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : null
}

const childrenOf = (master: number): number[] =>
  spawnSync('ps', ['--ppid', String(master), '-o', 'pid='])
    .stdout.toString()
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 1)

function signal(pid: number, which: NodeJS.Signals): void {
  try {
    process.kill(pid, which)
  } catch (error) {
    // It ended by itself.
    if (errnoOf(error) !== 'ESRCH') throw error
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

const reaches = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`dovecot ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const answering = (port: number): Promise<void> => until(() => reaches(port), 'does not answer')
