/** `cartable inspect`: how the gateway would understand each message file. Reads files only; sends and stores nothing. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { createReadingPool, type ReadingPool } from '../act/reading-pool'
import { codeOf, errnoOf, isFault } from '../errors'
import type { Holiday } from '../school/quiet-time'
import type { Envelope } from '../message/message'
import type { Reading } from '../understand/reading'
import { lineOf } from './inspect-line'

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
/** Files that are on their way at once. */
const ahead = 16
const done: Promise<Reading | string> = Promise.resolve('')

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

async function headOf(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.toString('latin1', 0, bytesRead).split(/\r?\n\r?\n/)[0] ?? ''
  } finally {
    await handle.close()
  }
}

/** The system's code where the file cannot be read. */
async function readOne(
  file: string,
  reader: ReadingPool,
  folder: string,
  options: InspectOptions,
  settings: InspectSettings,
  now: Date,
): Promise<Reading | string> {
  try {
    const envelope: Envelope = {
      sender: senderOf(await headOf(file), options.sender),
      recipients: options.recipient ?? [],
      clientAddress: null,
      helo: null,
      receivedAt: now,
    }
    return await reader.read({ file: resolve(file), envelope, settings: { ...settings, domain: settings.domain.toLowerCase(), now }, folder, keep: false })
  } catch (error) {
    const code = errnoOf(error)
    if (code !== null) return code
    // Killed for its time or memory, or a bug of ours: the other files have their lines all the same.
    return failed(isFault(error, 'worker-died') ? 'too-slow-or-too-large' : isFault(error) ? codeOf(error) : `bug: ${codeOf(error)}`)
  }
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
  const now = options.now === undefined ? new Date() : new Date(options.now)
  if (Number.isNaN(now.getTime())) {
    process.stderr.write('--now: give an ISO 8601 time, e.g. 2020-03-16T08:00:00+01:00\n')
    return 2
  }
  const reader = createReadingPool({ children: files.length < filesForTwo ? 1 : 2 })
  const folder = await mkdtemp(join(tmpdir(), 'cartable-inspect-'))
  const readings: Promise<Reading | string>[] = []
  let exit = 0
  try {
    for (const [at, file] of files.entries()) {
      while (readings.length < Math.min(files.length, at + ahead)) readings.push(readOne(files[readings.length] ?? '', reader, folder, options, settings, now))
      const reading = (await readings[at]) ?? failed('bug: not read')
      readings[at] = done
      if (typeof reading === 'string') {
        process.stderr.write(`${file}: cannot be read (${reading})\n`)
        exit = 1
        continue
      }
      const line = lineOf(file, reading, settings.timezone)
      process.stdout.write(`${options.json === true ? JSON.stringify(line) : summary(file, line, reading)}\n`)
    }
  } finally {
    await reader.close()
    await rm(folder, { recursive: true, force: true })
  }
  return exit
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
