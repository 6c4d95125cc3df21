/** Before a teacher's files go to pupils they are looked at: pages that bear our marks are pupils' work, and go to nobody but their owners. */
import { networks } from '../authenticate/trusted-word'
import type { BundlePool } from '../bundle/bundle-pool'
import { isPermanent } from '../errors'
import { findAssignment } from '../store/assignments'
import type { Blobs } from '../store/blobs'
import type { Database } from '../store/database'
import type { Decision } from '../understand/decide'
import type { Author, Target } from '../understand/facts'
import type { Reading } from '../understand/reading'
import { keepFile } from './keep-file'
import type { ActSettings } from './settings'

export interface GuardDeps {
  database: Pick<Database, 'db'>
  blobs: Blobs
  bundles: BundlePool
  markKey: string
  settings: Pick<ActSettings, 'trustedNetworks'>
}

/** As many as a corrected pile may have. */
const maxPages = 1200
/** Of a stranger's file so many are looked at: enough to see whether it is ours. */
const strangersPages = 8

/** What mail of somebody outside the roster is held as; a copier's is. */
const ofStrangers = ['unknown-sender', 'teacher-thread-other-sender']

/**
 * A post or an answer with pages of ours is the corrected pile under another name (CONVERSATION.md, section 1.2, rule 9); with another class's, it is refused.
 * A copier's scan is recognised by its marks; only the teacher's word releases it, unless the copier stands in a trusted network and writes to the
 * teacher's own reply address (FEATURES.md 2.2).
 */
export async function unlessPupilsPages(
  decision: Decision,
  { reading, target, authors, clientAddress }: { reading: Reading; target: Target; authors: Author[]; clientAddress: string | null },
  deps: GuardDeps,
): Promise<Decision> {
  if (decision.deed === 'hold')
    return authors.length === 0 && ofStrangers.includes(decision.reason) ? scanned(decision, reading, target, clientAddress, deps) : decision
  if (decision.deed !== 'post' && decision.deed !== 'answer-question') return decision
  const code = await codeOnPages(reading, deps)
  if (code === null) return decision
  const { teacher } = decision
  const assignment = await findAssignment(deps.database.db, code)
  const isTheirs = assignment !== null && authors.some((author) => author.person === teacher && author.teaches.includes(assignment.class))
  return isTheirs
    ? { deed: 'take-correction', assignment: assignment.code, teacher, why: 'correction-by-mark' }
    : { deed: 'refuse', person: teacher, reason: 'assignment-unknown', assignment: null, why: 'pages-of-another-class' }
}

/** Pages of ours from a stranger, sent to the class they are of or to a teacher's reply address. */
async function scanned(decision: Decision, reading: Reading, target: Target, clientAddress: string | null, deps: GuardDeps): Promise<Decision> {
  if (reading.pages.length === 0 || (target.kind !== 'class' && target.kind !== 'reply')) return decision
  const code = await codeOnPages(reading, deps, strangersPages)
  const assignment = code === null ? null : await findAssignment(deps.database.db, code)
  if (!assignment) return decision
  if (target.kind === 'class' ? target.class !== assignment.class : target.reply.assignment !== assignment.code) return decision
  const toTeacher = target.kind === 'reply' && target.reply.purpose === 'teacher' ? target.reply.person : null
  const believed = toTeacher !== null && clientAddress !== null && networks(deps.settings.trustedNetworks)(clientAddress)
  return { deed: 'take-correction', assignment: assignment.code, teacher: toTeacher ?? assignment.teacher, believed, why: 'scan-by-mark' }
}

/** Code of the first page with an authentic mark, '' where its marks disagree; null: no page has one. A file that cannot be read shows nobody's work. */
async function codeOnPages(reading: Reading, { blobs, bundles, markKey }: GuardDeps, first?: number): Promise<string | null> {
  for (const file of reading.pages) {
    try {
      const pages = await bundles.recognise(await keepFile(file, blobs), markKey, { maxPages, ...(first === undefined ? {} : { first }) })
      const marked = pages.find((page) => page.code !== null || page.conflict)
      if (marked) return marked.code ?? ''
    } catch (error) {
      if (!isPermanent(error)) throw error
    }
  }
  return null
}
