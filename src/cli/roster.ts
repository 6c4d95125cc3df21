/** `roster import` and `roster list`. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { differenceOf, importRoster, type RosterDifference } from '../act/import-roster'
import { errnoOf, Fault } from '../errors'
import { checkRoster } from '../roster/check-roster'
import { readRoster, type RosterInput } from '../roster/read-roster'
import type { Roster, RosterFault, RosterLine } from '../roster/roster'
import { allGuardians, allMemberships, deliverableStudents } from '../store/people'
import type { Globals } from './globals'
import { complain, print, printJson, table } from './output'
import { type Opened, withStore } from './store-command'

export function rosterCommand(program: Command, globals: () => Globals): void {
  const roster = program.command('roster').description('classes and people')
  roster
    .command('import')
    .argument('<files...>', 'CSV, OneRoster folder or zip, French school export (README, "Roster")')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'end the membership of whoever is absent')
    .action((files: string[], options: { dryRun?: boolean; prune?: boolean }) =>
      withStore(globals().config, (opened) =>
        importFiles(opened, files, { dryRun: options.dryRun ?? false, prune: options.prune ?? false, json: globals().json }),
      ),
    )
  roster
    .command('list')
    .argument('[class]')
    .action((name: string | undefined) => withStore(globals().config, (opened) => list(opened, name?.toLowerCase(), globals().json)))
}

async function importFiles({ database, config }: Opened, files: string[], options: { dryRun: boolean; prune: boolean; json: boolean }): Promise<void> {
  const lines: RosterLine[] = []
  const faults: RosterFault[] = []
  const said: string[] = []
  for (const file of files) {
    const outcome = await readRoster(await inputAt(file))
    if (outcome.ok) {
      lines.push(...outcome.lines)
      said.push(`${file}: ${outcome.said}.`)
    } else faults.push(...outcome.faults)
  }
  const known = new Set((await allMemberships(database.db)).filter((membership) => membership.role === 'student').map((membership) => membership.person))
  const outcome = faults.length > 0 ? { ok: false as const, faults } : checkRoster(lines, { domain: config.domain, knownStudents: known })
  if (!outcome.ok) return refuse(outcome.faults)
  const difference = options.dryRun
    ? await differenceOf(database, outcome.roster, options.prune)
    : await importRoster(database, outcome.roster, options.prune, new Date())
  if (options.json) return printJson({ ...difference, added: difference.added.length, ended: difference.ended.length, dryRun: options.dryRun })
  for (const line of said) print(line)
  tell(difference, outcome.roster, options.dryRun)
}

/** A file, or the CSV files of a folder. */
async function inputAt(path: string): Promise<RosterInput> {
  try {
    if (!(await stat(path)).isDirectory()) return { path, bytes: await readFile(path) }
    const names = (await readdir(path)).filter((name) => /\.csv$/iu.test(name)).sort()
    return { path, folder: await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(path, name)) }))) }
  } catch (error) {
    throw new Fault('usage', `${path}: cannot be read (${errnoOf(error) ?? 'error'}): check the path`)
  }
}

function refuse(faults: RosterFault[]): void {
  for (const fault of faults) complain(`${fault.file}:${fault.line}: ${fault.message}`)
  complain('Nothing was imported.')
  process.exitCode = 1
}

function tell(difference: RosterDifference, roster: Roster, dryRun: boolean): void {
  const classes = new Set(roster.memberships.map((membership) => membership.class))
  print(`${dryRun ? 'Would import' : 'Imported'}: ${difference.people} people in ${classes.size} ${classes.size === 1 ? 'class' : 'classes'}.`)
  print(
    `Memberships: ${difference.added.length} new, ${difference.ended.length} ended. Guardians: ${difference.guardiansAdded} new, ${difference.guardiansEnded} ended.`,
  )
  for (const { class: name, person } of difference.ended) print(`  ends: ${person} in ${name}`)
}

async function list({ database }: Opened, name: string | undefined, json: boolean): Promise<void> {
  const memberships = (await allMemberships(database.db)).filter((membership) => name === undefined || membership.class === name)
  const students = new Set(memberships.filter((membership) => membership.role === 'student').map((membership) => membership.person))
  const guardians = (await allGuardians(database.db)).filter((guardian) => students.has(guardian.student))
  const reachable = await deliverableStudents(database.db)
  const rows = [
    ...memberships.map((one) => ({
      class: one.class as string | null,
      role: one.role as string,
      id: one.person as string,
      name: one.name,
      email: one.email as string | null,
      subject: one.subject,
      of: null as string | null,
      language: one.language,
      groups: one.groups,
      household: null as string | null,
      right: null as string | null,
      unreachable: one.role === 'student' && !reachable.has(one.person),
    })),
    ...guardians.map((one) => ({
      class: null,
      role: 'guardian',
      id: one.guardian as string,
      name: one.name,
      email: one.email as string | null,
      subject: null,
      of: one.student as string | null,
      language: one.language,
      groups: [] as string[],
      household: one.household,
      right: one.right as string,
      unreachable: one.email === null,
    })),
  ]
  if (name !== undefined && memberships.length === 0) throw new Fault('usage', `there is no class "${name}": see "cartable roster list"`)
  if (json) for (const row of rows) printJson(row)
  else if (rows.length === 0) print('No roster yet: cartable roster import FILE.csv')
  else
    print(
      table([
        ['CLASS', 'ROLE', 'ID', 'NAME', 'EMAIL', 'OF', ''],
        ...rows.map((row) => [row.class, row.role, row.id, row.name, row.email, row.of, row.unreachable ? 'unreachable' : '']),
      ]),
    )
}
