/** Picks the reader of a roster by its content: our own CSV, OneRoster, a French school export. */
import { csvTable } from './csv-table'
import { openRosterZip } from './open-roster-zip'
import { linesOfOwn, ownHeader } from './read-csv'
import { isFrenchExport, readFrenchExport } from './read-french-export'
import { readOneRoster, type SetOutcome } from './read-one-roster'

/** A file given, or the CSV files of a folder given. */
export type RosterInput = { path: string; bytes: Buffer } | { path: string; folder: { name: string; bytes: Buffer }[] }

const siecle = 'is XML (SIECLE), which is not read yet: export the pupils as CSV, with class, name, e-mail and guardians'

/** Lines with what was read, or faults with file and line. */
export async function readRoster(input: RosterInput): Promise<SetOutcome> {
  if ('folder' in input) return readSet(input.path, input.folder)
  const { path, bytes } = input
  const fault = (message: string): SetOutcome => ({ ok: false, faults: [{ file: path, line: 1, message }] })
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04') {
    const zip = await openRosterZip(bytes)
    if (zip === null) return fault('is a zip that cannot be read: unpack it and give the folder')
    if (zip.files.length === 0) return fault(zip.hasXml ? siecle : 'holds no CSV file: give a OneRoster zip, or the CSV itself')
    return readSet(path, zip.files)
  }
  if (/^(\uFEFF|\xEF\xBB\xBF)?\s*</u.test(bytes.subarray(0, 100).toString('latin1'))) return fault(siecle)
  return readTable(path, bytes)
}

function readTable(path: string, bytes: Buffer): SetOutcome {
  const outcome = csvTable(path, bytes, ownHeader)
  if (!outcome.ok) return outcome
  const { table } = outcome
  if (table.names.some((name) => /^sourcedId$/iu.test(name)))
    return {
      ok: false,
      faults: [{ file: path, line: table.headerLine, message: 'is one file of a OneRoster set: give the folder, or the zip, with all of them' }],
    }
  if (isFrenchExport(table)) return readFrenchExport(table)
  const own = linesOfOwn(table)
  return own.ok ? { ...own, said: `${own.lines.length} lines` } : own
}

/** A folder or zip: OneRoster where its files are there, else every CSV by itself. */
function readSet(path: string, files: { name: string; bytes: Buffer }[]): SetOutcome {
  const named = files.map(({ name, bytes }) => ({ file: `${path}/${name}`, base: (name.split('/').at(-1) ?? '').toLowerCase(), bytes }))
  const isOneRoster = named.some(({ base }) => ['users.csv', 'enrollments.csv', 'manifest.csv'].includes(base))
  if (isOneRoster) return readOneRoster(named, path)
  if (named.length === 0) return { ok: false, faults: [{ file: path, line: 1, message: 'holds no CSV file: give a OneRoster folder, or the CSV itself' }] }
  const outcomes = named.map(({ file, bytes }) => readTable(file, bytes))
  const faults = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.faults))
  if (faults.length > 0) return { ok: false, faults }
  return {
    ok: true,
    lines: outcomes.flatMap((outcome) => (outcome.ok ? outcome.lines : [])),
    said: outcomes.map((outcome) => (outcome.ok ? outcome.said : '')).join('; '),
  }
}
