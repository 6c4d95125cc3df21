/** The corrected pile came back: each file is noted and given to recognition, which is work for a job; lines about pupils are kept at once. */
import { dayIn } from '../school/calendar'
import { findAssignment } from '../store/assignments'
import { addCorrection } from '../store/bundles'
import { newId } from '../store/ids'
import { addJob } from '../store/jobs'
import { countNotices, noteOnce } from '../store/questions'
import type { Decision } from '../understand/decide'
import { keepRemarks, placePages } from './command-returns'
import { answered, type Deed, held, type Outcome } from './deed'
import type { CorrectionJob } from './return-corrections'

export async function takeCorrection(decision: Extract<Decision, { deed: 'take-correction' }>, deed: Deed): Promise<Outcome> {
  const { tx, mail, reading, now } = deed
  const assignment = await findAssignment(tx, decision.assignment)
  if (!assignment) return held('assignment-unknown')
  const believed = decision.believed !== false
  if (!believed && !(await mayAsk(deed, assignment.code))) return held('too-many-scans')
  const files = []
  for (const file of reading.pages) {
    const id = newId(now)
    await addCorrection(tx, { id, assignment: assignment.code, mailId: mail.id, blob: file.sha256, receivedAt: now })
    files.push({ id, blob: file.sha256 })
  }
  const typed = believed ? await keepRemarks(assignment, reading.text, deed) : { kept: 0, unclear: [] }
  const command = believed ? reading.command : null
  const placed = command?.name === 'assign-page' ? await placePages(assignment, command.argument, deed) : null
  const data: CorrectionJob = {
    code: assignment.code,
    teacher: decision.teacher,
    mailId: mail.id,
    messageId: reading.messageId,
    files,
    believed,
    scanFrom: believed ? null : (reading.from?.address ?? ''),
    order: command?.name === 'release' || command?.name === 'confirm' ? 'release' : command?.name === 'hold' ? 'hold' : null,
    unclear: [...typed.unclear, ...(placed?.unclear ?? [])],
    hasRemarks: typed.kept > 0,
  }
  await addJob(tx, { kind: 'return-corrections', key: `corrections:${mail.id}:${assignment.code}`, data, dueAt: now }, now)
  return answered
}

/** Scans of strangers a day that the teacher is told of: a pile may come in many mails. */
const scansADay = 30

async function mayAsk({ tx, mail, settings, now }: Deed, code: string): Promise<boolean> {
  const day = `scan:${code}:${dayIn(now, settings.timezone)}:`
  if ((await countNotices(tx, day)) >= scansADay) return false
  await noteOnce(tx, `${day}${mail.id}`, now)
  return true
}
