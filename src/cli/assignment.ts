/** `assignment list | show CODE | bundle CODE`. */
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { actSettingsOf } from '../act/act-settings-of'
import { buildParts } from '../act/build-parts'
import { standingsOf, submittedIn } from '../act/overview'
import { createBundlePool } from '../bundle/bundle-pool'
import { Fault } from '../errors'
import { assignmentCode } from '../school/codes'
import type { StudentStanding } from '../school/standing'
import { type Assignment, findAssignment, listAssignments } from '../store/assignments'
import { findPerson } from '../store/people'
import { loadBundleWords } from '../text/bundle-words-files'
import { markKeyOf, loadSecret } from './secret'
import type { Globals } from './globals'
import { isoIn, print, printJson, table } from './output'
import { type Opened, withStore } from './store-command'

export function assignmentCommand(program: Command, globals: () => Globals): void {
  const assignment = program.command('assignment').description('assignments, who returned what, the bundle now')
  assignment.command('list').action(() => withStore(globals().config, (opened) => list(opened, globals().json)))
  assignment
    .command('show')
    .argument('<code>')
    .action((code: string) => withStore(globals().config, (opened) => show(opened, code, globals().json)))
  assignment
    .command('bundle')
    .argument('<code>')
    .option('-o, --output <file>', 'where the PDF goes; default its own name, here')
    .action((code: string, options: { output?: string }) => withStore(globals().config, (opened) => bundle(opened, code, options.output, globals().json)))
}

async function rowOf({ database, config }: Opened, assignment: Assignment, standings: StudentStanding[]) {
  return {
    code: assignment.code,
    class: assignment.class,
    title: assignment.title,
    state: assignment.state,
    due: isoIn(assignment.dueAt, config.timezone),
    teacher: (await findPerson(database.db, assignment.teacher))?.name ?? assignment.teacher,
    expected: standings.length,
    submitted: submittedIn(standings),
    createdAt: isoIn(assignment.createdAt, config.timezone),
  }
}

async function list(opened: Opened, json: boolean): Promise<void> {
  const rows = []
  for (const assignment of await listAssignments(opened.database.db))
    rows.push(await rowOf(opened, assignment, await standingsOf(opened.database.db, assignment, new Date())))
  if (json) for (const row of rows) printJson(row)
  else if (rows.length === 0) print('No assignment yet: a teacher posts one by mailing the class address.')
  else
    print(
      table([
        ['CODE', 'CLASS', 'STATE', 'DUE', 'RETURNED', 'TITLE'],
        ...rows.map((row) => [row.code, row.class, row.state, row.due, `${row.submitted} of ${row.expected}`, row.title]),
      ]),
    )
}

async function wanted({ database }: Opened, typed: string): Promise<Assignment> {
  const code = assignmentCode(typed)
  const assignment = code && (await findAssignment(database.db, code))
  if (!assignment) throw new Fault('not-found', `there is no assignment "${typed}": see "cartable assignment list"`)
  return assignment
}

async function show(opened: Opened, typed: string, json: boolean): Promise<void> {
  const assignment = await wanted(opened, typed)
  const standings = await standingsOf(opened.database.db, assignment, new Date())
  const row = await rowOf(opened, assignment, standings)
  const students = standings.map((one) => ({
    id: one.id,
    name: one.name,
    state: one.standing,
    pages: one.pages,
    submittedAt: isoIn(one.submittedAt, opened.config.timezone),
    late: one.late,
    delivery: one.delivery,
  }))
  if (json) return printJson({ ...row, students })
  print(`${row.code}  ${row.class}  ${row.title}\n${row.state}, due ${row.due ?? 'never'}, ${row.submitted} of ${row.expected} returned\n`)
  print(
    table([
      ['ID', 'NAME', 'STATE', 'PAGES', 'WHEN', 'COPY'],
      ...students.map((one) => [one.id, one.name, one.state, one.pages, one.submittedAt, one.delivery]),
    ]),
  )
}

async function bundle(opened: Opened, typed: string, output: string | undefined, json: boolean): Promise<void> {
  const assignment = await wanted(opened, typed)
  const temporary = join(opened.storage, 'tmp')
  await mkdir(temporary, { recursive: true, mode: 0o700 })
  const bundles = createBundlePool()
  try {
    const settings = { ...actSettingsOf(opened.config, opened.holidays), maxOutboundBytes: Number.MAX_SAFE_INTEGER }
    const built = await buildParts(
      assignment,
      'again',
      {
        database: opened.database,
        blobs: opened.blobs,
        bundles,
        words: { fr: loadBundleWords('fr'), en: loadBundleWords('en') },
        markKey: markKeyOf(await loadSecret(opened)),
        temporary,
        settings,
      },
      new Date(),
    )
    const [part] = built?.parts ?? []
    if (!part) throw new Fault('not-found', `nothing to staple for ${assignment.code}`)
    const file = output ?? part.filename
    await copyFile(opened.blobs.path(part.blob), file)
    if (json) printJson({ code: assignment.code, file, bytes: part.bytes })
    else print(`${file} (${Math.round(part.bytes / 1000)} kB)`)
  } finally {
    await bundles.close()
  }
}
