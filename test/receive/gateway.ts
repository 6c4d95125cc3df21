/** A real listener over a real spool in a folder of its own, for tests. The roster is the one fake: it stands for what the store will answer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultCode } from '../../src/errors'
import type { Log, LogFields } from '../../src/log'
import { type SmtpListener, type SmtpOptions, startSmtp } from '../../src/receive/smtp-listener'
import { openSpool } from '../../src/spool/spool'
import type { Spool, SpooledMail } from '../../src/spool/spooled-mail'

export interface TestGateway {
  port: number
  spool: Spool
  listener: SmtpListener
  lines: { event: string; fields: LogFields }[]
  mails(): Promise<{ mail: SpooledMail; text: string }[]>
  stop(): Promise<void>
}

/** `folder`: of the spool; a new one when absent. Its contents go at the end. */
export type GatewayOptions = Partial<SmtpOptions> & { reserveBytes?: number; folder?: string }

export const domain = 'devoirs.example'

/** `3b`, `4a` and `r-…` are known; `busy` is a fault that passes; `broken` throws. */
const checkRecipient = (address: string): Promise<FaultCode | null> => {
  const local = address.split('@')[0]?.toLowerCase() ?? ''
  if (local === 'broken') return Promise.reject(new Error('the roster fell over'))
  if (local === 'busy') return Promise.resolve('store-busy')
  return Promise.resolve(/^(3b|4a|r-[a-z2-9]{26})$/.test(local) ? null : 'unknown-recipient')
}

export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'cartable-smtp-'))
  const lines: TestGateway['lines'] = []
  const note = (event: string, fields: LogFields = {}): void => void lines.push({ event, fields })
  const log: Log = { info: note, warn: note, error: note }
  const spool = await openSpool(join(folder, 'spool'), { log, reserveBytes: options.reserveBytes ?? 0 })
  const now = (): Date => new Date('2020-03-16T07:00:00Z')
  const close = async (): Promise<void> => {
    await spool.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const listener = await startSmtp({
    host: '127.0.0.1',
    port: 0,
    protocol: 'smtp',
    domain,
    maxMessageBytes: 100_000,
    tls: null,
    spool,
    checkRecipient,
    log,
    now,
    ...options,
  }).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return {
    port: listener.port,
    spool,
    listener,
    lines,
    mails: async () => Promise.all((await spool.pending(10_000)).map(async (mail) => ({ mail, text: (await mail.read()).toString('latin1') }))),
    stop: async () => {
      await listener.close(1000)
      await close()
    },
  }
}
