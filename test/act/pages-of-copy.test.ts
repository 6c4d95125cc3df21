import { pagesOfCopy } from '../../src/act/pages-of-copy'
import type { AssignmentCode, PersonId } from '../../src/school/people'
import type { ReturnedPageInFile } from '../../src/store/returns'

/** "m1:11" is page 11 of mail m1; "m2:P3" the third doubtful page. */
const row = (text: string, position: number): ReturnedPageInFile => {
  const [mailId = '', page = ''] = text.split(':')
  const number = page.startsWith('P') ? Number(page.slice(1)) : null
  return {
    correction: `c-${mailId}`,
    position,
    assignment: 'K7Q2' as AssignmentCode,
    number,
    pageId: number === null ? Number(page) : null,
    student: 'zoe' as PersonId,
    state: number === null ? 'known' : 'given',
    rotationDegCw: 0,
    thumbnail: null,
    cleared: true,
    releasedAt: null,
    blob: mailId,
    mailId,
  }
}
const order = new Map([11, 12, 13].map((page, index) => [page, index]))
const told = (rows: string[]): string[] =>
  pagesOfCopy(rows.map(row), order).map((page) => `${page.mailId}:${page.number === null ? page.pageId : `P${page.number}`}`)

test.each([
  ['the order of the work, not of the pile', ['m1:13', 'm1:11', 'm1:12'], ['m1:11', 'm1:12', 'm1:13']],
  ['a page that came again: the newest', ['m1:11', 'm1:12', 'm2:11'], ['m2:11', 'm1:12']],
  ['all sheets of typed work', ['m1:11', 'm1:11', 'm1:11', 'm1:12'], ['m1:11', 'm1:11', 'm1:11', 'm1:12']],
  ['one sheet of it again does not replace all', ['m1:11', 'm1:11', 'm2:11'], ['m1:11', 'm1:11']],
  ['all its sheets again do', ['m1:11', 'm1:11', 'm2:11', 'm2:11'], ['m2:11', 'm2:11']],
  ['pages given by the teacher come last, by number', ['m2:P4', 'm1:P1', 'm1:12'], ['m1:12', 'm1:P1', 'm2:P4']],
  ['nothing', [], []],
])('%s', (_, rows, expected) => expect(told(rows)).toEqual(expected))
