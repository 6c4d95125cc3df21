/** A French school export as CSV (PRONOTE, SIECLE and spreadsheets alike): a row a pupil with the guardians beside, or a row a teacher → lines. */
import { createHash } from 'node:crypto'
import type { CsvTable } from './csv-table'
import { unevenRows } from './csv-table'
import { type Column, columnOf, keyOf, type PersonField } from './french-columns'
import type { SetOutcome } from './read-one-roster'
import type { RosterFault, RosterLine } from './roster'

/** A header with a class (or a teacher's subject) and a name in French. */
export function isFrenchExport(table: CsvTable): boolean {
  const columns = table.names.map(columnOf)
  const has = (...fields: string[]): boolean => columns.some((column) => column?.of === 'person' && fields.includes(column.field))
  return has('family', 'full') && has('class') && !table.names.some((name) => /^(role|id|name)$/iu.test(name))
}

export function readFrenchExport(table: CsvTable): SetOutcome {
  const reader = new FrenchExport(table)
  const lines = reader.read()
  return reader.faults.length > 0 ? { ok: false, faults: reader.faults } : { ok: true, lines, said: reader.said(lines) }
}

interface Named {
  name: string
  email: string
  id: string
}

class FrenchExport {
  readonly faults: RosterFault[]
  readonly #columns: (Column | null)[]
  readonly #isOfTeachers: boolean
  /** Ids given to pupils, to their first line. */
  readonly #students = new Map<string, { line: number; class: string }>()
  readonly #seen = new Set<string>()
  #madeIds = 0

  constructor(private readonly table: CsvTable) {
    this.faults = unevenRows(table)
    this.#columns = table.names.map(columnOf)
    const hasPupils = this.#columns.some((column) => column?.of === 'guardian') || table.names.some((name) => /^(eleve|ine)/u.test(keyOf(name)))
    this.#isOfTeachers = !hasPupils && (this.#has('subject') || table.names.some((name) => /professeur|enseignant/u.test(keyOf(name))))
  }

  read(): RosterLine[] {
    return this.faults.length > 0 ? [] : this.table.rows.flatMap((row) => this.#linesOf(row.line, row.cells))
  }

  said(lines: RosterLine[]): string {
    const count = (role: string): number => new Set(lines.filter((line) => line.role === role).map((line) => line.id)).size
    const classes = [...new Set(lines.map((line) => line.class).filter(Boolean))].sort()
    const unused = this.table.names.filter((name, index) => name !== '' && this.#columns[index] === null)
    return [
      `French export: students ${count('student')}, guardians ${count('guardian')}, teachers ${count('teacher')}; classes ${classes.join(', ')}`,
      ...(this.#madeIds > 0 ? ['ids made from class and name: with a column INE people keep theirs from year to year'] : []),
      ...(unused.length > 0 ? [`not read: ${unused.join(', ')}`] : []),
    ].join('; ')
  }

  #has(field: string): boolean {
    return this.#columns.some((column) => column?.of === 'person' && column.field === field)
  }

  /** First filled cell of that meaning. */
  #cell(cells: string[], wanted: (column: Column) => boolean): string {
    return this.#columns.map((column, index) => (column !== null && wanted(column) ? (cells[index] ?? '') : '')).find((cell) => cell !== '') ?? ''
  }

  #linesOf(line: number, cells: string[]): RosterLine[] {
    const person = (field: string): string => this.#cell(cells, (column) => column.of === 'person' && column.field === field)
    const named = this.#named((field) => person(field))
    const isTeacher = person('role') === '' ? this.#isOfTeachers : /^(prof|ens)/u.test(keyOf(person('role')))
    if (!isTeacher && person('role') !== '' && !/^(eleve|etudiant|apprenant)/u.test(keyOf(person('role')))) return []
    if (named.name === '') return this.#fault(line, 'the name is empty: fill "Nom" and "Prénom"')
    const classes = (isTeacher ? person('class').split(/[,|/]/u) : [person('class')]).map((name) => localPartOf(name)).filter(Boolean)
    if (classes.length === 0) return isTeacher ? [] : this.#fault(line, 'the class is empty: fill "Classe", or take the line out')
    const base = {
      file: this.table.file,
      line,
      name: named.name,
      email: named.email,
      language: languageOf(person('language')),
      right: '',
      household: '',
      of: '',
      groups: '',
      subject: '',
    }
    if (isTeacher) {
      const id = named.id || (named.email === '' ? `t-${slugOf(named.name)}` : `t-${shortHash(named.email.toLowerCase())}`)
      return classes
        .map((name) => ({ ...base, class: name, role: 'teacher', id, subject: person('subject') }))
        .filter((one) => this.#isNew(`${id}\0${one.class}`))
    }
    const [name = ''] = classes
    const id = this.#studentId(line, name, named)
    const groups = person('groups').split(/[,|/]/u).map(localPartOf).filter(Boolean).join(' ')
    const pupil = this.#isNew(`${id}\0${name}`) ? [{ ...base, class: name, role: 'student', id, groups }] : []
    return [...pupil, ...this.#guardians(line, cells, id, base)]
  }

  #named(get: (field: PersonField) => string): Named {
    const [family, given, full] = [get('family'), get('given'), get('full')]
    return { name: family !== '' ? titled(`${given} ${family}`.trim()) : turned(full), email: get('email').replace(/^mailto:/iu, ''), id: get('id') }
  }

  /** A pupil may stand on several lines, one a guardian; two pupils of one name in one class need ids of their own. */
  #studentId(line: number, name: string, named: Named): string {
    if (named.id !== '') return named.id
    this.#madeIds++
    const id = `e-${name}-${slugOf(named.name)}`
    const known = this.#students.get(`${id}\0${named.email}`)
    if (!known && [...this.#students.keys()].some((key) => key.startsWith(`${id}\0`)))
      this.#fault(line, `a second pupil of this name in class "${name}": add a column "INE" or "Identifiant" that tells them apart`)
    this.#students.set(`${id}\0${named.email}`, { line, class: name })
    return id
  }

  #guardians(line: number, cells: string[], student: string, base: Omit<RosterLine, 'class' | 'role' | 'id'>): RosterLine[] {
    const numbers = new Set(this.#columns.map((column) => (column?.of === 'guardian' ? column.number : 0)).filter((number) => number > 0))
    return [...numbers].sort().flatMap((number) => {
      const get = (field: string): string => this.#cell(cells, (column) => column.of === 'guardian' && column.number === number && column.field === field)
      const guardian = this.#named((field) => get(field))
      // Exports give an e-mail and no name where the school knows no more.
      if (guardian.name === '' && guardian.email === '') return []
      const name = guardian.name || guardian.email
      const id = guardian.id || `g-${shortHash(`${name.toLowerCase()}\0${guardian.email === '' ? student : guardian.email.toLowerCase()}`)}`
      return this.#isNew(`${id}\0${student}`)
        ? [{ ...base, line, class: '', role: 'guardian', id, name, email: guardian.email, of: student, language: '' }]
        : []
    })
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    return true
  }

  #fault(line: number, message: string): [] {
    this.faults.push({ file: this.table.file, line, message })
    return []
  }
}

/** "3ème B" → "3emeb": what can be the local part of an address. */
const localPartOf = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]/gu, '')

const slugOf = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/gu, '')

const shortHash = (text: string): string => createHash('sha256').update(text.normalize('NFC')).digest('hex').slice(0, 12)

/** Family names come in capitals: "LE GOFF" → "Le Goff", "D'ALMEIDA-DUPONT" → "D'Almeida-Dupont". Mixed ones stay as they are. */
const titled = (name: string): string => name.replace(/\p{Lu}[\p{Lu}\p{M}]+/gu, (word) => word.slice(0, 1) + word.slice(1).toLowerCase())

/** "de la TOUR DUPONT Zoé" → "Zoé de la Tour Dupont": up to the last word in capitals it is the family name. "Zoé MARTIN", and a name without capitals, keep their order. */
function turned(full: string): string {
  const words = full.replace(/^(m|mme|mlle|mr|monsieur|madame)\.?\s+/iu, '').split(' ')
  const isCapital = (word: string): boolean => /\p{Lu}{2}|'\p{Lu}/u.test(word) && word === word.toUpperCase()
  const startsFamily = isCapital(words[0] ?? '') || /^\p{Ll}/u.test(words[0] ?? '')
  const end = startsFamily ? words.findLastIndex(isCapital) + 1 : 0
  return titled([...words.slice(end), ...words.slice(0, end)].join(' '))
}

/** "Français", "fr" → "fr"; a language we know no code for is left to the school's own. */
const languageOf = (text: string): string => {
  const key = keyOf(text)
  if (/^[a-z]{2}$/u.test(key)) return key
  return { francais: 'fr', anglais: 'en', polonais: 'pl', arabe: 'ar', espagnol: 'es', portugais: 'pt', turc: 'tr', roumain: 'ro', ukrainien: 'uk' }[key] ?? ''
}
