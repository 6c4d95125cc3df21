/** Our own CSV (CONTRACT.md, section 4): bytes → lines, or faults. Comma or semicolon, UTF-8 or windows-1252, columns in any order. */
import { CsvError, parse } from 'csv-parse/sync'
import { decode } from 'iconv-lite'
import { errnoOf } from '../errors'
import type { RosterFault, RosterLine } from './roster'

const columns = ['class', 'role', 'id', 'name', 'email', 'subject', 'of', 'language', 'group', 'right', 'household'] as const
const needed = ['role', 'id', 'name'] as const

export type CsvOutcome = { ok: true; lines: RosterLine[] } | { ok: false; faults: RosterFault[] }

/** BOM, then strict UTF-8, then windows-1252: Node's own decoder returns control characters for œ, € and ’ there, so iconv-lite. */
export function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true })
  try {
    return text.decode(bytes).replace(/^\uFEFF/u, '')
  } catch (error) {
    // What a fatal decoder throws for bytes that are no UTF-8 (WHATWG Encoding); nothing else can be thrown here.
    if (errnoOf(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error
    return decode(Buffer.from(bytes), 'windows-1252')
  }
}

/** Comma, semicolon or tab: whichever the header line has most of. */
export function delimiterOf(header: string): string {
  const count = (sign: string): number => header.split(sign).length
  return [';', ',', '\t'].sort((a, b) => count(b) - count(a))[0] ?? ','
}

export function readCsv(file: string, bytes: Uint8Array): CsvOutcome {
  // Excel writes `sep=;` on a line of its own.
  const text = textOf(bytes)
  const skipped = /^sep=.\r?\n/iu.exec(text)?.[0] ?? ''
  const body = text.slice(skipped.length)
  const firstLine = skipped === '' ? 1 : 2
  const fault = (line: number, message: string): CsvOutcome => ({ ok: false, faults: [{ file, line, message }] })
  const header = body.split(/\r?\n/u, 1)[0] ?? ''
  if (header.trim() === '') return fault(firstLine, `the file has no header line: begin it with ${columns.slice(0, 8).join(',')}`)
  let records: { info: { lines: number }; record: string[] }[]
  try {
    // With `info: true` each record comes with its line; the types of csv-parse do not say so.
    records = parse(body, {
      delimiter: delimiterOf(header),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      bom: true,
    }) as unknown as { info: { lines: number }; record: string[] }[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const at: unknown = (error as { lines?: unknown }).lines
    return fault(
      firstLine - 1 + (typeof at === 'number' ? at : 1),
      'a quotation mark does not fit: quote a whole field or none of it, and double the marks inside',
    )
  }
  const names = (records[0]?.record ?? []).map((name) => name.toLowerCase().replace(/^groups$/u, 'group'))
  const unknown = names.filter((name) => !columns.some((column) => column === name))
  if (unknown.length > 0) return fault(firstLine, `unknown column "${unknown.join('", "')}": use ${columns.join(', ')}`)
  const missing = needed.filter((name) => !names.includes(name))
  if (missing.length > 0) return fault(firstLine, `column "${missing.join('", "')}" is missing: add it to the header line`)
  const faults: RosterFault[] = []
  const lines = records.slice(1).map(({ info, record }): RosterLine => {
    const line = firstLine - 1 + info.lines
    if (record.length !== names.length)
      faults.push({ file, line, message: `has ${record.length} fields where the header has ${names.length}: add or remove separators` })
    const cell = (column: (typeof columns)[number]): string => (record[names.indexOf(column)] ?? '').normalize('NFC')
    return {
      file,
      line,
      class: cell('class'),
      role: cell('role'),
      id: cell('id'),
      name: cell('name').replace(/\s+/gu, ' '),
      email: cell('email'),
      subject: cell('subject'),
      of: cell('of'),
      language: cell('language'),
      groups: cell('group'),
      right: cell('right'),
      household: cell('household'),
    }
  })
  return faults.length > 0 ? { ok: false, faults } : { ok: true, lines }
}
