/**
 * Fan-out: copies for thirty pupils, ours from the outbox in the store to the relay, against a bare loop over pooled nodemailer, to the same sink, interleaved.
 * Run: npm run bench fan-out
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import { startOutbox } from '../src/deliver/outbox-runner'
import { createRelay } from '../src/deliver/relay'
import { silentLog } from '../src/log'
import { type Database, openDatabase } from '../src/store/database'
import { addOutgoing, claimOutgoing, moveOutgoing, nextOutgoingAt, retryOutgoing } from '../src/store/outbox'
import type { OutgoingAttachment, OutgoingMail } from '../src/text/outgoing-mail'
import { systemClock } from '../src/work/clock'

const pupils = 30
const rounds = 5
const words = {
  subject: 'Maths – Thalès (K7Q2)',
  text: 'Bonjour, voici le travail à faire.\n'.repeat(20),
  html: '<p>Bonjour, voici le travail à faire.</p>'.repeat(20),
}

/** In a process of its own: counts, keeps nothing. */
function runSink(): void {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, _session, callback) {
      stream.on('end', () => callback()).resume()
    },
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.server.address() as AddressInfo).port))
}

const startSink = (): Promise<{ child: ChildProcess; port: number }> =>
  new Promise((resolve) => {
    const child = fork(join(__dirname, 'run.js'), [__filename, 'sink'])
    child.once('message', (port) => resolve({ child, port: Number(port) }))
  })

const mailFor = (index: number, attachments: OutgoingAttachment[]): OutgoingMail => ({
  ...{ template: 'assignment', locale: 'fr', data: {} as OutgoingMail['data'], autoSubmitted: 'auto-generated', inReplyTo: null, references: [] },
  to: { name: `Élève ${index}`, address: `p${index}@famille.example` },
  from: { name: 'Anne Lefèvre (3B)', address: '3b@devoirs.example' },
  replyTo: { name: 'Anne Lefèvre (3B)', address: `r-${index}@devoirs.example` },
  envelopeSender: `b-${index}@devoirs.example`,
  messageId: `<${index}.${randomBytes(8).toString('hex')}@devoirs.example>`,
  ...{ listId: '3b.devoirs.example', listUnsubscribe: null, calendar: null, attachments },
})

interface Scene {
  folder: string
  url: string
  database: Database
  attachments: OutgoingAttachment[]
  file: string | null
}

/** Rows in the store until the outbox rests: claims, rendering, composing, sending, booking. */
async function ours({ folder, url, database, attachments }: Scene): Promise<number> {
  const now = new Date()
  await database.transaction(async (tx) => {
    for (let index = 0; index < pupils; index++) {
      const mail = mailFor(index, attachments)
      const keys = {
        id: mail.messageId,
        cause: mail.messageId,
        messageId: mail.messageId,
        template: 'assignment',
        token: null,
        person: null,
        assignment: null,
        student: null,
      }
      await addOutgoing(tx, { ...keys, mail: JSON.stringify(mail), sendAt: now }, now)
    }
  })
  const relay = createRelay(url, { folder, heloName: 'gateway.example' })
  let left = pupils
  const began = performance.now()
  await new Promise<void>((resolve) => {
    const outbox = startOutbox({
      source: {
        claim: (limit, at) => database.transaction((tx) => claimOutgoing(tx, limit, at)),
        nextDueAt: () => nextOutgoingAt(database.db),
        async sent(id, reply) {
          await database.transaction((tx) => moveOutgoing(tx, id, 'sending', 'sent', { reply, sent_at: Date.now() }))
          if (--left === 0) void outbox.stop(1000).then(resolve)
        },
        retry: (id, at, reply) => database.transaction((tx) => retryOutgoing(tx, id, at, reply)),
        failed: () => Promise.reject(new Error('nothing may fail here')),
      },
      relay,
      render: () => words,
      compose: { blobs: { path: (hash) => join(folder, hash) }, wireFolder: join(folder, 'wire') },
      ...{ sign: null, clock: systemClock, log: silentLog, onIncident: () => undefined },
    })
  })
  const ms = performance.now() - began
  await relay.close()
  return ms
}

async function bare({ url, file }: Scene): Promise<number> {
  const { hostname: host, port } = new URL(url)
  const transport = createTransport({ host, port: Number(port), pool: true, maxConnections: 5 })
  const began = performance.now()
  await Promise.all(
    Array.from({ length: pupils }, (_, index) => {
      const { to, from, replyTo, messageId } = mailFor(index, [])
      const attachments = file === null ? [] : [{ path: file, filename: 'énoncé.pdf', contentType: 'application/pdf' }]
      return transport.sendMail({ ...words, to, from, replyTo: replyTo ?? from, messageId, attachments })
    }),
  )
  const ms = performance.now() - began
  transport.close()
  return ms
}

/** Milliseconds, CPU of this process, and how far its memory grew above where it began. */
async function measured(work: () => Promise<number>): Promise<{ ms: number; cpuMs: number; grownMb: number }> {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  const look = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()))
  const timer = setInterval(look, 5)
  const cpu = process.cpuUsage()
  const ms = await work()
  const { user, system } = process.cpuUsage(cpu)
  look()
  clearInterval(timer)
  return { ms, cpuMs: (user + system) / 1000, grownMb: (peak - before) / 1e6 }
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function scene(name: string, bytes: number, port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-bench-'))
  mkdirSync(join(folder, 'wire'))
  const content = randomBytes(bytes)
  const blob = createHash('sha256').update(content).digest('hex')
  writeFileSync(join(folder, blob), content)
  const attachments: OutgoingAttachment[] =
    bytes === 0 ? [] : [{ blob, filename: 'énoncé.pdf', mediaType: 'application/pdf', disposition: 'attachment', cid: null }]
  const database = await openDatabase('sqlite:cartable.db', folder)
  const stage: Scene = { folder, url: `smtp://127.0.0.1:${port}`, database, attachments, file: bytes === 0 ? null : join(folder, blob) }
  const results: Record<'ours' | 'bare', Awaited<ReturnType<typeof measured>>[]> = { ours: [], bare: [] }
  // Code is loaded and warm before anything is measured.
  await ours({ ...stage, attachments: [] })
  await bare({ ...stage, file: null })
  for (let round = 0; round < rounds; round++) {
    // The wire form is made anew each round: it is part of our price.
    rmSync(join(folder, 'wire'), { recursive: true, force: true })
    results.ours.push(await measured(() => ours(stage)))
    results.bare.push(await measured(() => bare(stage)))
  }
  const of = (who: 'ours' | 'bare', what: 'ms' | 'cpuMs' | 'grownMb'): number => median(results[who].map((one) => one[what]))
  const worst = Math.max(...results.ours.map(({ grownMb }) => grownMb))
  console.log(
    `${name}: ours ${of('ours', 'ms').toFixed(0)} ms, ${of('ours', 'cpuMs').toFixed(0)} CPU ms, growth ${of('ours', 'grownMb').toFixed(0)} MB (worst ${worst.toFixed(0)});` +
      ` bare ${of('bare', 'ms').toFixed(0)} ms, ${of('bare', 'cpuMs').toFixed(0)} CPU ms, growth ${of('bare', 'grownMb').toFixed(0)} MB;` +
      ` speed ${(of('bare', 'ms') / of('ours', 'ms')).toFixed(2)} ×`,
  )
  await database.close()
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const { child, port } = await startSink()
  await scene('5 MB', 5_000_000, port)
  await scene('small', 0, port)
  child.kill()
}

if (process.argv[2] === 'sink') runSink()
else void main()
