/** A PostgreSQL server of the tests' own, on loopback, in a folder that goes with it. Null where none is installed: with CI=true that is a failure. */
import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Postgres {
  /** A new, empty database; its URL. */
  newDatabase(): string
  stop(): void
}

/** Debian keeps the server's programs out of PATH; the newest wins. */
function programs(): string | null {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(root, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb'))) ?? null
}

const idOf = (user: string, flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))

export async function startPostgres(): Promise<Postgres | null> {
  const bin = programs()
  if (bin === null) {
    if (process.env.CI === 'true') throw new Error('PostgreSQL is not installed, and CI must test with it: apt-get install postgresql')
    process.stderr.write('PostgreSQL is not installed: the store is tested on SQLite alone (apt-get install postgresql)\n')
    return null
  }
  const folder = mkdtempSync(join(tmpdir(), 'cartable-postgres-'))
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  const who = isRoot ? { uid: idOf('postgres', '-u'), gid: idOf('postgres', '-g') } : {}
  if (isRoot) chownSync(folder, who.uid ?? 0, who.gid ?? 0)
  const run = (program: string, args: string[]): void =>
    void execFileSync(join(bin, program), args, {
      ...who,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
    })
  const port = await freePort()
  const data = join(folder, 'data')
  run('initdb', ['-D', data, '-U', 'cartable', '-A', 'trust', '-E', 'UTF8', '--no-sync'])
  run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', `-h 127.0.0.1 -p ${port} -k ${folder} -c fsync=off`, 'start'])
  let made = 0
  return {
    newDatabase() {
      const name = `test${++made}_${process.pid}`
      run('createdb', ['-h', '127.0.0.1', '-p', String(port), '-U', 'cartable', name])
      return `postgres://cartable@127.0.0.1:${port}/${name}`
    },
    stop() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
