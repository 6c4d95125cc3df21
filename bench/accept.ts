/**
 * Durable accept: how many 4 KB mails a second, 50 sessions, a connection a mail, beside the bare package
 * that stores nothing (the limit), that writes and syncs a file a mail, and that also renames it and syncs the folder, without which a power cut may take the name;
 * and what one mail of 30 MB adds to the peak memory. `npm run bench accept`, half a minute. Read the ratio, not the rates.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import { silentLog } from '../src/log'
import { startSmtp } from '../src/receive/smtp-listener'
import { openSpool } from '../src/spool/spool'

const sessions = 50
const roundMs = 1100
const rounds = 4
const domain = 'devoirs.example'
const small = `Subject: bench\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(52)}.\r\n`
const large = Buffer.from(`Subject: bench\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(Math.round(30e6 / 78))}.\r\n`)

/** All threads of this process, those that sync too. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** The listener under test: the real one, over the real spool. */
async function serveOurs(folder: string): Promise<number> {
  const spool = await openSpool(join(folder, 'spool'), { log: silentLog, reserveBytes: 0 })
  const tls = null
  const options = { host: '127.0.0.1', port: 0, protocol: 'smtp' as const, domain, maxMessageBytes: 40e6, tls, spool, log: silentLog, now: () => new Date() }
  const listener = await startSmtp({ ...options, checkRecipient: () => Promise.resolve(null) })
  process.on('message', (what) => {
    if (what === 'cpu') return void process.send?.(cpuMs())
    void spool.pending(1e6).then(async (mails) => {
      await spool.release(mails.map(({ id }) => id))
      process.send?.('released')
    })
  })
  return listener.port
}

class PromptConnection extends SMTPConnection {
  override init(): void {
    this._setListeners(() => this.connectionReady())
  }
}

/** The yardsticks: the same package and nothing else. */
class BareServer extends SMTPServer {
  #count = 0
  constructor(
    private readonly folder: string,
    readonly keeps: 'nothing' | 'file' | 'file-and-folder',
  ) {
    super({ disableReverseLookup: true, authOptional: true, hideSTARTTLS: true, logger: false })
  }

  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    const connection = new PromptConnection(this, socket, options)
    this.connections.add(connection)
    connection.on('error', () => undefined)
    connection.init()
  }

  override onData(stream: SMTPServerDataStream, _session: SMTPServerSession, callback: (error?: Error | null) => void): void {
    if (this.keeps === 'nothing') {
      stream.on('end', () => callback()).resume()
      return
    }
    const store = async (): Promise<void> => {
      const path = join(this.folder, String(this.#count++))
      const file = await open(path, 'wx', 0o600)
      for await (const chunk of stream) await file.write(chunk as Buffer)
      await file.datasync()
      await file.close()
      if (this.keeps === 'file') return
      await rename(path, `${path}.mail`)
      const folder = await open(this.folder, 'r')
      await folder.sync()
      await folder.close()
    }
    store().then(() => callback(), callback)
  }
}

async function serveBare(folder: string, keeps: BareServer['keeps']): Promise<number> {
  const server = new BareServer(folder, keeps)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.on('message', (what) => process.send?.(what === 'cpu' ? cpuMs() : 'released'))
  return (server.server.address() as AddressInfo).port
}

/** One mail over a connection of its own, each command after the reply to the last. */
function send(port: number, body: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    const script = ['EHLO bench\r\n', 'MAIL FROM:<a@b.example>\r\n', `RCPT TO:<3b@${domain}>\r\n`, 'DATA\r\n', body, 'QUIT\r\n']
    let step = 0
    socket.on('data', (chunk: Buffer) => {
      const said = chunk.toString('latin1')
      if (!/^[23]\d\d /m.test(said)) return void (/^\d{3}-/.test(said) ? undefined : reject(new Error(said)))
      const next = script[step++]
      if (next === undefined) socket.end()
      else socket.write(next)
    })
    socket.on('error', reject)
    socket.on('close', () => (step >= script.length ? resolve() : reject(new Error(`closed at step ${step}`))))
  })
}

/** Mails a second, and CPU time of the listener a mail. */
async function measure({ port, process: child, rates, cpus }: Contestant): Promise<void> {
  const before = Number(await ask(child, 'cpu'))
  const started = performance.now()
  let sent = 0
  const session = async (): Promise<void> => {
    while (performance.now() - started < roundMs) {
      await send(port, small)
      sent++
    }
  }
  await Promise.all(Array.from({ length: sessions }, session))
  rates.push((sent * 1000) / (performance.now() - started))
  cpus.push((Number(await ask(child, 'cpu')) - before) / sent)
}

interface Contestant {
  name: 'ours' | BareServer['keeps']
  process: ChildProcess
  port: number
  rates: number[]
  cpus: number[]
}

async function start(name: Contestant['name'], folder: string): Promise<Contestant> {
  const child = fork(join(__dirname, 'run.js'), [__filename, name, folder], { env: { ...process.env, UV_THREADPOOL_SIZE: '8' } })
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(Number(message))))
  return { name, process: child, port, rates: [], cpus: [] }
}

const ask = (child: ChildProcess, what: 'cpu' | 'release'): Promise<unknown> => {
  const answer = new Promise((resolve) => child.once('message', resolve))
  child.send(what)
  return answer
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const memoryOf = (pid: number, key: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** What a mail of 30 MB adds to the peak of a process that has taken small ones before, in MiB. */
async function memory(folder: string): Promise<number> {
  const ours = await start('ours', folder)
  for (let i = 0; i < 200; i++) await send(ours.port, small)
  const pid = ours.process.pid ?? 0
  // Starts the high-water mark anew (proc(5)).
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  const before = memoryOf(pid, 'VmRSS')
  await send(ours.port, large)
  const added = memoryOf(pid, 'VmHWM') - before
  ours.process.kill()
  return added
}

async function main(): Promise<void> {
  const names: Contestant['name'][] = ['ours', 'nothing', 'file', 'file-and-folder']
  const folders = [...names, 'memory'].map(() => mkdtempSync(join(tmpdir(), 'cartable-bench-')))
  try {
    const contestants: Contestant[] = []
    for (const [at, name] of names.entries()) contestants.push(await start(name, folders[at] ?? ''))
    for (const contestant of contestants) await measure(contestant)
    for (const { rates, cpus } of contestants) rates.length = cpus.length = 0
    for (let round = 0; round < rounds; round++) {
      for (const contestant of round % 2 === 0 ? contestants : [...contestants].reverse()) {
        await measure(contestant)
        await ask(contestant.process, 'release')
      }
    }
    for (const { name, rates, cpus } of contestants)
      console.log(`${name}: ${Math.round(median(rates))} mails/s (${rates.map(Math.round).join(', ')}), ${median(cpus).toFixed(2)} ms CPU a mail`)
    // Round by round, for what else the machine does changes from one to the next.
    for (const { name, rates } of contestants.slice(1)) {
      const ratios = rates.map((rate, round) => (contestants[0]?.rates[round] ?? 0) / rate)
      console.log(`ours to ${name}: ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`)
    }
    for (const { process: child } of contestants) child.kill()
    const peaks: number[] = []
    for (let i = 0; i < 3; i++) peaks.push(await memory(folders.at(-1) ?? ''))
    console.log(`30 MB mail: ${median(peaks).toFixed(1)} MiB more at the peak (${peaks.map((peak) => peak.toFixed(1)).join(', ')})`)
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
}

const [mode, folder = ''] = process.argv.slice(2)
if (mode === undefined) void main()
else void (mode === 'ours' ? serveOurs(folder) : serveBare(folder, mode as BareServer['keeps'])).then((port) => process.send?.(port))
