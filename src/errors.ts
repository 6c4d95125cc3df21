/** Every fault code in one table: who has to act, and what an SMTP peer hears. It holds no sentence for people at home; those are in templates/. */

/** Who acts: `refused` the sending server, `transient` time, `permanent` the operator or bounce handling, `usage` whoever typed it. */
export type FaultFamily = 'refused' | 'transient' | 'permanent' | 'usage'

interface FaultRow {
  family: FaultFamily
  /** SMTP reply code (RFC 5321 §4.2) and enhanced status code (RFC 3463), where a peer can hear it. */
  reply?: number
  enhanced?: string
  /** Safe for peers: says what is wrong and how to mend it, names nobody. */
  say: string
}

const table = {
  // Refused before 250.
  'unknown-recipient': {
    family: 'refused',
    reply: 550,
    enhanced: '5.1.1',
    say: "Cette adresse n'existe pas ici. Répondez au message reçu, ou vérifiez l'adresse. / No such address here. Answer the mail you got, or check the address.",
  },
  'relay-denied': {
    family: 'refused',
    reply: 550,
    enhanced: '5.7.1',
    say: 'Nous ne relayons pas de courrier pour ce domaine. / We do not relay mail for that domain.',
  },
  'message-too-big': {
    family: 'refused',
    reply: 552,
    enhanced: '5.3.4',
    say: 'Message trop lourd. Envoyez les photos en plusieurs messages. / Message too big. Send the photos in several mails.',
  },
  'bad-address': { family: 'refused', reply: 501, enhanced: '5.1.7', say: 'Adresse mal formée. / Malformed address.' },
  'too-many-hops': { family: 'refused', reply: 550, enhanced: '5.4.6', say: 'Boucle de courrier. / Mail loop.' },
  // Time heals.
  'disk-full': { family: 'transient', reply: 452, enhanced: '4.3.1', say: 'Stockage plein, réessayez plus tard. / Storage full, try again later.' },
  'store-busy': { family: 'transient', reply: 451, enhanced: '4.3.0', say: 'Occupé, réessayez plus tard. / Busy, try again later.' },
  'too-many-connections': {
    family: 'transient',
    reply: 421,
    enhanced: '4.7.0',
    say: 'Trop de connexions, réessayez plus tard. / Too many connections, try again later.',
  },
  'too-many-recipients': {
    family: 'transient',
    reply: 452,
    enhanced: '4.5.3',
    say: 'Trop de destinataires, envoyez le reste ensuite. / Too many recipients, send the rest next.',
  },
  'shutting-down': { family: 'transient', reply: 421, enhanced: '4.3.2', say: 'Arrêt du service, réessayez plus tard. / Shutting down, try again later.' },
  'relay-unreachable': { family: 'transient', say: 'The relay does not answer; mail waits in the outbox.' },
  'relay-refused-for-now': { family: 'transient', say: 'The relay asked us to try later.' },
  'worker-died': { family: 'transient', say: 'A worker process died; the job is tried again.' },
  'antivirus-unavailable': { family: 'transient', say: 'The virus scanner does not answer; mail waits.' },
  'dns-undecided': { family: 'transient', reply: 451, enhanced: '4.4.3', say: 'DNS gave no answer; tried again later.' },
  // An operator or bounce handling has to act.
  'recipient-rejected': { family: 'permanent', say: 'The relay refused this recipient for good.' },
  'picture-undecodable': { family: 'permanent', say: 'The picture cannot be decoded.' },
  'picture-too-large': { family: 'permanent', say: 'The picture has more pixels than [limits] allows.' },
  'not-a-picture': { family: 'permanent', say: 'The content is no picture and no PDF, whatever its name says.' },
  'empty-file': { family: 'permanent', say: 'The file is empty.' },
  'pdf-locked': { family: 'permanent', say: 'The PDF needs a password.' },
  'pdf-damaged': { family: 'permanent', say: 'The PDF cannot be read.' },
  'too-many-pages': { family: 'permanent', say: 'More pages than [limits] allows.' },
  'archive-too-large': { family: 'permanent', say: 'The archive unpacks to more than [limits] allows.' },
  'spool-damaged': { family: 'permanent', say: 'A spool segment is damaged.' },
  'not-found': { family: 'permanent', say: 'There is nothing of that name.' },
  'storage-in-use': { family: 'permanent', say: 'Another running service uses this storage. Stop it, or give this one its own [storage] path.' },
  'storage-unusable': { family: 'permanent', say: 'The storage folder cannot be used.' },
  'database-damaged': { family: 'permanent', say: 'The database file is damaged. Restore it from a backup; it was left untouched.' },
  // Wrong usage, exit 2.
  'config-unreadable': { family: 'usage', say: 'The configuration file cannot be read.' },
  'config-invalid': { family: 'usage', say: 'The configuration is wrong.' },
  usage: { family: 'usage', say: 'Wrong usage.' },
} as const satisfies Record<string, FaultRow>

export type FaultCode = keyof typeof table
export const faultCodes = Object.keys(table) as FaultCode[]

/**
 * A failure with a stable code. `message` is for operators and logs and must name no person; `say` (from the table) is safe for peers.
 * Throw it for what has no expected answer; expected outcomes are returned as values.
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly family: FaultFamily
  readonly reply: number | undefined
  readonly enhanced: string | undefined
  readonly say: string

  constructor(
    readonly code: FaultCode,
    detail?: string,
    options?: { cause?: unknown },
  ) {
    const row: FaultRow = table[code]
    super(detail ?? row.say, options)
    this.family = row.family
    this.reply = row.reply
    this.enhanced = row.enhanced
    this.say = row.say
  }
}

export const isFault = (error: unknown, code?: FaultCode): error is Fault => error instanceof Fault && (code === undefined || error.code === code)

/** Unknown errors count as temporary: a mail lost is worse than a mail twice offered. */
export const isPermanent = (error: unknown): boolean => error instanceof Fault && error.family !== 'transient'

/** A fault's code, the system's (`ENOSPC`), or the error's name: what log and queue show of it. Never its text, which may quote a mail. */
export const codeOf = (error: unknown): string => (error instanceof Fault ? error.code : (errnoOf(error) ?? (error instanceof Error ? error.name : 'unknown')))

/** `ENOENT` and the like, or Node's own `ERR_…`; null when the error is none of the system's. By its form, not by `instanceof`: such errors may come from another realm. */
export function errnoOf(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' && /^E[A-Z0-9_]+$/.test(code) ? code : null
}
