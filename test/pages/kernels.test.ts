/** The loops in WebAssembly are what their sources say, and do what plainly written ones do. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { boxMean, close } from '../../src/pages/cell-grid'
import { divideLight } from '../../src/pages/even-light'
import { fingerprintBytes, fingerprintOf } from '../../src/pages/near-duplicate'
import { quietPaper } from '../../src/pages/quiet-paper'
import { greyView, normalView, turned } from '../../src/pages/raster'
import { paperCells } from '../../src/pages/which-is-paper'

const { abs, ceil, floor, max, min, sin } = Math
const pages = join(__dirname, '..', '..', 'src', 'pages')

/** The same on every run: 0 to 1. */
const noise = (k: number): number => abs(sin(k * 12.9898) * 43758.5453) % 1

const picture = (widthPx: number, heightPx: number, value: (x: number, y: number, channel: number) => number) => {
  const data = Buffer.alloc(widthPx * heightPx * 3)
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) for (let channel = 0; channel < 3; channel++) data[(y * widthPx + x) * 3 + channel] = value(x, y, channel)
  return { widthPx, heightPx, data }
}

test('what is run was compiled from the sources beside it', () => {
  const compiled = execFileSync(process.execPath, [join(pages, 'kernels', 'compile.mjs'), '--print'], { encoding: 'utf8' })
  expect(readFileSync(join(pages, 'kernels-compiled.json'), 'utf8')).toBe(compiled)
})

describe('turning', () => {
  const [width, height] = [67, 41]
  const source = picture(width, height, (x, y, channel) => (channel === 0 ? x : channel === 1 ? y : 7))

  test.each([
    [0, width, height, (x: number, y: number) => [x, y]],
    [1, height, width, (x: number, y: number) => [y, height - 1 - x]],
    [2, width, height, (x: number, y: number) => [width - 1 - x, height - 1 - y]],
    [3, height, width, (x: number, y: number) => [width - 1 - y, x]],
  ])('by %d quarters', (quarters, outWidth, outHeight, from) => {
    const out = turned(source, quarters)
    const wanted = picture(outWidth, outHeight, (x, y, channel) => [...from(x, y), 7][channel] as number)
    expect([out.widthPx, out.heightPx]).toEqual([outWidth, outHeight])
    expect(out.data.equals(wanted.data)).toBe(true)
  })
})

describe('small views', () => {
  const source = picture(60, 40, (x, y, channel) => (x * 3 + y * 2 + channel * 20) % 256)

  test('grey: means of samples', () => {
    const { data } = greyView(source, 30, 20, 2)
    const grey = (x: number, y: number): number =>
      [77, 150, 29].reduce((sum, weight, channel) => sum + weight * (source.data[(y * 60 + x) * 3 + channel] ?? 0), 0)
    for (const [x, y] of [
      [0, 0],
      [29, 19],
      [13, 7],
    ] as const) {
      const mean = (grey(2 * x, 2 * y) + grey(2 * x + 1, 2 * y) + grey(2 * x, 2 * y + 1) + grey(2 * x + 1, 2 * y + 1)) / 4 / 256
      expect(abs((data[y * 30 + x] ?? 0) - mean)).toBeLessThanOrEqual(0.51)
    }
  })

  test('colours: mean 0, deviation 1, column by column on demand', () => {
    const plain = normalView(source, 15, 10, 0, false)
    const columns = normalView(source, 15, 10, 0, true)
    const mean = plain.reduce((sum, value) => sum + value, 0) / plain.length
    expect(mean).toBeCloseTo(0, 4)
    expect(plain.reduce((sum, value) => sum + value * value, 0) / plain.length).toBeCloseTo(1, 4)
    for (let y = 0; y < 10; y++)
      for (let x = 0; x < 15; x++)
        for (let channel = 0; channel < 3; channel++) expect(columns[(x * 10 + y) * 3 + channel]).toBe(plain[(y * 15 + x) * 3 + channel])
  })
})

describe('grids', () => {
  const [columns, rows] = [13, 9]
  const grid = Float32Array.from({ length: columns * rows }, (_, k) => noise(k) * 100)
  const around = (cell: number, reach: number): number[] => {
    const [x, y] = [cell % columns, floor(cell / columns)]
    const offsets = Array.from({ length: 2 * reach + 1 }, (_, k) => k - reach)
    return offsets.flatMap((dy) => offsets.map((dx) => max(0, min(rows - 1, y + dy)) * columns + max(0, min(columns - 1, x + dx))))
  }

  test('means', () => {
    boxMean(grid, columns, rows, 2).forEach((mean, cell) => expect(mean).toBeCloseTo(around(cell, 2).reduce((sum, at) => sum + (grid[at] ?? 0), 0) / 25, 3))
  })

  test('closing', () => {
    const widest = grid.map((_, cell) => max(...around(cell, 1).map((at) => grid[at] ?? 0)))
    close(grid, columns, rows, 1).forEach((value, cell) => expect(value).toBe(min(...around(cell, 1).map((at) => widest[at] ?? 0))))
  })

  test('paper: the large light part and its shadow from the border; not a dark thing, not another colour', () => {
    const [wide, high] = [40, 30]
    const at = (light: number, shadow: number, dark: number, blue: number): Float32Array =>
      Float32Array.from({ length: wide * high }, (_, cell) => {
        const [x, y] = [cell % wide, floor(cell / wide)]
        if (x > 30) return shadow
        if (x > 10 && x < 14 && y > 10 && y < 20) return dark
        return x > 20 && x < 25 && y > 5 && y < 12 ? blue : light
      })
    const isPaper = paperCells([at(230, 120, 20, 60), at(230, 120, 20, 80), at(225, 118, 20, 200)], wide, high)
    const paper = (x: number, y: number): number => isPaper[y * wide + x] ?? -1
    expect([paper(3, 3), paper(35, 15), paper(12, 15), paper(22, 8)]).toEqual([1, 1, 0, 0])
  })
})

/** quiet-paper.ts as its comments say it, pixel by pixel; `level` and the least darkness are those of a page without noise. */
function plainlyQuieted({ widthPx, heightPx, data }: ReturnType<typeof picture>, level: number): Buffer {
  const out = Buffer.alloc(data.length)
  // A pen of half a millimetre of A4, in the mean of 5 × 5 pixels whose middle counts five times.
  const kept = (longPx: number): number => (5 * longPx * 0.5) / 297 + 4
  const share = min(1, (kept(max(widthPx, heightPx)) / kept(1650)) ** 1.5)
  const at = (x: number, y: number): number => (max(0, min(heightPx - 1, y)) * widthPx + max(0, min(widthPx - 1, x))) * 3
  const lumaAt = (from: number): number => ((data[from] ?? 0) * 5 + (data[from + 1] ?? 0) * 8 + (data[from + 2] ?? 0) * 3) >> 4
  const dark = (x: number, y: number): number => {
    const from = at(x, y)
    return max(0, level - lumaAt(from), ((level - min(data[from] ?? 0, data[from + 1] ?? 0, data[from + 2] ?? 0)) * 5) >> 3)
  }
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      let sum = 0
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) sum += dark(x + dx, y + dy)
      const own = dark(x, y)
      const part = max(0, min(1, ((sum + 4 * own) / 29 / share - 6) / 24))
      const thinness = own === 0 ? 0 : 1 - sum / (25 * own)
      const strength = max(0, part * part * (3 - 2 * part) * (1.1 + 0.5 * thinness))
      const colour = 1 + 0.5 * max(0, thinness)
      const rest = level + (colour - 1) * lumaAt(at(x, y))
      for (let channel = 0; channel < 3; channel++)
        out[at(x, y) + channel] = max(0, min(255, floor(255 - strength * (rest - colour * (data[at(x, y) + channel] ?? 0)))))
    }
  return out
}

test.each([61, 64, 7])('quiet paper is its definition, %d pixels wide', (width) => {
  const source = picture(width, 50, (x, y, channel) => (y % 9 === 0 ? 150 + channel * 30 : (x * 3 + y) % 17 < 2 ? ([40, 60, 160][channel] ?? 0) : 246))
  // The first of the three lumas beside each other that hold most.
  const wanted = plainlyQuieted(source, 245)
  quietPaper(source)
  const most = source.data.reduce((worst, value, k) => max(worst, abs(value - (wanted[k] ?? 0))), 0)
  expect(most).toBeLessThanOrEqual(1)
})

test('a fingerprint holds the ink of its cells', () => {
  const page = picture(480, 680, (x, y) => (x < 40 && y < 50 ? 0 : 255))
  const print = fingerprintOf(page)
  expect(print.length).toBe(fingerprintBytes)
  const level = (cell: number): number => ((print[1 + (cell >> 1)] ?? 0) >> (cell & 1 ? 0 : 4)) & 15
  const cellAt = (x: number, y: number): number => floor(y / 10) * 48 + floor(x / 10)
  expect([level(cellAt(5, 5)), level(cellAt(35, 45)), level(cellAt(45, 5)), level(cellAt(5, 55)), level(cellAt(400, 600))]).toEqual([15, 15, 0, 0, 0])
  expect(ceil(48 / 2) * 68 + 1).toBe(print.length)
})

test.each([63, 64, 70])('light is divided out as between the middles of its cells, %d pixels wide', (width) => {
  const [height, cellPx] = [40, 9]
  const [columns, rows] = [ceil(width / cellPx), ceil(height / cellPx)]
  const planes = [0, 1, 2].map((channel) => Float32Array.from({ length: columns * rows }, (_, cell) => 120 + 100 * noise(cell * 3 + channel))) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const source = picture(width, height, (x, y, channel) => floor(60 + 120 * noise(x * 31 + y * 17 + channel)))
  const before = Buffer.from(source.data)
  divideLight(source, { columns, rows, cellPx, planes, contrast: new Float32Array(columns * rows), isPaper: new Uint8Array(columns * rows) })
  const gainAt = (plane: Float32Array, x: number, y: number): number => {
    const u = max(0, min(columns - 1, (x + 0.5) / cellPx - 0.5))
    const v = max(0, min(rows - 1, (y + 0.5) / cellPx - 0.5))
    const gain = (column: number, row: number): number => 246 / (plane[min(rows - 1, row) * columns + min(columns - 1, column)] ?? 1)
    const along = (row: number): number => gain(floor(u), row) * (1 - (u % 1)) + gain(floor(u) + 1, row) * (u % 1)
    return along(floor(v)) * (1 - (v % 1)) + along(floor(v) + 1) * (v % 1)
  }
  let most = 0
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (const [channel, plane] of planes.entries()) {
        const at = (y * width + x) * 3 + channel
        most = max(most, abs((source.data[at] ?? 0) - min(255, (before[at] ?? 0) * gainAt(plane, x, y))))
      }
  expect(most).toBeLessThan(1.01)
})
