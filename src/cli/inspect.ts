/** `cartable inspect`: how the gateway would understand each message file. Reads files only; sends and stores nothing. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Envelope } from '../message/message'
import type { Reading } from '../understand/reading'

export interface InspectSettings {
  domain: string
  timezone: string
  locale: 'fr' | 'en'
}

interface InspectOptions {
  now?: string
  recipient?: string[]
  sender?: string
  json?: boolean
}

/** A message that takes longer than this is hostile: its line says so and the next one is read. */
const deadlineMs = 20_000

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
  duePhrase: null,
  command: null,
  pages: [],
  documents: [],
  others: [],
  ignored: [],
  bounce: null,
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

async function readOne(bytes: Buffer, options: InspectOptions, settings: InspectSettings, now: Date): Promise<Reading> {
  const { readMail } = await import('../understand/read-mail.js')
  const envelope: Envelope = {
    sender: senderOf(
      bytes
        .subarray(0, 64 * 1024)
        .toString('latin1')
        .split(/\r?\n\r?\n/)[0] ?? '',
      options.sender,
    ),
    recipients: options.recipient ?? [],
    clientAddress: null,
    helo: null,
    receivedAt: now,
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Reading>((resolve) => {
    timer = setTimeout(() => resolve(failed('too-slow')), deadlineMs)
  })
  try {
    return await Promise.race([readMail(bytes, envelope, { ...settings, domain: settings.domain.toLowerCase(), now }), late])
  } catch (error) {
    // A bug of ours must not cost the other files their lines.
    return failed(`bug: ${error instanceof Error ? error.name : 'unknown'}`)
  } finally {
    clearTimeout(timer)
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
    ...reading.pages.map((page, at) => `  page ${at + 1}   ${page.filename ?? '(no name)'} ${page.mediaType} ${page.content.length} bytes`),
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
  let exit = 0
  for (const file of files) {
    let bytes: Buffer
    try {
      bytes = await readFile(file)
    } catch (error) {
      process.stderr.write(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})\n`)
      exit = 1
      continue
    }
    const reading = await readOne(bytes, options, settings, now)
    const { lineOf } = await import('./inspect-line.js')
    const line = lineOf(file, reading, settings.timezone)
    process.stdout.write(`${options.json === true ? JSON.stringify(line) : summary(file, line, reading)}\n`)
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
