/** `serve`: the gateway, until it is told to stop. */
import type { Command } from 'commander'
import { createAuthenticate } from '../authenticate/authenticate'
import { Fault } from '../errors'
import { startGateway } from '../gateway'
import { createLog } from '../log'
import { systemClock } from '../work/clock'
import { type Loaded, loadConfiguration } from './configuration'
import type { Globals } from './globals'
import { complain, fail, print } from './output'
import { linkKeyOf, loadSecret, markKeyOf } from './secret'
import { mkdir } from 'node:fs/promises'

/** SIGTERM to exit: CONTRACT.md says 10 s. */
const graceMs = 8000

export function serveCommand(program: Command, globals: () => Globals): void {
  program
    .command('serve')
    .description('SMTP or LMTP listener, IMAP watchers, workers, scheduler, HTTP')
    .action(async () => {
      try {
        await serve(loadConfiguration(globals().config))
      } catch (error) {
        fail(startFault(error))
      }
    })
}

async function serve(loaded: Loaded): Promise<void> {
  const { config, folder, storage, holidays } = loaded
  const log = createLog()
  await mkdir(storage, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new Fault(
      'storage-unusable',
      `the folder ${storage} cannot be made (${error.code ?? 'error'}): make its parent writable, or set another [storage] path`,
    )
  })
  const secret = await loadSecret(loaded).catch((error: NodeJS.ErrnoException) =>
    Promise.reject(new Fault('storage-unusable', `${storage}/secret cannot be used (${error.code ?? 'error'}): check its rights`)),
  )
  const authenticate = createAuthenticate({
    servers: config.dns.servers,
    domain: config.domain,
    authservId: config.auth.authservId,
    trustedNetworks: config.smtp.trustedNetworks,
  })
  const gateway = await startGateway({
    config,
    folder,
    storage,
    holidays,
    markKey: markKeyOf(secret),
    linkKey: linkKeyOf(secret),
    authenticate,
    clock: systemClock,
    log,
  })
  log.info('ready', { smtp: gateway.smtpPort, http: gateway.httpPort })
  print('cartable ready')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log.info('stopping', { signal })
        resolve()
      })
  })
  const cut = setTimeout(() => {
    complain('cartable: stopped before all work was given back; it is taken up at the next start')
    process.exit(0)
  }, graceMs + 1000)
  await gateway.stop(graceMs)
  clearTimeout(cut)
  process.exitCode = 0
  // Idle pools and sockets of libraries must not keep a stopped service alive.
  setTimeout(() => process.exit(0), 200).unref()
}

/** A port that is taken, a host that is none: the operator's to mend, not a bug. */
function startFault(error: unknown): unknown {
  if (error instanceof Error && 'hostname' in error && 'syscall' in error && error.syscall === 'getaddrinfo')
    return new Fault(
      'config-invalid',
      `"${String(error.hostname)}" is no address of this machine: set [smtp] host or [http] host to one, such as "127.0.0.1" or "::"`,
      {
        cause: error,
      },
    )
  if (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EADDRINUSE' || error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') &&
    'port' in error
  )
    return new Fault('storage-in-use', `port ${String(error.port)} cannot be bound (${error.code}): stop what uses it, or set another [smtp] or [http] port`, {
      cause: error,
    })
  return error
}
