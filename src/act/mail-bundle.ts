/** The mails that bring a pile to its teacher: parts or files under the limit, what else there is to say, the key of an anonymous one apart. */
import { classLabel, type PersonId } from '../school/people'
import type { StudentStanding } from '../school/standing'
import type { Assignment } from '../store/assignments'
import type { BundlePart } from '../store/bundles'
import type { Tx } from '../store/database'
import { findPerson } from '../store/people'
import type { BundleKind } from '../store/schema'
import { pagesOf } from '../store/submissions'
import type { BundleVariant } from '../understand/bundle-variant'
import { type BuiltParts, roomOf } from './build-parts'
import { submittedIn } from './overview'
import { giveReplyAddress } from './reply-route'
import type { ActSettings } from './settings'
import { type Letter, localeOf, writeLetter } from './write-letter'

export interface BundleMail {
  assignment: Assignment
  kind: BundleKind
  variant: BundleVariant
  /** Who asked, else who posted. */
  to: PersonId
  /** Message-ID of the command. */
  inReplyTo: string | null
  /** The effect: the same one twice is one mail. */
  cause: string
}

type Base = Pick<Letter<'bundle'>, 'to' | 'person' | 'locale' | 'class' | 'assignment' | 'token' | 'inReplyTo' | 'answersMail'>

/** Files of a mail that a mailbox still shows well. */
const filesAMail = 40

export async function mailBundle(tx: Tx, about: BundleMail, built: BuiltParts, settings: ActSettings, at: Date): Promise<void> {
  const { assignment, kind, variant } = about
  const base = await baseOf(tx, about, settings, at)
  if (base === null) return
  const mails = variant.separate ? packed(built.parts, roomOf(settings)) : built.parts.map((part) => [part])
  const named = (wanted: (standing: StudentStanding) => boolean): string[] => built.standings.filter(wanted).map((standing) => standing.name)
  for (const [index, files] of mails.entries()) {
    const letter = {
      ...base,
      cause: `${about.cause}:${index}`,
      attachments: [
        ...files.map((file) => ({ blob: file.blob, filename: file.filename, mediaType: 'application/pdf' })),
        ...(index === 0 ? built.documents : []),
      ].map((file) => ({ ...file, disposition: 'attachment' as const, cid: null })),
    }
    const data = {
      ...assignmentData(assignment),
      submitted: submittedIn(built.standings),
      expected: built.standings.length,
      part: mails.length > 1 ? { index: index + 1, count: mails.length } : null,
      pending: named((standing) => standing.pending > 0),
    }
    if (kind === 'late') {
      await writeLetter(tx, { ...letter, template: 'late-work', data: { ...data, students: await namesIn(tx, assignment, built) } }, settings, at)
      continue
    }
    // Names of those whose copy could be told by its hour or its question would open the number.
    const telling = (names: string[]): string[] => (variant.anonymous ? [] : names)
    await writeLetter(
      tx,
      {
        ...letter,
        template: 'bundle',
        data: {
          ...data,
          dueAt: assignment.dueAt?.toISOString() ?? null,
          missing: named((standing) => standing.standing === 'missing' || standing.standing === 'open'),
          late: telling(named((standing) => standing.standing === 'late')),
          unreachable: named((standing) => standing.standing === 'unreachable'),
          question: telling(named((standing) => standing.openQuestion)),
          absent: named((standing) => standing.standing === 'absent'),
          files: files.length,
          variant: { frontSides: variant.frontSides, separate: variant.separate, anonymous: variant.anonymous, onlyNew: variant.onlyNew },
        },
      },
      settings,
      at,
    )
  }
  if (built.key.length > 0)
    await writeLetter(
      tx,
      { ...base, template: 'anonymous-key', cause: `${about.cause}:key`, data: { ...assignmentData(assignment), copies: built.key } },
      settings,
      at,
    )
}

/** A command for a pile that would be empty is answered too. */
export async function mailNothing(tx: Tx, about: BundleMail, settings: ActSettings, at: Date): Promise<void> {
  const base = await baseOf(tx, about, settings, at)
  if (base === null) return
  const reason = about.variant.onlyNew ? 'bundle-nothing-new' : 'bundle-nothing'
  const data = { ...assignmentData(about.assignment), reason, toStudent: false, subject: '', detail: null, office: settings.office } as const
  await writeLetter(tx, { ...base, template: 'refused', cause: `${about.cause}:nothing`, data }, settings, at)
}

const assignmentData = ({ class: name, code, title }: Assignment) => ({ class: classLabel(name), code, title })

async function baseOf(tx: Tx, { assignment, to, inReplyTo }: BundleMail, settings: ActSettings, at: Date): Promise<Base | null> {
  const teacher = await findPerson(tx, to)
  if (!teacher?.email) return null
  return {
    to: { name: teacher.name, address: teacher.email },
    person: teacher.id,
    locale: localeOf(teacher.language, settings),
    class: assignment.class,
    assignment: assignment.code,
    token: await giveReplyAddress(tx, { purpose: 'teacher', person: teacher.id, address: teacher.email, assignment: assignment.code }, at),
    inReplyTo,
    answersMail: inReplyTo !== null,
  }
}

async function namesIn(tx: Tx, assignment: Assignment, { standings, pageIds }: BuiltParts): Promise<string[]> {
  const isNew = new Set(pageIds)
  const students = new Set((await pagesOf(tx, assignment.code)).filter((page) => isNew.has(page.id)).map((page) => page.student))
  return standings.filter((standing) => students.has(standing.id)).map((standing) => standing.name)
}

/** As few mails as the order allows. A file that fills a mail has one of its own. */
export function packed(files: BundlePart[], room: number): BundlePart[][] {
  const mails: BundlePart[][] = []
  let used = 0
  for (const file of files) {
    const mail = mails.at(-1)
    if (mail && used + file.bytes <= room && mail.length < filesAMail) mail.push(file)
    else {
      mails.push([file])
      used = 0
    }
    used += file.bytes
  }
  return mails
}
