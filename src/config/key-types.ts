/** The types a configuration value can have: each reads TOML or environment text, or says what is wrong and the mend. */

/** One key of cartable.toml. `read` gets the TOML value, or the text of an environment variable; it throws `Wrong` with what is wrong and the mend. */
export interface Key<T> {
  toml: string
  /** As written in the README's table. */
  shownDefault: string
  meaning: string
  default: T
  read(value: unknown): T
  /** Only when true a `KEY_file` beside it is allowed. */
  secret: boolean
}

export class Wrong extends Error {}

const wrong = (what: string): never => {
  throw new Wrong(what)
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : wrong(`must be text in quotes, not ${describe(value)}`))

const describe = (value: unknown): string =>
  Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'nothing'
      : typeof value === 'object'
        ? 'a table'
        : `${typeof value === 'bigint' ? 'number' : typeof value} ${String(value)}`

interface Shape {
  shown?: string
  secret?: boolean
}

const key = <T>(toml: string, fallback: T, meaning: string, read: (value: unknown) => T, shape: Shape = {}): Key<T> => ({
  toml,
  meaning,
  default: fallback,
  read,
  secret: shape.secret ?? false,
  shownDefault: shape.shown ?? (fallback === null ? 'none' : JSON.stringify(fallback)),
})

export const text = (toml: string, fallback: string, meaning: string): Key<string> =>
  key(toml, fallback, meaning, (value) => asText(value).trim() || wrong('is empty: give a value or leave the key out'))

export const optionalText = (toml: string, meaning: string, shape: Shape = {}): Key<string | null> =>
  key<string | null>(toml, null, meaning, (value) => asText(value).trim() || null, shape)

export const oneOf = <T extends string>(toml: string, fallback: T, choices: readonly T[], meaning: string): Key<T> =>
  key(
    toml,
    fallback,
    meaning,
    (value) =>
      choices.find((choice) => choice === asText(value)) ??
      wrong(`is ${JSON.stringify(value)}: use one of ${choices.map((choice) => `"${choice}"`).join(', ')}`),
  )

export const flag = (toml: string, fallback: boolean, meaning: string): Key<boolean> =>
  key(toml, fallback, meaning, (value) =>
    typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : wrong(`is ${describe(value)}: use true or false`),
  )

export const wholeNumber = (toml: string, fallback: number, range: { min: number; max: number }, meaning: string): Key<number> =>
  key(toml, fallback, meaning, (value) => {
    const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (!Number.isInteger(number) || number < range.min || number > range.max)
      return wrong(`is ${describe(value)}: use a whole number from ${range.min} to ${range.max}`)
    return number
  })

const sizeUnits: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 1024, MIB: 1024 ** 2, GIB: 1024 ** 3 }

/** "35MB" → 35000000. KB MB GB are powers of ten, KiB MiB GiB of two (CONTRACT.md, section 10). */
export function bytesOf(value: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([KMG]i?B|B)\s*$/i.exec(value)
  return match ? Math.round(Number(match[1]) * (sizeUnits[(match[2] ?? 'B').toUpperCase()] ?? 1)) : null
}

export const size = (toml: string, fallback: string, meaning: string, least = '0B'): Key<number> =>
  key(
    toml,
    bytesOf(fallback) ?? 0,
    meaning,
    (value) => {
      const bytes = (typeof value === 'string' ? bytesOf(value) : null) ?? wrong(`is ${describe(value)}: use a size such as "35MB"`)
      return bytes >= (bytesOf(least) ?? 0) ? bytes : wrong(`is ${describe(value)}: use at least "${least}"`)
    },
    { shown: JSON.stringify(fallback) },
  )

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** "15m" → 900000 milliseconds. Units: ms, s, m, h, d, w. */
export function millisecondsOf(value: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)\s*$/.exec(value)
  return match ? Math.round(Number(match[1]) * (durationUnits[match[2] ?? 'ms'] ?? 1)) : null
}

/** A hundred years: times far beyond are no dates any more once they are added to one. */
const longest = '36500d'

export const duration = (toml: string, fallback: string, meaning: string): Key<number> =>
  key(
    toml,
    millisecondsOf(fallback) ?? 0,
    meaning,
    (value) => {
      const time = (typeof value === 'string' ? millisecondsOf(value) : null) ?? wrong(`is ${describe(value)}: use a time such as "15m", "90d"`)
      return time <= (millisecondsOf(longest) ?? 0) ? time : wrong(`is ${describe(value)}: use at most "${longest}"`)
    },
    { shown: JSON.stringify(fallback) },
  )

export const list = (toml: string, meaning: string, check: (entry: string) => string | null = () => null): Key<string[]> =>
  key<string[]>(
    toml,
    [],
    meaning,
    (value) => {
      const entries =
        typeof value === 'string'
          ? value
              .split(',')
              .map((entry) => entry.trim())
              .filter(Boolean)
          : value
      if (!Array.isArray(entries)) return wrong(`is ${describe(value)}: use a list such as ["a", "b"]`)
      return entries.map((entry: unknown) => {
        const said = asText(entry)
        const fault = check(said)
        return fault === null ? said : wrong(fault)
      })
    },
    { shown: '[]' },
  )

/** "10.0.0.0/8", "2001:db8::/32", or one address. */
export function isNetwork(entry: string): boolean {
  const [, address = '', bits = '0'] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? []
  const four = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(address)
  return Number(bits) <= (four ? 32 : 128) && URL.canParse(four ? `http://${address}` : `http://[${address}]`)
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export const days = (toml: string, fallback: string[], meaning: string): Key<string[]> => {
  const inner = list(toml, meaning, (entry) => (weekdays.some((day) => day === entry) ? null : `holds ${JSON.stringify(entry)}: use ${weekdays.join(', ')}`))
  return { ...inner, default: fallback, shownDefault: fallback.length ? JSON.stringify(fallback) : 'none' }
}

/** "18:00", kept as written. */
export const hour = (toml: string, fallback: string, meaning: string): Key<string> =>
  key(toml, fallback, meaning, (value) =>
    /^([01]\d|2[0-3]):[0-5]\d$/.test(asText(value)) ? asText(value) : wrong(`is ${JSON.stringify(value)}: use an hour such as "18:00"`),
  )

export const hours = (toml: string, meaning: string): Key<string | null> =>
  key<string | null>(toml, null, meaning, (value) =>
    asText(value) === '' || /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/.test(asText(value))
      ? asText(value) || null
      : wrong(`is ${JSON.stringify(value)}: use hours such as "20:00-07:00"`),
  )

export const timezone = (toml: string, fallback: string, meaning: string): Key<string> =>
  key(toml, fallback, meaning, (value) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: asText(value) }).resolvedOptions().timeZone ? asText(value) : fallback
    } catch (error) {
      if (error instanceof RangeError) return wrong(`is ${JSON.stringify(value)}: use an IANA name such as "Europe/Paris"`)
      throw error
    }
  })

export const domainName = (toml: string, fallback: string, meaning: string): Key<string> =>
  key(toml, fallback, meaning, (value) => {
    const name = asText(value).trim().toLowerCase()
    return /^[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?)*$/u.test(name)
      ? name
      : wrong(`is ${JSON.stringify(value)}: use a domain such as "devoirs.college.example"`)
  })

export const mailAddress = (toml: string, meaning: string): Key<string | null> =>
  key<string | null>(toml, null, meaning, (value) =>
    /^([^\s@]+@[^\s@]+)?$/.test(asText(value).trim())
      ? asText(value).trim() || null
      : wrong(`is ${JSON.stringify(value)}: use a mail address such as "office@college.example"`),
  )

/** Base of links: a slash at its end makes no difference. */
export const webAddress = (toml: string, meaning: string): Key<string | null> =>
  key<string | null>(toml, null, meaning, (value) =>
    asText(value).trim() === '' || (/^https?:\/\/[^\s?#]+$/.test(asText(value).trim()) && URL.canParse(asText(value).trim()))
      ? asText(value).trim() || null
      : wrong(`is ${JSON.stringify(value)}: use an address such as "https://devoirs.college.example"`),
  )

export const pattern = (toml: string, fallback: string, allowed: RegExp, example: string, meaning: string): Key<string> =>
  key(toml, fallback, meaning, (value) => (allowed.test(asText(value)) ? asText(value) : wrong(`is ${JSON.stringify(value)}: use for instance ${example}`)))
