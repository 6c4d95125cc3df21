/** A pupil's reply: sources and page jobs, the submission's times, questions and absence to the teacher, one receipt after a pause. */
import { replacedBy } from '../school/page-places'
import { addressOf, type AssignmentCode, type PersonId } from '../school/people'
import { nextAt } from '../school/calendar'
import { type Assignment, findAssignment } from '../store/assignments'
import type { Tx } from '../store/database'
import { newId } from '../store/ids'
import { addJob } from '../store/jobs'
import { wasWritten } from '../store/outbox'
import { addPage, addSource, findSubmission, pagesOf, type Source, sourcesOf, saveSubmission } from '../store/submissions'
import { answersReturnedCopy, type Decision } from '../understand/decide'
import { createHash } from 'node:crypto'
import { type Deed, held, type Outcome, answered } from './deed'
import { relayQuestion } from './relay-question'

type Accept = Extract<Decision, { deed: 'accept' }>

/** Late work is sent at this hour where `[bundle] late = "daily"`, before teachers sit down to correct. */
const lateWorkHour = '17:00'

export async function acceptReply(decision: Accept, deed: Deed): Promise<Outcome> {
  const { tx, mail, reading, settings, now } = deed
  const assignment = await findAssignment(tx, decision.assignment)
  if (assignment === null) return held('assignment-unknown')
  let setAside: ReceiptNote['setAside'] = []
  if (decision.work) {
    setAside = await keepWork(decision, assignment, deed)
    await recordTimes(assignment, decision.student, deed)
    await scheduleLateWork(tx, assignment, deed)
  }
  if (decision.absence) {
    const before = await findSubmission(tx, assignment.code, decision.student)
    await saveSubmission(tx, { ...(before ?? emptySubmission(assignment.code, decision.student)), absent: true })
  }
  if (decision.question || decision.absence)
    await relayQuestion(
      {
        assignment,
        student: decision.student,
        studentToken: decision.reply?.token ?? null,
        absence: decision.absence && !decision.question,
        aboutReturned: decision.reply?.ref === answersReturnedCopy,
      },
      deed,
    )
  const sender = addressOf(reading.from?.address)
  if (sender === null) return { state: 'handled', reason: null }
  const note: ReceiptNote = {
    mailId: mail.id,
    setAside: [
      ...setAside,
      ...reading.ignored
        .filter((file) => file.reason !== 'signature' && file.reason !== 'decoration' && file.reason !== 'quoted')
        .map((file) => ({ filename: file.filename, reason: file.reason })),
    ],
    question: decision.question ? reading.text : null,
    absence: decision.absence,
    links: reading.links.length,
    messageId: reading.messageId,
  }
  await scheduleReceipt(
    tx,
    { assignment: assignment.code, student: decision.student, token: decision.reply?.token ?? null, address: sender, author: decision.author, notes: [note] },
    new Date(now.getTime() + settings.receiptWaitMs),
    now,
  )
  return answered
}

/** What a receipt has to say of one mail. */
export interface ReceiptNote {
  mailId: string
  setAside: { filename: string | null; reason: string }[]
  question: string | null
  absence: boolean
  links: number
  messageId: string | null
}

export interface ReceiptJob {
  assignment: string
  student: PersonId
  token: string | null
  address: string
  /** Null: nobody of the roster who has to do with this student; gets the outcome line alone. */
  author: PersonId | null
  notes: ReceiptNote[]
}

/** One receipt once nothing more has come for a while: each mail begins the pause anew (`latest`), FINI ends it (`earliest`). */
export async function scheduleReceipt(tx: Tx, receipt: ReceiptJob, dueAt: Date, now: Date, due: 'latest' | 'earliest' = 'latest'): Promise<void> {
  await addJob(tx, { kind: 'send-receipt', key: `receipt:${receipt.assignment}:${receipt.student}:${receipt.address}`, data: receipt, dueAt }, now, {
    due,
    merge: (before) => ({ ...receipt, notes: [...(before as ReceiptJob).notes, ...receipt.notes].slice(-50) }),
  })
}

const emptySubmission = (assignment: Assignment['code'], student: PersonId) => ({
  assignment,
  student,
  firstAt: null,
  lastAt: null,
  postmarkAt: null,
  late: false,
  excused: false,
  absent: false,
  dueAt: null,
})

async function keepWork(decision: Accept, assignment: Assignment, { tx, mail, reading, settings, now }: Deed): Promise<ReceiptNote['setAside']> {
  const setAside: ReceiptNote['setAside'] = []
  const before = (await sourcesOf(tx, assignment.code, decision.student)).length
  const replaces = reading.replacesPage === null ? null : await pageReplaced(tx, assignment.code, decision.student, reading.replacesPage)
  const base = { assignment: assignment.code, student: decision.student, mailId: mail.id, receivedAt: new Date(mail.received_at), error: null }
  let position = 0
  const keep = async (source: Omit<Source, keyof typeof base | 'id' | 'position'>): Promise<string | null> => {
    if (before + position >= settings.pagesPerSubmission) {
      setAside.push({ filename: source.filename, reason: 'too-many' })
      return null
    }
    const id = newId(now)
    const isNew = await addSource(tx, { ...base, ...source, id, position: position++ })
    if (!isNew) setAside.push({ filename: source.filename, reason: 'duplicate' })
    return isNew ? id : null
  }
  for (const file of reading.pages.slice(0, settings.photosPerMessage)) {
    const id = await keep({
      kind: 'picture',
      blob: file.sha256,
      filename: file.filename,
      mediaType: file.mediaType,
      text: null,
      state: 'waiting',
      replaces,
      saidPage: reading.replacesPage,
    })
    if (id !== null) await addJob(tx, { kind: 'make-pages', key: `pages:${id}`, data: { sourceId: id }, dueAt: now }, now)
  }
  for (const file of reading.pages.slice(settings.photosPerMessage)) setAside.push({ filename: file.filename, reason: 'too-many' })
  for (const file of reading.documents) {
    const id = await keep({
      kind: 'document',
      blob: file.sha256,
      filename: file.filename,
      mediaType: file.mediaType,
      text: null,
      state: 'done',
      replaces: null,
      saidPage: null,
    })
    if (id !== null) await addPage(tx, { ...plainPage, source: id, assignment: assignment.code, student: decision.student, verdict: 'document' })
  }
  if (isTypedWork(reading)) {
    const id = await keep({
      kind: 'typed',
      blob: createHash('sha256').update(reading.text).digest('hex'),
      filename: null,
      mediaType: 'text/plain',
      text: reading.text,
      state: 'done',
      replaces: null,
      saidPage: null,
    })
    if (id !== null) await addPage(tx, { ...plainPage, source: id, assignment: assignment.code, student: decision.student, verdict: 'typed' })
  }
  return setAside
}

async function pageReplaced(tx: Tx, assignment: AssignmentCode, student: PersonId, said: number): Promise<number | null> {
  const saidOf = new Map((await sourcesOf(tx, assignment, student)).map((source) => [source.id, source.saidPage]))
  const pages = (await pagesOf(tx, assignment, student)).map((page) => ({ id: page.id, said: saidOf.get(page.source) ?? null }))
  return replacedBy(said, pages, await wasWritten(tx, 'receipt', assignment, student))
}

/** A word beside photos is courtesy; without them it is the work. A long text beside photos is work too: it must reach the teacher. */
const isTypedWork = (reading: Deed['reading']): boolean =>
  reading.intents.includes('work') && (reading.pages.length + reading.documents.length === 0 ? reading.text.trim() !== '' : reading.text.length >= longText)
const longText = 200

const plainPage = {
  number: 1,
  blob: null,
  thumbnail: null,
  widthPx: null,
  heightPx: null,
  rotationDegCw: 0,
  isTurnDoubtful: false,
  sharpness: null,
  exposure: null,
  bytes: null,
  fingerprint: null,
  copyOf: null,
}

/** The first work decides lateness: by the provider's signing time where that is proven and asked for, else by arrival. */
async function recordTimes(assignment: Assignment, student: PersonId, { tx, mail, settings, signedAt }: Deed): Promise<void> {
  const arrivedAt = new Date(mail.received_at)
  const before = (await findSubmission(tx, assignment.code, student)) ?? emptySubmission(assignment.code, student)
  // A signing time after arrival, or days before it, is no postmark but a wrong clock.
  const postmark = signedAt !== null && signedAt <= arrivedAt && arrivedAt.getTime() - signedAt.getTime() < 7 * 86_400_000 ? signedAt : null
  const handedInAt = settings.lateBy === 'postmark' && postmark !== null ? postmark : arrivedAt
  const dueAt = before.dueAt ?? assignment.dueAt
  const isFirst = before.firstAt === null
  await saveSubmission(tx, {
    ...before,
    firstAt: before.firstAt ?? arrivedAt,
    lastAt: arrivedAt,
    postmarkAt: isFirst ? postmark : before.postmarkAt,
    late: isFirst ? dueAt !== null && handedInAt > dueAt : before.late,
  })
}

/** Work that comes after the bundle has left goes in an addendum; a closed assignment keeps it until it is opened again. */
async function scheduleLateWork(tx: Tx, assignment: Assignment, { settings, now }: Deed): Promise<void> {
  if (assignment.bundledAt === null || assignment.state !== 'open' || settings.late === 'never') return
  const dueAt = settings.late === 'each' ? new Date(now.getTime() + settings.receiptWaitMs) : nextAt(now, lateWorkHour, [], settings.timezone)
  await addJob(tx, { kind: 'make-bundle', key: `late:${assignment.code}`, data: { code: assignment.code, kind: 'late' }, dueAt }, now, {
    due: settings.late === 'each' ? 'latest' : 'earliest',
  })
}
