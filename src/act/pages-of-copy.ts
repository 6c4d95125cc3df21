/** Which of the pages that came back make up a pupil's copy, and in which order. Pure. */
import type { ReturnedPageInFile } from '../store/returns'

/**
 * Of a page that came several times the newest mail's is taken, unless an earlier mail had more sheets of it (typed work runs over several).
 * Pages of the work come in its order, then those that the teacher gave this pupil, by number.
 *
 * @param rows of one pupil, oldest mail first.
 * @param order page id → place in the pupil's work.
 */
export function pagesOfCopy(rows: ReturnedPageInFile[], order: ReadonlyMap<number, number>): ReturnedPageInFile[] {
  const byPage = new Map<number, Map<string, ReturnedPageInFile[]>>()
  const given: ReturnedPageInFile[] = []
  for (const row of rows) {
    if (row.pageId === null) {
      given.push(row)
      continue
    }
    const mails = byPage.get(row.pageId) ?? new Map<string, ReturnedPageInFile[]>()
    mails.set(row.mailId, [...(mails.get(row.mailId) ?? []), row])
    byPage.set(row.pageId, mails)
  }
  const placed = [...byPage].sort(([a], [b]) => (order.get(a) ?? a) - (order.get(b) ?? b)).flatMap(([, mails]) => newest([...mails.values()]))
  return [...placed, ...given.sort((a, b) => (a.number ?? 0) - (b.number ?? 0))]
}

const newest = (mails: ReturnedPageInFile[][]): ReturnedPageInFile[] =>
  mails.reduce((before, sheets) => (sheets.length >= before.length ? sheets : before), [] as ReturnedPageInFile[])
