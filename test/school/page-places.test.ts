/** Pages in their places: replaced, said, as they came. */
import { inTheirPlaces, replacedBy } from '../../src/school/page-places'

const page = (id: number, more: { replaces?: number; said?: number; source?: string; copyOf?: number } = {}) => ({
  page: id,
  id,
  source: more.source ?? `s${id}`,
  replaces: more.replaces ?? null,
  said: more.said ?? null,
  copyOf: more.copyOf ?? null,
})

test.each([
  ['as they came', [page(1), page(2), page(3)], [1, 2, 3]],
  ['one in place of another', [page(1), page(2), page(3), page(4, { replaces: 2 })], [1, 4, 3]],
  ['again and again, by the first or by the last', [page(1), page(2), page(3, { replaces: 1 }), page(4, { replaces: 1 }), page(5, { replaces: 4 })], [5, 2]],
  ['a PDF takes one place whole', [page(1), page(2), page(3, { replaces: 1, source: 'pdf' }), page(4, { replaces: 1, source: 'pdf' })], [3, 4, 2]],
  ['in place of nothing that is there', [page(1), page(2, { replaces: 9 })], [1, 2]],
  ['a copy that came later goes', [page(1), page(2), page(3, { copyOf: 1 })], [1, 2]],
  ['a better photo that came later takes the place', [page(1, { copyOf: 3 }), page(2), page(3)], [3, 2]],
  ['of three the best', [page(1, { copyOf: 4 }), page(2), page(3, { copyOf: 4 }), page(4)], [4, 2]],
  ['a copy of nothing that is there stays', [page(1, { copyOf: 9 })], [1]],
  ['numbers said of all', [page(1, { said: 2 }), page(2, { said: 1 })], [2, 1]],
  ['numbers said of some decide nothing', [page(1, { said: 2 }), page(2)], [1, 2]],
])('%s', (_, rows, order) => {
  expect(inTheirPlaces(rows)).toEqual(order)
})

test.each([
  ['the page shown under that number', 2, [null, null, null], true, 2],
  ['nothing was shown yet: it may be the second of four mails', 2, [null, null], false, null],
  ['the same number, shown or not', 2, [2, 1], false, 1],
  ['another number was said of that page', 1, [2], true, null],
  ['no such page', 4, [null, null], true, null],
])('%s', (_, said, pages, wereShown, id) => {
  expect(
    replacedBy(
      said,
      pages.map((number, at) => ({ id: at + 1, said: number })),
      wereShown,
    ),
  ).toBe(id)
})
