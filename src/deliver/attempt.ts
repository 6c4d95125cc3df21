/** One try at one outbox row: read, rendered, composed, signed, handed to the relay. It says what came of it and books nothing. */
import { codeOf, Fault, isPermanent } from '../errors'
import type { OutboxRow } from '../store/outbox'
import type { OutgoingMail } from '../text/outgoing-mail'
import { type ComposeDeps, composeMail, type Rendered } from './compose'
import { type ComposedMail, openMail } from './composed-mail'
import type { Relay } from './next-hop'
import type { Signer } from './sign'
import type { Sent } from './smtp-reply'

export interface AttemptDeps {
  relay: Relay
  render(mail: OutgoingMail): Rendered
  compose: Pick<ComposeDeps, 'blobs' | 'wireFolder'>
  sign: Signer | null
}

/** `unsendable`: it never came to the relay. `final`: no later try can do better. */
export type Attempt = { result: Sent | { outcome: 'unsendable'; code: string; final: boolean }; recipient: string }

/** An error that is no Fault is a bug, or a full disk: tried this often, then given up. */
const attemptsForBugs = 5

export async function attemptRow(row: OutboxRow, deps: AttemptDeps, now: Date): Promise<Attempt> {
  let composed: ComposedMail
  try {
    const mail = JSON.parse(row.mail) as OutgoingMail
    composed = await composeMail(mail, deps.render(mail), { ...deps.compose, now })
    if (deps.sign) composed = await deps.sign.sign(composed, now)
  } catch (error) {
    const final = error instanceof Fault ? isPermanent(error) : row.attempts + 1 >= attemptsForBugs
    return { result: { outcome: 'unsendable', code: codeOf(error), final }, recipient: '' }
  }
  const { envelope, bytes, needsUtf8 } = composed
  try {
    const result = await deps.relay.send({ id: row.id, envelope, bytes, needsUtf8, open: () => openMail(composed) })
    return { result, recipient: envelope.to }
  } catch (error) {
    return { result: { outcome: 'unsendable', code: codeOf(error), final: row.attempts + 1 >= attemptsForBugs }, recipient: envelope.to }
  }
}
