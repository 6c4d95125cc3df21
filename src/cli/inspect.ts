/** `cartable inspect`: how the gateway would understand each message file. Reads files only; sends and stores nothing. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { createReadingPool, type MailToRead, type ReadingPool } from '../act/reading-pool'
import { codeOf, errnoOf, isFault } from '../errors'
import type { Holiday } from '../school/quiet-time'
import type { Reading, ReadingSettings } from '../understand/reading'
import { lineOf } from './inspect-line'
import { isoTime } from './iso-time'

export interface InspectSettings {
  domain: string
  timezone: string
  locale: 'fr' | 'en'
  holidays?: readonly Holiday[]
}

interface InspectOptions {
  now?: string
  recipient?: string[]
  sender?: string
  json?: boolean
}

/** From this many files on a second reader is worth its start. */
const filesForTwo = 40
/** Files that go to a reader together. */
const filesAtOnce = 12
/** Batches that are on their way or read, and not printed yet. */
const batchesAhead = 4
const printed: Promise<(Reading | string)[]> = Promise.resolve([])

const failed = (why: string): Reading => ({
  messageId: null,
  from: null,
  subject: '',
  date: null,
  kind: 'other',
  intent: null,
  intents: [],
  why: 'unreadable',
  text: '',
  quoted: '',
  language: null,
  due: null,
  otherDue: null,
  replacesPage: null,
  duePhrase: null,
  command: null,
  pages: [],
  documents: [],
  others: [],
  ignored: [],
  bounce: null,
  partial: null,
  replyToken: null,
  threadIds: [],
  codeInSubject: null,
  links: [],
  problems: [why],
})

/** Without `--sender`: the Return-Path of the file's head, as the last server wrote it; where there is none, the author. */
export function senderOf(head: string, given: string | undefined): string | null {
  if (given !== undefined) return given.replace(/^<|>$/g, '') || null
  const path = /^return-path[ \t]*:[ \t]*<?([^\s<>]*)>?/im.exec(head)
  return path ? path[1] || null : 'unknown@invalid'
}

/** Octets of a file's head within which its Return-Path is looked for. */
const headBytes = 64 * 1024

function headOf(file: string): string {
  const handle = openSync(file, 'r')
  try {
    const head = Buffer.alloc(Math.min(headBytes, fstatSync(handle).size))
    return head.toString('latin1', 0, readSync(handle, head, 0, head.length, 0)).split(/\r?\n\r?\n/)[0] ?? ''
  } finally {
    closeSync(handle)
  }
}

interface Batch {
  reader: ReadingPool
  folder: string
  options: InspectOptions
  settings: ReadingSettings
}

/** Of each file its reading, or the system's code where it cannot be read. */
async function readBatch(files: string[], { reader, folder, options, settings }: Batch): Promise<(Reading | string)[]> {
  const mails = files.map((file): MailToRead | string => {
    try {
      const sender = senderOf(headOf(file), options.sender)
      return { file: resolve(file), envelope: { sender, recipients: options.recipient ?? [], clientAddress: null, helo: null, receivedAt: settings.now } }
    } catch (error) {
      return codeOf(error)
    }
  })
  const job = { settings, folder, keep: false }
  const readable = mails.filter((mail) => typeof mail !== 'string')
  const one = (mail: MailToRead): Promise<Reading | string> =>
    reader.read({ ...mail, ...job }).catch((error: unknown) => {
      const code = errnoOf(error)
      if (code !== null) return code
      // Killed for its time or memory, or a bug of ours: the other files have their lines all the same.
      return failed(isFault(error, 'worker-died') ? 'too-slow-or-too-large' : isFault(error) ? codeOf(error) : `bug: ${codeOf(error)}`)
    })
  // One that fails must not cost the others theirs: then each is read by itself.
  const readings: (Reading | string)[] = await reader.readAll({ mails: readable, ...job }).catch(() => Promise.all(readable.map(one)))
  return mails.map((mail) => (typeof mail === 'string' ? mail : (readings[readable.indexOf(mail)] ?? failed('bug: not read'))))
}

const summary = (file: string, line: Record<string, unknown>, reading: Reading): string =>
  [
    `${file}: ${reading.kind}${reading.intent ? ` (${reading.intent})` : ''}, because of ${reading.why}`,
    reading.from ? `  from     ${reading.from.name} <${reading.from.address}>` : '  from     (nobody to believe)',
    `  subject  ${reading.subject}`,
    reading.command ? `  command  ${reading.command.name} ${reading.command.argument}`.trimEnd() : null,
    reading.due ? `  due      ${String(line.due)} (${reading.duePhrase ?? ''})` : null,
    reading.text ? `  text     ${reading.text.replace(/\n/g, '\n           ')}` : null,
    ...reading.pages.map((page, at) => `  page ${at + 1}   ${page.filename ?? '(no name)'} ${page.mediaType} ${page.content.size} bytes`),
    ...reading.ignored.map((file_) => `  ignored  ${file_.filename ?? '(no name)'} ${file_.mediaType}: ${file_.reason}`),
    reading.bounce ? `  bounce   ${reading.bounce.recipient ?? '?'} ${reading.bounce.action} ${reading.bounce.status ?? ''}`.trimEnd() : null,
    reading.problems.length > 0 ? `  problems ${reading.problems.join(', ')}` : null,
  ]
    .filter((part) => part !== null)
    .join('\n')

async function inspect(files: string[], options: InspectOptions, settings: InspectSettings): Promise<number> {
  const now = options.now === undefined ? new Date() : isoTime(options.now, settings.timezone)
  if (now === null) {
    process.stderr.write('--now: give an ISO 8601 time, e.g. 2020-03-16T08:00:00+01:00\n')
    return 2
  }
  const reader = createReadingPool({ children: files.length < filesForTwo ? 1 : 2 })
  const folder = await mkdtemp(join(tmpdir(), 'cartable-inspect-'))
  const batch: Batch = { reader, folder, options, settings: { ...settings, domain: settings.domain.toLowerCase(), now } }
  const batches = Array.from({ length: Math.ceil(files.length / filesAtOnce) }, (_, at) => files.slice(at * filesAtOnce, (at + 1) * filesAtOnce))
  const onTheirWay: Promise<(Reading | string)[]>[] = []
  let exit = 0
  try {
    for (const [at, some] of batches.entries()) {
      while (onTheirWay.length < Math.min(batches.length, at + batchesAhead)) onTheirWay.push(readBatch(batches[onTheirWay.length] ?? [], batch))
      const readings = (await onTheirWay[at]) ?? []
      onTheirWay[at] = printed
      for (const [index, file] of some.entries()) if (!print(file, readings[index] ?? failed('bug: not read'), options, settings)) exit = 1
    }
  } finally {
    await reader.close()
    await rm(folder, { recursive: true, force: true })
  }
  return exit
}

/** False: the file could not be read, and that was said. */
function print(file: string, reading: Reading | string, options: InspectOptions, settings: InspectSettings): boolean {
  if (typeof reading === 'string') {
    process.stderr.write(`${file}: cannot be read (${reading})\n`)
    return false
  }
  const line = lineOf(file, reading, settings.timezone)
  process.stdout.write(`${options.json === true ? JSON.stringify(line) : summary(file, line, reading)}\n`)
  return true
}

/** Registers `inspect MAIL.eml…`. Exit code 1 when a file could not be read, 2 for a wrong `--now`; the other files are printed all the same. */
export function inspectCommand(program: Command, io: { configOf(): Promise<InspectSettings> }): void {
  program
    .command('inspect')
    .description('dry run: how the gateway would understand each message')
    .argument('<mail...>', 'message files (.eml)')
    .option('--now <iso>', 'the time to read them at')
    .option('--recipient <address>', 'envelope recipient, may be repeated', (value: string, all: string[] = []) => [...all, value])
    .option('--sender <address>', 'envelope sender; empty for the null sender')
    .option('--json', 'one JSON object a line')
    .action(async (files: string[], options: InspectOptions) => {
      process.exitCode = await inspect(files, options, await io.configOf())
    })
}
