/** The corrected pile came back: each file is noted and given to recognition, which is work for a job. */
import { findAssignment } from '../store/assignments'
import { addCorrection } from '../store/bundles'
import { newId } from '../store/ids'
import { addJob } from '../store/jobs'
import type { Decision } from '../understand/decide'
import { answered, type Deed, held, type Outcome } from './deed'

export async function takeCorrection(decision: Extract<Decision, { deed: 'take-correction' }>, { tx, mail, reading, now }: Deed): Promise<Outcome> {
  const assignment = await findAssignment(tx, decision.assignment)
  if (!assignment) return held('assignment-unknown')
  const files = []
  for (const file of reading.pages) {
    const id = newId(now)
    await addCorrection(tx, { id, assignment: assignment.code, mailId: mail.id, blob: file.sha256, receivedAt: now })
    files.push({ id, blob: file.sha256, mediaType: file.mediaType })
  }
  const data = { code: assignment.code, teacher: decision.teacher, mailId: mail.id, messageId: reading.messageId, files }
  await addJob(tx, { kind: 'return-corrections', key: `corrections:${mail.id}:${assignment.code}`, data, dueAt: now }, now)
  return answered
}
