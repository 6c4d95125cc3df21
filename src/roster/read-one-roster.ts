/** OneRoster CSV 1.1 and 1.2 (1EdTech): users, classes, enrollments and, in 1.2, roles → lines. Orgs, courses, terms and demographics are not read. */
import { type CsvTable, csvTable, unevenRows } from './csv-table'
import type { RosterFault, RosterLine } from './roster'

export interface RosterFile {
  /** As it is to be named in faults. */
  file: string
  /** Last part of the name, lower case. */
  base: string
  bytes: Uint8Array
}

export type SetOutcome = { ok: true; lines: RosterLine[]; said: string } | { ok: false; faults: RosterFault[] }

/** The reader of rows by column name; case and blanks in the header do not matter. */
interface Sheet {
  table: CsvTable
  rows: Row[]
  /** Ids of rows that are to be deleted, or of users who may not log in. */
  gone: Set<string>
}

interface Row {
  line: number
  cell(column: string): string
}

const isGone = ({ cell }: Row): boolean => /^(tobedeleted|inactive)$/iu.test(cell('status')) || /^false$/iu.test(cell('enableduser'))

type Role = 'student' | 'teacher' | 'guardian'
/** Roles of the standard that are of use here; others (aide, proctor, relative …) are left out. */
const roles: Record<string, Role> = { student: 'student', teacher: 'teacher', guardian: 'guardian', parent: 'guardian' }

interface User {
  id: string
  line: number
  name: string
  email: string
  role: Role | null
  agents: string[]
}

/** `of`: what the set is called in faults that belong to no file of it. */
export function readOneRoster(files: RosterFile[], of: string): SetOutcome {
  const reader = new OneRoster(files, of)
  const lines = reader.read()
  return reader.faults.length > 0 ? { ok: false, faults: reader.faults } : { ok: true, lines, said: reader.said }
}

class OneRoster {
  readonly faults: RosterFault[] = []
  said = ''

  constructor(
    private readonly files: RosterFile[],
    private readonly of: string,
  ) {}

  read(): RosterLine[] {
    this.#refuseDelta()
    const users = this.#sheet('users.csv', ['sourcedid', 'givenname', 'familyname'], true)
    const classes = this.#sheet('classes.csv', ['sourcedid', 'classcode'], true)
    const enrollments = this.#sheet('enrollments.csv', ['classsourcedid', 'usersourcedid', 'role'], true)
    const roleSheet = this.#sheet('roles.csv', ['usersourcedid', 'role'], false)
    if (!users || !classes || !enrollments || this.faults.length > 0) return []
    const people = usersOf(users, roleSheet)
    const codes = this.#classesOf(classes)
    const members = this.#members(enrollments, people, codes, { users, classes })
    const guardians = guardianLines(users.table.file, people, new Set(members.map((line) => line.id)))
    const placed = new Set([...members, ...guardians].map((line) => line.id))
    const left = [...people.values()].filter((user) => !placed.has(user.id)).length
    this.said = `OneRoster: ${placed.size} people in ${new Set(members.map((line) => line.class)).size} classes${left > 0 ? `; left out, being in no class: ${left}` : ''}`
    return [...members, ...guardians]
  }

  #sheet(base: string, needed: string[], isNeeded: boolean): Sheet | null {
    const found = this.files.find((file) => file.base === base)
    if (!found) {
      if (isNeeded) this.faults.push({ file: this.of, line: 1, message: `has no ${base}: export users, classes and enrollments together` })
      return null
    }
    const outcome = csvTable(found.file, found.bytes, needed.join(','))
    if (!outcome.ok) {
      this.faults.push(...outcome.faults)
      return null
    }
    const { table } = outcome
    const names = table.names.map((name) => name.toLowerCase().replace(/\s/gu, ''))
    const missing = needed.filter((name) => !names.includes(name))
    if (missing.length > 0) {
      this.faults.push({
        file: table.file,
        line: table.headerLine,
        message: `column "${missing.join('", "')}" is missing: export the file as OneRoster 1.1 or 1.2`,
      })
      return null
    }
    this.faults.push(...unevenRows(table))
    const rows: Row[] = table.rows.map(({ line, cells }) => ({ line, cell: (column) => cells[names.indexOf(column)] ?? '' }))
    const gone = rows.filter((row) => isGone(row))
    return { table, rows: rows.filter((row) => !isGone(row)), gone: new Set(gone.map((row) => row.cell('sourcedid'))) }
  }

  /** A delta names only what changed: taken for the whole, it would end everybody else with `--prune`. */
  #refuseDelta(): void {
    const manifest = this.files.find((file) => file.base === 'manifest.csv')
    const outcome = manifest ? csvTable(manifest.file, manifest.bytes, 'propertyName,value') : null
    if (!outcome?.ok) return
    for (const { line, cells } of outcome.table.rows)
      if (/^file\.(users|classes|enrollments)$/iu.test(cells[0] ?? '') && cells[1]?.toLowerCase() === 'delta')
        this.faults.push({ file: outcome.table.file, line, message: `${cells[0]} is a delta: export in bulk mode` })
  }

  #classesOf({ table, rows }: Sheet): Map<string, { name: string; subject: string }> {
    const classes = new Map<string, { name: string; subject: string }>()
    for (const { line, cell } of rows) {
      const name = cell('classcode').toLowerCase()
      if (!/^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}._-]{0,30}$/u.test(name)) {
        const message = `classCode is "${cell('classcode')}" and cannot be the local part of an address: use letters, digits, ".", "-" or "_", such as 3b`
        this.faults.push({ file: table.file, line, message })
      }
      classes.set(cell('sourcedid'), { name, subject: cell('subjects').split(',')[0]?.trim() ?? '' })
    }
    return classes
  }

  /** A line a person and class; the same enrolment for two terms is one. */
  #members(
    { table, rows }: Sheet,
    people: Map<string, User>,
    codes: Map<string, { name: string; subject: string }>,
    from: { users: Sheet; classes: Sheet },
  ): RosterLine[] {
    const lines = new Map<string, RosterLine>()
    for (const { line, cell } of rows) {
      const role = roles[cell('role').toLowerCase()]
      if (role !== 'student' && role !== 'teacher') continue
      const user = people.get(cell('usersourcedid'))
      const found = codes.get(cell('classsourcedid'))
      if (!user) this.#unknown(table.file, line, 'userSourcedId', cell('usersourcedid'), from.users, 'users.csv')
      if (!found) this.#unknown(table.file, line, 'classSourcedId', cell('classsourcedid'), from.classes, 'classes.csv')
      if (!user || !found) continue
      const key = `${user.id}\0${found.name}`
      // Faults of a person stand in users.csv, whatever class it is.
      if (!lines.has(key)) lines.set(key, { ...lineOf(from.users.table.file, user, role), class: found.name, subject: role === 'teacher' ? found.subject : '' })
    }
    return [...lines.values()]
  }

  #unknown(file: string, line: number, column: string, id: string, from: Sheet, where: string): void {
    // What was to be deleted there is gone here too.
    if (from.gone.has(id)) return
    this.faults.push({ file, line, message: `${column} "${id}" is not in ${where}: export all files at the same time` })
  }
}

const listOf = (cell: string): string[] =>
  cell
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)

function usersOf({ rows }: Sheet, roleSheet: Sheet | null): Map<string, User> {
  const otherRoles = new Map<string, Role>()
  for (const { cell } of roleSheet?.rows ?? []) {
    const role = roles[cell('role').toLowerCase()]
    if (role && (!otherRoles.has(cell('usersourcedid')) || cell('roletype').toLowerCase() === 'primary')) otherRoles.set(cell('usersourcedid'), role)
  }
  const users = new Map<string, User>()
  for (const { line, cell } of rows) {
    const id = cell('sourcedid')
    const given = cell('preferredgivenname') || cell('givenname')
    const family = cell('preferredfamilyname') || cell('familyname')
    const role = roles[cell('role').toLowerCase()] ?? otherRoles.get(id) ?? null
    users.set(id, { id, line, name: `${given} ${family}`.trim(), email: cell('email'), role, agents: listOf(cell('agentsourcedids')) })
  }
  return users
}

const lineOf = (file: string, user: User, role: Role): RosterLine => ({
  file,
  line: user.line,
  class: '',
  role,
  id: user.id,
  name: user.name,
  email: user.email,
  subject: '',
  of: '',
  language: '',
  groups: '',
  right: '',
  household: '',
})

/** `agentSourcedIds` links a pupil to the guardians, or a guardian to the pupils, or both ways. */
function guardianLines(file: string, users: Map<string, User>, members: ReadonlySet<string>): RosterLine[] {
  const lines = new Map<string, RosterLine>()
  for (const user of users.values())
    for (const agent of user.agents) {
      const other = users.get(agent)
      const [guardian, student] = user.role === 'guardian' ? [user, other] : [other, user]
      if (guardian?.role !== 'guardian' || student?.role !== 'student' || !members.has(student.id)) continue
      lines.set(`${guardian.id}\0${student.id}`, { ...lineOf(file, guardian, 'guardian'), of: student.id })
    }
  return [...lines.values()]
}
