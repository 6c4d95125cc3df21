/** Before a teacher's files go to pupils they are looked at: pages that bear our marks are pupils' work, and go to nobody but their owners. */
import type { BundlePool } from '../bundle/bundle-pool'
import { isPermanent } from '../errors'
import { findAssignment } from '../store/assignments'
import type { Blobs } from '../store/blobs'
import type { Database } from '../store/database'
import type { Decision } from '../understand/decide'
import type { Author } from '../understand/facts'
import type { Reading } from '../understand/reading'
import { keepFile } from './keep-file'

export interface GuardDeps {
  database: Pick<Database, 'db'>
  blobs: Blobs
  bundles: BundlePool
  markKey: string
}

/** As many as a corrected pile may have. */
const maxPages = 1200

/** A post or an answer with pages of ours is the corrected pile under another name (CONVERSATION.md, section 1.2, rule 9); with another class's, it is refused. */
export async function unlessPupilsPages(decision: Decision, reading: Reading, authors: Author[], deps: GuardDeps): Promise<Decision> {
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

/** Code of the first page with an authentic mark, '' where its marks disagree; null: no page has one. A file that cannot be read shows nobody's work. */
async function codeOnPages(reading: Reading, { blobs, bundles, markKey }: GuardDeps): Promise<string | null> {
  for (const file of reading.pages) {
    try {
      const pages = await bundles.recognise(await keepFile(file, blobs), markKey, { maxPages })
      const marked = pages.find((page) => page.code !== null || page.conflict)
      if (marked) return marked.code ?? ''
    } catch (error) {
      if (!isPermanent(error)) throw error
    }
  }
  return null
}
