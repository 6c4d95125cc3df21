/** How commands speak: results on stdout, the rest on stderr, exit codes 0 done, 1 failed, 2 wrong usage. */
import { errnoOf, Fault } from '../errors'
import { UsageFault } from './configuration'

export const print = (line: string): void => void process.stdout.write(`${line}\n`)
export const complain = (line: string): void => void process.stderr.write(`${line}\n`)

/** One JSON object a line. */
export const printJson = (value: unknown): void => print(JSON.stringify(value))

/** Sets the exit code and says why, in one line a fault; a bug keeps its stack. */
export function fail(error: unknown): void {
  if (error instanceof UsageFault) {
    for (const line of error.lines) complain(`cartable: ${line}`)
    process.exitCode = 2
    return
  }
  process.exitCode = error instanceof Fault && error.family === 'usage' ? 2 : 1
  complain(
    `cartable: ${error instanceof Fault ? error.message : (ofTheSystem(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)))}`,
  )
}

/** A file or folder that the system refuses is the operator's to mend, not a bug; null: none of these. `dest` is where a copy was to go. */
function ofTheSystem(error: unknown): string | null {
  const code = errnoOf(error)
  const { path, dest } = error as { path?: unknown; dest?: unknown }
  const place = typeof dest === 'string' ? dest : path
  return code !== null && typeof place === 'string' ? `${place} cannot be used (${code}): check the path, its rights and the room there` : null
}

/** ISO 8601 with the offset of the zone, as every JSON output of ours has it: `2020-03-20T18:00:00+01:00`. */
export function isoIn(date: Date | null, timeZone: string): string | null {
  if (date === null) return null
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    })
      .formatToParts(date)
      .map((part) => [part.type, part.value]),
  )
  const offset = (parts.timeZoneName ?? 'GMT').replace('GMT', '') || '+00:00'
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}${offset}`
}

/** Aligned columns for people; cells may be null. */
export function table(rows: (string | number | null)[][]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))))
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
