/** The order of a pupil's pages: as they came, but one sent in place of another has its place, and numbers that were said of all decide. Pure. */

export interface PlacedPage<Page> {
  page: Page
  id: number
  /** File it was made from. */
  source: string
  /** Id of the page it came in place of. */
  replaces: number | null
  /** "Page 2", said beside the photo. */
  said: number | null
  /** Id of a page that shows the same sheet better. */
  copyOf: number | null
}

interface Place<Page> {
  /** Of every page that stood here. */
  ids: Set<number>
  source: string
  said: number | null
  pages: Page[]
}

/** `rows` in the order they came; what was replaced or is shown better elsewhere is left out. */
export function inTheirPlaces<Page>(given: PlacedPage<Page>[]): Page[] {
  const rows = withoutCopies(given)
  const places: Place<Page>[] = []
  const add = ({ page, id, source, said }: PlacedPage<Page>): void => void places.push({ ids: new Set([id]), source, said, pages: [page] })
  for (const row of rows) if (row.replaces === null) add(row)
  for (const row of rows) {
    if (row.replaces === null) continue
    const place = places.find(({ ids }) => row.replaces !== null && ids.has(row.replaces))
    if (place === undefined) add(row)
    else {
      // A PDF of several pages takes one place, all of them.
      place.pages = place.source === row.source ? [...place.pages, row.page] : [row.page]
      place.source = row.source
      place.ids.add(row.id)
    }
  }
  const isSaid = places.every(({ said }) => said !== null)
  return (isSaid ? places.toSorted((a, b) => (a.said ?? 0) - (b.said ?? 0)) : places).flatMap(({ pages }) => pages)
}

/** A copy that came first leaves its place to the better one; one that came later just goes. */
function withoutCopies<Page>(rows: PlacedPage<Page>[]): PlacedPage<Page>[] {
  const placeOf = new Map(rows.map(({ id }, at) => [id, at]))
  const takes = new Map<number, number>()
  const kept = rows.filter((row, at) => {
    const better = row.copyOf === null ? undefined : placeOf.get(row.copyOf)
    if (row.copyOf === null || better === undefined) return true
    if (better < at || takes.has(row.copyOf)) return false
    takes.set(row.copyOf, row.id)
    return true
  })
  return kept.map((row) => ({ ...row, replaces: row.replaces ?? takes.get(row.id) ?? null }))
}

/**
 * Which of the pages so far a photo said to be "page N" comes in place of; null: of none, it is a further page.
 * A page of the same number is meant, else the page that the pupil was shown under that number, unless another number was said of it.
 */
export function replacedBy(said: number, pages: { id: number; said: number | null }[], wereShown: boolean): number | null {
  const same = pages.find((page) => page.said === said)
  if (same !== undefined) return same.id
  const shown = pages[said - 1]
  return wereShown && shown?.said === null ? shown.id : null
}
