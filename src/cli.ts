#!/usr/bin/env node
/** The `cartable` command: finds the command asked for and loads only that. */
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import type { Globals } from './cli/globals'
import { complain, fail } from './cli/output'

type Register = (program: Command, globals: () => Globals) => void

/** Loaded on demand: starting Node with every library in it costs more than most commands do (SPEED.md). */
const commands: Record<string, () => Register> = {
  serve: () => load<{ serveCommand: Register }>('./cli/serve').serveCommand,
  demo: () => load<{ demoCommand: Register }>('./cli/demo').demoCommand,
  roster: () => load<{ rosterCommand: Register }>('./cli/roster').rosterCommand,
  inspect: () => load<{ inspectWith: Register }>('./cli/inspect-settings').inspectWith,
  scan: () => load<{ scanCommand: Register }>('./cli/scan').scanCommand,
  assignment: () => load<{ assignmentCommand: Register }>('./cli/assignment').assignmentCommand,
  digest: () => load<{ digestCommand: Register }>('./cli/digest').digestCommand,
  queue: () => load<{ queueCommand: Register }>('./cli/queue').queueCommand,
  status: () => load<{ statusCommand: Register }>('./cli/status').statusCommand,
  person: () => load<{ personCommand: Register }>('./cli/person').personCommand,
  check: () => load<{ checkCommand: Register }>('./cli/check').checkCommand,
  migrate: () => load<{ migrateCommand: Register }>('./cli/migrate').migrateCommand,
}

/** By name and at once: an import that TypeScript sees would pull everything in. */
const requireHere = createRequire(__filename)
const load = <T>(path: string): T => requireHere(path) as T

async function main(argv: string[]): Promise<void> {
  const program = new Command('cartable').description('Homework by email.').exitOverride().showHelpAfterError(false)
  program.configureOutput({ writeErr: (text) => complain(text.replace(/^error: /u, 'cartable: ').trimEnd()) })
  const own = new Set<Command>()
  const globals = (): Globals => {
    const found: Globals = { config: undefined, json: false }
    for (const command of own) {
      const options = command.opts<{ config?: string; json?: boolean }>()
      found.config ??= options.config
      found.json ||= options.json ?? false
    }
    return found
  }
  const asked = argv.slice(2).find((word) => Object.hasOwn(commands, word))
  for (const [name, register] of Object.entries(commands)) {
    if (asked === undefined) program.command(name)
    else if (name === asked) register()(program, globals)
  }
  addGlobals(program, own)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error)
    process.exitCode = error.exitCode === 0 ? 0 : 2
  }
}

/** `--config` and `--json` may stand before or after the command. */
function addGlobals(command: Command, own: Set<Command>): void {
  const has = (long: string): boolean => command.options.some((option) => option.long === long)
  if (!has('--config')) command.option('--config <file>', 'cartable.toml')
  if (!has('--json')) command.option('--json', 'stdout holds JSON only')
  command.exitOverride()
  command.configureOutput({ writeErr: (text) => complain(text.replace(/^error: /u, 'cartable: ').trimEnd()) })
  own.add(command)
  for (const child of command.commands) addGlobals(child, own)
}

// Whoever reads our output may stop early (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
  complain(`cartable: the output cannot be written (${error.code ?? 'error'}): make room where it goes`)
  process.exit(1)
})
// Nobody reads what we complain of: that must not end a service.
process.stderr.on('error', () => undefined)
// Four threads are soon full of waiting syncs (SPEED.md); this counts only before the first of them is started.
process.env.UV_THREADPOOL_SIZE ??= '8'

void main(process.argv)
