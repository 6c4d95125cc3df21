/** The log: one line an event, on stderr. Takes identifiers, counts and codes; never names, addresses, subjects, file names or tokens. */
import pino from 'pino'

export type LogFields = Record<string, string | number | boolean | null | undefined>

export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** @param level pino's level names; `silent` writes nothing. */
export function createLog(level: string = process.env.CARTABLE_LOG ?? 'info'): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }))
  return {
    info: (event, fields) => logger.info({ ...fields }, event),
    warn: (event, fields) => logger.warn({ ...fields }, event),
    error: (event, fields) => logger.error({ ...fields }, event),
  }
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
