/** Finds and reads cartable.toml for every command, and says what is wrong with it in one line a fault. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { parseConfig } from '../config/parse-config'
import type { Config } from '../config/schema'
import { Fault, errnoOf } from '../errors'
import { holidaysOf } from '../school/holiday-calendar'
import type { Holiday } from '../school/quiet-time'

export interface Loaded {
  config: Config
  /** Folder that relative paths of the configuration are meant from. */
  folder: string
  /** The file read; null when the built-in defaults were taken. */
  file: string | null
  /** `[storage] path`, absolute. */
  storage: string
  /** Of `[quiet] calendar`. */
  holidays: Holiday[]
}

/** Wrong usage or configuration: each line is told on stderr, exit 2. */
export class UsageFault extends Fault {
  constructor(readonly lines: string[]) {
    super('config-invalid', lines.join('\n'))
  }
}

/** `--config FILE`, else `$CARTABLE_CONFIG`, else `./cartable.toml`, else the built-in defaults. Throws UsageFault. */
export function loadConfiguration(option: string | undefined, env: NodeJS.ProcessEnv = process.env): Loaded {
  // Set but empty is not set, as shells and compose files leave it.
  const asked = option ?? (env.CARTABLE_CONFIG || undefined)
  const file = asked ?? (existsSync('cartable.toml') ? 'cartable.toml' : null)
  const folder = file === null ? process.cwd() : dirname(resolve(file))
  let toml = ''
  if (file !== null) {
    try {
      toml = readFileSync(file, 'utf8')
    } catch (error) {
      throw new UsageFault([`${file}: cannot be read (${errnoOf(error) ?? 'error'}): check the path given with --config or CARTABLE_CONFIG`])
    }
  }
  const outcome = parseConfig({ toml, env, readSecretFile: (path) => readFileSync(isAbsolute(path) ? path : join(folder, path), 'utf8') })
  if (!outcome.ok) throw new UsageFault(outcome.faults.map((fault) => `${file ?? 'configuration'}: ${fault}`))
  const { config } = outcome
  const holidays = holidaysIn(config, folder, file ?? 'configuration')
  return { config, folder, file, holidays, storage: isAbsolute(config.storage.path) ? config.storage.path : join(folder, config.storage.path) }
}

/** The calendar is read at every start, so that a wrong one is told then and not on the eve of the holidays. */
function holidaysIn(config: Config, folder: string, file: string): Holiday[] {
  const { calendar, days } = config.quiet
  if (new Set(days).size === 7) throw new UsageFault([`${file}: [quiet] days names all seven days, and nothing would ever leave: name fewer`])
  if (calendar === null) return []
  const path = within(folder, calendar)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageFault([
      `${file}: [quiet] calendar: ${path} cannot be read (${errnoOf(error) ?? 'error'}): check the path, which is relative to the configuration`,
    ])
  }
  const outcome = holidaysOf(text, config.timezone)
  if (!outcome.ok) throw new UsageFault([`${file}: [quiet] calendar: ${path}:${outcome.line}: ${outcome.what}`])
  return outcome.holidays
}

/** A path of the configuration, absolute. */
export const within = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))
