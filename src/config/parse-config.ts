/** TOML text and environment → Config, or a list of faults: one line a wrong key, with what is wrong and the mend. Reads no file itself. */
import { errnoOf } from '../errors'
import { parse, TomlError } from 'smol-toml'
import { type Key, Wrong } from './key-types'
import { type Config, type ImapConfig, imapSchema, isKey, schema } from './schema'

type Table = Record<string, unknown>
type Section = Record<string, Key<unknown>>

export interface ConfigSources {
  /** Text of cartable.toml; '' for the built-in defaults. */
  toml: string
  env: Record<string, string | undefined>
  /** Content of a secret file named in the configuration; throws when it cannot be read. */
  readSecretFile(path: string): string
}

export type ConfigOutcome = { ok: true; config: Config } | { ok: false; faults: string[] }

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/**
 * The checked configuration. Environment variables override: `CARTABLE_SMTP__PORT=2525` is `[smtp] port`, `CARTABLE_IMAP__0__HOST` the first `[[imap]]`.
 * Unknown keys are faults, of the file and of the environment alike. Every fault is told, not only the first.
 */
export function parseConfig(sources: ConfigSources): ConfigOutcome {
  const faults: string[] = []
  let root: Table
  try {
    root = parse(sources.toml)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    return { ok: false, faults: [`line ${error.line}: not valid TOML: ${error.message.split('\n')[0] ?? ''}`] }
  }
  const settings = withEnvironment(root, sources.env, faults)
  const reader = { faults, readSecretFile: sources.readSecretFile }
  const top = schema as Record<string, Key<unknown> | Section>
  const config: Table = readSection('', settings, Object.fromEntries(Object.entries(top).filter(([, value]) => isKey(value))) as Section, reader, sectionNames)
  for (const [name, keys] of Object.entries(top)) {
    if (isKey(keys)) continue
    const table = settings[name] ?? {}
    if (!isTable(table)) faults.push(`${name}: must be a table: write [${name}] above its keys`)
    config[name] = readSection(name, isTable(table) ? table : {}, keys, reader, new Set())
  }
  config.imap = readImap(settings.imap, reader)
  if (faults.length === 0) faults.push(...contradictions(config as Config))
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config: config as Config }
}

interface Reader {
  faults: string[]
  readSecretFile(path: string): string
}

const sectionNames = new Set([
  ...Object.entries(schema as Record<string, Key<unknown> | Section>)
    .filter(([, value]) => !isKey(value))
    .map(([name]) => name),
  'imap',
])

function readSection(section: string, table: Table, keys: Section, reader: Reader, alsoKnown: Set<string>): Table {
  const result: Table = {}
  const known = new Set(alsoKnown)
  for (const [name, key] of Object.entries(keys)) {
    known.add(key.toml)
    if (key.secret) known.add(`${key.toml}_file`)
    result[name] = readKey(section ? `${section}.${key.toml}` : key.toml, table, key, reader)
  }
  for (const name of Object.keys(table)) {
    if (!known.has(name)) reader.faults.push(`${section ? `${section}.` : ''}${name}: unknown key${nearest(name, [...known])}`)
  }
  return result
}

function readKey(label: string, table: Table, key: Key<unknown>, reader: Reader): unknown {
  const file = key.secret ? table[`${key.toml}_file`] : undefined
  try {
    if (file !== undefined) {
      if (table[key.toml] !== undefined) throw new Wrong('stands beside its _file form: keep one of them')
      if (typeof file !== 'string') throw new Wrong('_file must be a path in quotes')
      try {
        return reader.readSecretFile(file).trim()
      } catch (error) {
        throw new Wrong(`_file cannot be read (${errnoOf(error) ?? 'error'}): check path and rights`)
      }
    }
    return table[key.toml] === undefined ? key.default : key.read(table[key.toml])
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    reader.faults.push(`${label}: ${error.message}`)
    return key.default
  }
}

function readImap(value: unknown, reader: Reader): ImapConfig[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) {
    reader.faults.push('imap: must be a list of tables: write [[imap]] above its keys')
    return []
  }
  // Array.from: a number that the environment leaves out is told too.
  return Array.from(value, (table: unknown, index) => {
    if (!isTable(table)) reader.faults.push(`imap.${index}: must be a table: write [[imap]] above its keys; in the environment count mailboxes 0, 1, 2 …`)
    return readSection(`imap.${index}`, isTable(table) ? table : {}, imapSchema, reader, new Set()) as ImapConfig
  })
}

/** A place in a list of tables, as `CARTABLE_IMAP__0__HOST` has it. */
const place = /^(0|[1-9]\d?)$/

/** Lays `CARTABLE_…` variables over the file's values; `SECRET` over `secret_file` too, and the other way round. Variables of ours that are no keys: CONFIG, LOG. */
function withEnvironment(root: Table, env: ConfigSources['env'], faults: string[]): Table {
  const result: Table = structuredClone(root)
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('CARTABLE_') || value === undefined || variable === 'CARTABLE_CONFIG' || variable === 'CARTABLE_LOG') continue
    const path = variable.slice('CARTABLE_'.length).toLowerCase().split('__')
    const last = path.pop() ?? ''
    let table: Table | null = result
    for (const [index, step] of path.entries()) {
      const next: unknown =
        table === null || (Array.isArray(table) && !place.test(step)) ? null : (table[step] ?? (table[step] = step === 'imap' && index === 0 ? [] : {}))
      table = typeof next === 'object' && next !== null ? (next as Table) : null
    }
    if (path[0] === 'imap' && (table === null || Array.isArray(table)))
      faults.push(`${variable}: is no key of a mailbox: write for instance CARTABLE_IMAP__0__HOST`)
    else if (table === null) faults.push(`${variable}: does not fit the file: ${path.join('.')} is no table`)
    else {
      table[last] = value
      if (value !== '' && env[otherForm(variable)] === undefined) Reflect.deleteProperty(table, otherForm(last))
    }
  }
  return result
}

/** `password` ↔ `password_file`, `…__PASSWORD` ↔ `…__PASSWORD_FILE`. */
const otherForm = (name: string): string => {
  const suffix = name === name.toLowerCase() ? '_file' : '_FILE'
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name + suffix
}

function contradictions(config: Config): string[] {
  const faults: string[] = []
  if ((config.smtp.tlsCert === null) !== (config.smtp.tlsKey === null)) faults.push('smtp.tls_cert: give tls_cert and tls_key together, or neither')
  const dkim = [config.dkim.domain, config.dkim.selector, config.dkim.keyFile]
  if (dkim.some((value) => value !== null) && dkim.some((value) => value === null))
    faults.push('dkim.domain: give domain, selector and key_file together, or none')
  if (config.secret !== null && config.secret.length < 16) faults.push('secret: is shorter than 16 characters: use a long random text, or leave it out')
  return faults
}

/** " (did you mean "port"?)" for a slip of one or two letters; '' otherwise. */
function nearest(name: string, known: string[]): string {
  const best = known.map((candidate) => ({ candidate, distance: distanceOf(name, candidate) })).sort((a, b) => a.distance - b.distance)[0]
  return best && best.distance <= 2 ? `: did you mean "${best.candidate}"?` : ': remove it, or see the table of keys in README.md'
}

/** Levenshtein distance. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length] ?? 0
}
