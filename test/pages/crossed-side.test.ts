/** Writing that a guessed side would cut. */
import { isCrossed } from '../../src/pages/crossed-side'
import type { SideKind } from '../../src/pages/refine-quad'
import { drawPage } from './draw-page'

const [width, height] = [840, 1188]
/** A page of the picture that ends where told; its right side is in question. */
const place = (right: number, kind: SideKind) => ({
  quad: [
    [20, 20],
    [right, 20],
    [right, height - 20],
    [20, height - 20],
  ] as [[number, number], [number, number], [number, number], [number, number]],
  border: [],
  sides: ['edge', kind, 'edge', 'edge'] as SideKind[],
})

test.each<[string, number, SideKind, boolean]>([
  ['through the lines', 400, 'guess', true],
  ['through the lines, but seen', 400, 'edge', false],
  ['beside them', 790, 'guess', false],
])('%s', (_, right, kind, expected) => {
  expect(isCrossed(drawPage({ ruled: false, noise: 3 }), place(right, kind), 'guess')).toBe(expected)
})

test.each([
  ['the shadow of a sheet on a sheet', { x: 398, y: 0, width: 8, height }, false],
  ['one speck', { x: 390, y: 500, width: 20, height: 3 }, false],
  ['a dark table beside it', { x: 400, y: 0, width: 440, height }, false],
])('%s is no writing', (_, box, expected) => {
  expect(isCrossed(drawPage({ ruled: false, rows: 0, boxes: [{ ...box, colour: [150, 146, 140] }] }), place(400, 'guess'), 'guess')).toBe(expected)
})

test('what lies outside the picture is not asked', () => {
  expect(isCrossed(drawPage({ widthPx: width }), place(width + 60, 'guess'), 'guess')).toBe(false)
})

test.each<[string, readonly [number, number, number], boolean]>([
  ['ink across a fold: one sheet', [40, 50, 130], true],
  ['pale rulings across a fold: two pages', [190, 184, 204], false],
])('%s', (_, colour, expected) => {
  const boxes = Array.from({ length: 12 }, (_, k) => ({ x: 60, y: 100 + k * 80, width: 700, height: 3, colour }))
  expect(isCrossed(drawPage({ ruled: false, rows: 0, boxes }), place(400, 'fold'), 'fold')).toBe(expected)
})
