/** CSV of whatever make: bytes → header and rows with their lines, or a fault. Comma, semicolon or tab; UTF-8 or windows-1252. Knows no column by name. */
import { CsvError, parse } from 'csv-parse/sync'
import { decode } from 'iconv-lite'
import { errnoOf } from '../errors'
import type { RosterFault } from './roster'

export interface CsvTable {
  file: string
  /** As written. */
  names: string[]
  headerLine: number
  rows: { line: number; cells: string[] }[]
}

export type TableOutcome = { ok: true; table: CsvTable } | { ok: false; faults: RosterFault[] }

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

/** `wanted`: what the header should begin with, for the fault of a file without one. */
export function csvTable(file: string, bytes: Uint8Array, wanted: string): TableOutcome {
  // Excel writes `sep=;` on a line of its own.
  const text = textOf(bytes)
  const skipped = /^sep=.\r?\n/iu.exec(text)?.[0] ?? ''
  const body = text.slice(skipped.length)
  const headerLine = skipped === '' ? 1 : 2
  const fault = (line: number, message: string): TableOutcome => ({ ok: false, faults: [{ file, line, message }] })
  const header = body.split(/\r?\n/u, 1)[0] ?? ''
  if (header.trim() === '') return fault(headerLine, `the file has no header line: begin it with ${wanted}`)
  try {
    // With `info: true` each record comes with its line; the types of csv-parse do not say so.
    const records = parse(body, {
      delimiter: delimiterOf(header),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      bom: true,
    }) as unknown as { info: { lines: number }; record: string[] }[]
    const [first, ...rest] = records.map(({ info, record }) => ({
      line: headerLine - 1 + info.lines,
      cells: record.map((cell) => cell.normalize('NFC').replace(/\s+/gu, ' ')),
    }))
    // A line of separators alone is what spreadsheets leave behind.
    return { ok: true, table: { file, names: first?.cells ?? [], headerLine, rows: rest.filter(({ cells }) => cells.some((cell) => cell !== '')) } }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const at: unknown = (error as { lines?: unknown }).lines
    return fault(
      headerLine - 1 + (typeof at === 'number' ? at : 1),
      'a quotation mark does not fit: quote a whole field or none of it, and double the marks inside',
    )
  }
}

/** Rows with more or fewer fields than the header: a separator too many shifts names under other headings. */
export const unevenRows = ({ file, names, rows }: CsvTable): RosterFault[] =>
  rows
    .filter(({ cells }) => cells.length !== names.length)
    .map(({ line, cells }) => ({ file, line, message: `has ${cells.length} fields where the header has ${names.length}: add or remove separators` }))
