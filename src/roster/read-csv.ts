/** Our own CSV (CONTRACT.md, section 4): bytes → lines, or faults. Columns in any order. */
import { type CsvTable, csvTable, unevenRows } from './csv-table'
import type { RosterFault, RosterLine } from './roster'

const columns = ['class', 'role', 'id', 'name', 'email', 'subject', 'of', 'language', 'group', 'right', 'household'] as const
const needed = ['role', 'id', 'name'] as const
/** What a header line should look like. */
export const ownHeader = columns.slice(0, 8).join(',')

export type CsvOutcome = { ok: true; lines: RosterLine[] } | { ok: false; faults: RosterFault[] }

export function readCsv(file: string, bytes: Uint8Array): CsvOutcome {
  const outcome = csvTable(file, bytes, ownHeader)
  return outcome.ok ? linesOfOwn(outcome.table) : outcome
}

export function linesOfOwn(table: CsvTable): CsvOutcome {
  const { file, headerLine, rows } = table
  const fault = (message: string): CsvOutcome => ({ ok: false, faults: [{ file, line: headerLine, message }] })
  const names = table.names.map((name) => name.toLowerCase().replace(/^groups$/u, 'group'))
  const unknown = names.filter((name) => !columns.some((column) => column === name))
  if (unknown.length > 0) return fault(`unknown column "${unknown.join('", "')}": use ${columns.join(', ')}`)
  const missing = needed.filter((name) => !names.includes(name))
  if (missing.length > 0) return fault(`column "${missing.join('", "')}" is missing: add it to the header line`)
  const faults = unevenRows(table)
  if (faults.length > 0) return { ok: false, faults }
  const lines = rows.map(({ line, cells }): RosterLine => {
    const cell = (column: (typeof columns)[number]): string => cells[names.indexOf(column)] ?? ''
    return {
      file,
      line,
      class: cell('class'),
      role: cell('role'),
      id: cell('id'),
      name: cell('name'),
      email: cell('email'),
      subject: cell('subject'),
      of: cell('of'),
      language: cell('language'),
      groups: cell('group'),
      right: cell('right'),
      household: cell('household'),
    }
  })
  return { ok: true, lines }
}
