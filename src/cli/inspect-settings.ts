/** Gives `inspect` the few settings it needs; it opens no database. */
import type { Command } from 'commander'
import { loadConfiguration } from './configuration'
import type { Globals } from './globals'
import { inspectCommand } from './inspect'

export function inspectWith(program: Command, globals: () => Globals): void {
  // `--json` may stand before the command too.
  program.hook('preAction', (_program, command) => void command.setOptionValue('json', globals().json))
  inspectCommand(program, {
    configOf: () => {
      const { config, holidays } = loadConfiguration(globals().config)
      return Promise.resolve({ domain: config.domain, timezone: config.timezone, locale: config.locale, holidays })
    },
  })
}
