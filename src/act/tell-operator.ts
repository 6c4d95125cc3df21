/** What belongs to no class goes to the operator: mail to postmaster and abuse, answers to digests, incidents. */
import { dayIn } from '../school/calendar'
import type { Tx } from '../store/database'
import { noteOnce } from '../store/questions'
import { type Deed, handled, held, type Outcome } from './deed'
import type { ActSettings } from './settings'
import { writeLetter } from './write-letter'

/** Passes the mail on, whole, as an attachment; held where no operator is configured. */
export async function tellOperator({ tx, mail, reading, settings, now }: Deed): Promise<Outcome> {
  const address = settings.operator ?? settings.office
  if (address === null || mail.blob === null) return held('no-operator')
  await writeLetter(
    tx,
    {
      template: 'forwarded-to-office',
      cause: `forwarded:${mail.id}`,
      to: { name: '', address },
      person: null,
      locale: settings.locale,
      class: null,
      data: {
        from: reading.from?.address ?? '',
        subject: reading.subject,
        words: reading.text.slice(0, 4000),
        receivedAt: new Date(mail.received_at).toISOString(),
        mailId: mail.id,
      },
      attachments: [{ blob: mail.blob, filename: 'message.eml', mediaType: 'application/octet-stream', disposition: 'attachment', cid: null }],
    },
    settings,
    now,
  )
  return handled
}

/** M18, at most one a kind and day. */
export async function writeIncident(tx: Tx, incident: string, settings: ActSettings, now: Date): Promise<void> {
  if (settings.operator === null || !(await noteOnce(tx, `incident:${incident}:${dayIn(now, settings.timezone)}`, now))) return
  await writeLetter(
    tx,
    {
      template: 'incident',
      cause: `incident:${incident}:${now.getTime()}`,
      to: { name: '', address: settings.operator },
      person: null,
      locale: settings.locale,
      class: null,
      data: { incident, since: now.toISOString() },
    },
    settings,
    now,
  )
}

export const tellOperatorOf = (incident: string, { tx, settings, now }: Pick<Deed, 'tx' | 'settings' | 'now'>): Promise<void> =>
  writeIncident(tx, incident, settings, now)
