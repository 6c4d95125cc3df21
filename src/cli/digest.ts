/** `digest send`: parents' digests that are due at a time. The running service sends what this writes. */
import type { Command } from 'commander'
import { actSettingsOf } from '../act/act-settings-of'
import { digestsAt, writeDigests } from '../act/send-digests'
import { Fault } from '../errors'
import type { Globals } from './globals'
import { isoTime } from './iso-time'
import { print, printJson } from './output'
import { linkKeyOf, loadSecret } from './secret'
import { type Opened, withStore } from './store-command'

export function digestCommand(program: Command, globals: () => Globals): void {
  program
    .command('digest')
    .description("parents' digests")
    .command('send')
    .option('--now <iso>', 'as of this time')
    .option('--dry-run', 'only say who would get one')
    .action((options: { now?: string; dryRun?: boolean }) => withStore(globals().config, (opened) => send(opened, options, globals().json)))
}

async function send(opened: Opened, options: { now?: string; dryRun?: boolean }, json: boolean): Promise<void> {
  const { database, config, holidays } = opened
  const now = options.now === undefined ? new Date() : isoTime(options.now, config.timezone)
  if (now === null) throw new Fault('usage', `--now: "${options.now}" is no ISO time: use for instance 2020-03-20T18:00:00+01:00`)
  const digests = await digestsAt(database.db, now)
  const settings = actSettingsOf(config, holidays, options.dryRun ? null : linkKeyOf(await loadSecret(opened)))
  const written = options.dryRun ? 0 : await database.transaction((tx) => writeDigests(tx, digests, settings, now))
  if (json)
    return printJson({
      due: digests.length,
      written,
      dryRun: options.dryRun ?? false,
      guardians: digests.map((digest) => ({ id: digest.guardian.person, children: digest.children.length })),
    })
  print(
    options.dryRun
      ? `${digests.length} digests would be sent.`
      : `${written} digests are in the outbox${digests.length > written ? `, ${digests.length - written} had theirs today` : ''}.`,
  )
}
