/** `migrate`: database schema to the newest. Opening the database does it; this says so. */
import type { Command } from 'commander'
import type { Globals } from './globals'
import { print, printJson } from './output'
import { withStore } from './store-command'

export function migrateCommand(program: Command, globals: () => Globals): void {
  program
    .command('migrate')
    .description('database schema to the newest')
    .action(() =>
      withStore(globals().config, ({ database }) =>
        Promise.resolve(
          globals().json ? printJson({ database: database.kind, schema: 'newest' }) : print(`The ${database.kind} database has the newest schema.`),
        ),
      ),
    )
}
