/** `serve` as a process of its own, to be killed and started again on the same storage. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../e2e/school'

export const cli = join(__dirname, '..', '..', 'dist', 'cli.js')
const environment = { PATH: process.env.PATH, CARTABLE_LOG: 'warn' }

export class Service {
  #process: ChildProcess | null = null
  /** Of all its lives. */
  stdout = ''
  stderr = ''

  /** @param folder where cartable.toml lies. */
  constructor(readonly folder: string) {}

  async start(): Promise<void> {
    const child = spawn(process.execPath, [cli, 'serve'], { cwd: this.folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    let own = ''
    child.stdout.on('data', (chunk: Buffer) => {
      own += chunk.toString()
      this.stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
      // For looking at, where a test failed.
      appendFileSync(join(this.folder, 'stderr'), chunk)
    })
    await until(
      'the service is ready',
      () => own.includes('cartable ready\n') || child.exitCode !== null,
      () => Promise.resolve(this.stderr.slice(-2000)),
    )
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${this.stderr.slice(-2000)}`)
  }

  /** Its exit code; null when the signal ended it. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#process
    if (!child) return null
    this.#process = null
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    return ended
  }

  /** Processes it has started that live. */
  children(): number[] {
    const pid = this.#process?.pid
    if (pid === undefined) return []
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  }

  /** Another command on the same storage; its JSON lines. */
  ask<T>(...args: string[]): T[] {
    return execFileSync(process.execPath, [cli, ...args, '--json'], { cwd: this.folder, env: environment, encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T)
  }
}
