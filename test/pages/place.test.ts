/** Outlines, quadrangles, spreads and turns, on maps drawn here: what the networks would say is given. */
import { sidesOf } from '../../src/pages/fit-quad'
import { nearlySure, placesIn, surer } from '../../src/pages/find-place'
import { flatten } from '../../src/pages/flatten-page'
import { judgePlace, outsideShareOf } from '../../src/pages/judge-place'
import { add, convolve, doubled, type Layer, logProbabilities, meanOf, packed, type Tensor } from '../../src/pages/network'
import { rotationOf } from '../../src/pages/orientation'
import { mapHeight, mapWidth, type PlaceMaps } from '../../src/pages/place-maps'
import { areaOf, aspectOf, clipped, countedFrom, distance, inverseOf, isConvex, type Point, project, projectionTo, type Quad } from '../../src/pages/projection'
import { refineQuad, type SideKind } from '../../src/pages/refine-quad'

const askew: Quad = [
  [12, 8],
  [52, 5],
  [56, 40],
  [9, 43],
]

/** Probability that a cell belongs: the share of its area within the outline. */
function filled(isWithin: (point: Point) => boolean): Float32Array {
  return Float32Array.from({ length: mapWidth * mapHeight }, (_, cell) => {
    let count = 0
    for (let k = 0; k < 64; k++) if (isWithin([(cell % mapWidth) + ((k % 8) + 0.5) / 8, Math.floor(cell / mapWidth) + (Math.floor(k / 8) + 0.5) / 8])) count++
    return count / 64
  })
}

const within =
  (quad: Quad) =>
  ([x, y]: Point): boolean =>
    quad.every(([ax, ay], k) => {
      const [bx, by] = quad[(k + 1) % 4] as Point
      return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
    })

const heat = (points: Point[], spread = 1): Float32Array =>
  Float32Array.from({ length: mapWidth * mapHeight }, (_, cell) =>
    Math.max(
      0,
      ...points.map((point) => Math.exp(-(distance(point, [(cell % mapWidth) + 0.5, Math.floor(cell / mapWidth) + 0.5]) ** 2) / (2 * spread * spread))),
    ),
  )

const maps = (page: Float32Array, more: Partial<PlaceMaps> = {}): PlaceMaps => ({
  page,
  strip: new Float32Array(page.length),
  fold: new Float32Array(page.length),
  corner: new Float32Array(page.length),
  isPage: 1,
  isSpread: 0,
  outside: 0,
  ...more,
})

/** Greatest distance of corners, counted from whichever fits best. */
const apart = (a: Quad, b: Quad): number =>
  Math.min(...[0, 1, 2, 3].map((k) => Math.max(...countedFrom(a, k).map((corner, n) => distance(corner, b[n] as Point)))))

describe('where the page is', () => {
  test('a quadrangle is found from its outline alone, to a fifth of a cell', () => {
    const { pages } = placesIn(maps(filled(within(askew))), mapWidth, mapHeight)
    expect(pages.length).toBe(1)
    expect(apart(pages[0]?.quad as Quad, askew)).toBeLessThan(0.2)
  })

  test('corners that were seen are taken where lines mislead: a side that swerves', () => {
    const bulging = (point: Point): boolean => {
      const [u, v] = project(inverseOf(projectionTo(askew)), point)
      return u >= 0 && u <= 1 && v >= 0.06 * Math.sin(Math.PI * u) && v <= 1
    }
    const { pages } = placesIn(maps(filled(bulging), { corner: heat([...askew]) }), mapWidth, mapHeight)
    const [page] = pages
    if (!page) throw new Error('no page')
    expect(apart(page.quad, askew)).toBeLessThan(0.25)
    const from = [0, 1, 2, 3].find((k) => distance(page.quad[k] as Point, askew[0]) < 2) ?? 0
    const sides = sidesOf(countedFrom(page.quad, from), page.border)
    expect(sides?.top[16]).toBeGreaterThan(0.05)
    expect(sides?.top[16]).toBeLessThan(0.07)
    expect(Math.abs(sides?.bottom[16] ?? 1)).toBeLessThan(0.012)
  })

  test('a standing picture has its maps lying: rows and columns are exchanged, the corners run clockwise all the same', () => {
    const { pages } = placesIn(maps(filled(within(askew))), 300, 400)
    const quad = pages[0]?.quad as Quad
    expect(areaOf(quad)).toBeGreaterThan(0)
    expect(apart(quad, askew.map(([x, y]): Point => [(y / mapHeight) * 300, (x / mapWidth) * 400]).reverse() as Quad)).toBeLessThan(2)
  })

  const tiny: Quad = [
    [26.2, 20.4],
    [36.8, 19.8],
    [37.1, 26.6],
    [27.2, 27.4],
  ]
  /** What the network says of cells that a side parts wavers. */
  const wavering = (page: Float32Array): Float32Array =>
    page.map((share, cell) => (share > 0.03 && share < 0.97 ? Math.min(1, Math.max(0, share + 0.6 * Math.sin(cell * cell))) : share))

  test('a page far away is found although its outline wavers', () => {
    const { pages } = placesIn(maps(wavering(filled(within(tiny))), { corner: heat([...tiny]) }), mapWidth, mapHeight)
    expect(pages.length).toBe(1)
    expect(apart(pages[0]?.quad as Quad, tiny)).toBeLessThan(1)
  })

  test('a tiny patch that is no quadrangle is none', () => {
    const bent = (point: Point): boolean => within(tiny)(point) && !(point[0] > 31 && point[1] > 22.5)
    expect(placesIn(maps(wavering(filled(bent))), mapWidth, mapHeight).pages).toEqual([])
  })

  const fold = (from: Point, to: Point): Float32Array =>
    heat(Array.from({ length: 60 }, (_, k): Point => [from[0] + ((to[0] - from[0]) * k) / 59, from[1] + ((to[1] - from[1]) * k) / 59]))

  test('an open exercise book is two pages, parted at the fold', () => {
    const { pages } = placesIn(maps(filled(within(askew)), { fold: fold([32, 6.5], [32, 41.5]), isSpread: 0.9 }), mapWidth, mapHeight)
    expect(pages.length).toBe(2)
    const middles = pages.map(({ quad }) => quad.reduce((sum, [x]) => sum + x / 4, 0)).sort((a, b) => a - b)
    expect(middles[0]).toBeCloseTo(21.5, -1)
    expect(middles[1]).toBeCloseTo(43, -1)
    for (const { quad } of pages) expect(quad.filter(([x]) => Math.abs(x - 32) < 0.6).length).toBe(2)
  })

  test.each([
    ['no word of a spread: a sheet that was folded', { fold: fold([32, 6.5], [32, 41.5]), isSpread: 0.01 }],
    ['a hint of a spread, half a fold', { fold: fold([32, 6.5], [32, 24]), isSpread: 0.2 }],
    ['a fold near the edge', { fold: fold([16, 7.5], [14, 42.5]), isSpread: 0.9 }],
    ['no fold', { isSpread: 0.9 }],
  ])('one page stays one: %s', (_story, more) => {
    expect(placesIn(maps(filled(within(askew)), more), mapWidth, mapHeight).pages.length).toBe(1)
  })

  test.each([
    ['nothing is seen', new Float32Array(mapWidth * mapHeight)],
    ['everything is page', new Float32Array(mapWidth * mapHeight).fill(0.99)],
    [
      'a ragged patch is no quadrangle',
      filled(([x, y]) => distance([x, y], [20, 20]) < 10 || distance([x, y], [44, 30]) < 10 || (Math.abs(y - 25) < 2 && x > 20 && x < 44)),
    ],
    ['a few cells', filled(([x, y]) => x > 30 && x < 32 && y > 20 && y < 22)],
  ])('the picture is taken whole: %s', (_story, page) => {
    expect(placesIn(maps(page), 640, 480).pages).toEqual([])
  })

  test('a page that runs out of the picture ends where the picture ends', () => {
    const page = placesIn(maps(filled(([x, y]) => x > 10 && x < 50 && y > 12)), mapWidth, mapHeight).pages[0]
    expect(
      apart(page?.quad as Quad, [
        [10, 12],
        [50, 12],
        [50, 48],
        [10, 48],
      ]),
    ).toBeLessThan(0.3)
  })
})

test('where a side is vague, its clear part says where it goes on', () => {
  // A sheet of the same paper lies under the lower part of the left side: the map fades out over eight cells, too far in.
  const page = filled(within(askew)).map((value, cell) => {
    const [x, y] = [(cell % mapWidth) + 0.5, Math.floor(cell / mapWidth) + 0.5]
    const left = 12 - (3 * (y - 8)) / 35
    return y > 24 && x < left + 12 ? Math.min(value, Math.max(0, (x - left) / 12)) : value
  })
  const { pages } = placesIn(maps(page), mapWidth, mapHeight)
  expect(pages.length).toBe(1)
  expect(apart(pages[0]?.quad as Quad, askew)).toBeLessThan(0.6)
})

test('a doubtful part of the map is left out where only what is nearly sure counts', () => {
  const sure = within(askew)
  const doubtful = within([
    [12, 2],
    [52, 1],
    [52, 5],
    [12, 8],
  ])
  const page = filled(sure).map((value, cell) => Math.max(value, doubtful([(cell % mapWidth) + 0.5, Math.floor(cell / mapWidth) + 0.5]) ? 0.6 : 0))
  const top = (map: Float32Array): number => Math.min(...(placesIn(maps(map), mapWidth, mapHeight).pages[0]?.quad.map(([, y]) => y) ?? [Number.NaN]))
  expect(top(page)).toBeLessThan(3.5)
  expect(top(surer(page, nearlySure))).toBeGreaterThan(4)
})

describe('what the place says', () => {
  const [wide, high]: [Quad, Quad] = [
    [
      [0, 0],
      [100, 0],
      [100, 60],
      [0, 60],
    ],
    [
      [0, 0],
      [100, 0],
      [100, 135],
      [0, 135],
    ],
  ]
  test.each([
    ['nothing cut', high, ['edge', 'edge', 'guess', 'edge'], 0],
    ['the lower half outside', wide, ['edge', 'edge', 'cut', 'edge'], 1 - 60 / 135],
    ['the picture ends where the page does', high, ['edge', 'edge', 'cut', 'edge'], 0],
    ['two sides that meet: at least that', wide, ['edge', 'cut', 'cut', 'edge'], 1 - 60 / 135],
    ['two sides that meet: or as was said', high, ['edge', 'cut', 'cut', 'edge'], 0.3],
    ['two opposite sides: taken close', wide, ['cut', 'edge', 'cut', 'edge'], 0],
    ['all sides', wide, ['cut', 'cut', 'cut', 'cut'], 0],
  ] as [string, Quad, SideKind[], number][])('share outside: %s', (_story, quad, sides, share) => {
    expect(outsideShareOf(quad, sides, 0.3)).toBeCloseTo(share, 6)
  })

  const good = { pageLikelihood: 0.9, pixelsPerMm: 6, outsideShare: 0.05, pictureShare: 0.6 }
  test.each([
    [good, null],
    [{ ...good, pageLikelihood: 0.1 }, 'not-a-page'],
    [{ ...good, pixelsPerMm: 2 }, 'small'],
    [{ ...good, outsideShare: 0.4 }, 'cut-off'],
  ])('verdict %#', (facts, verdict) => {
    expect(judgePlace(facts)).toBe(verdict)
  })
})

describe('the edge in the pixels', () => {
  const [width, height] = [640, 480]
  const page: Quad = [
    [120, 60],
    [540, 80],
    [560, 420],
    [90, 400],
  ]
  /** A page on a table, both with their noise; squared paper, so that edges lie inside as well. */
  const picture = (paper: number, table: number) => {
    const inverse = inverseOf(projectionTo(page))
    const data = Buffer.alloc(width * height * 3)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [u, v] = project(inverse, [x + 0.5, y + 0.5])
        const isRuled = Math.abs((u * 40) % 1) < 0.1 || Math.abs((v * 30) % 1) < 0.1
        const value = within(page)([x + 0.5, y + 0.5]) ? paper - (isRuled ? 20 : 0) : table
        data.fill(value + (((x * 7919 + y * 104729) % 13) - 6), (y * width + x) * 3, (y * width + x) * 3 + 3)
      }
    return { widthPx: width, heightPx: height, data }
  }
  const nearly = page.map(([x, y], k): Point => [x + ([3, -3, 3, -2][k] ?? 0), y + ([-3, 2, 3, 3][k] ?? 0)]) as Quad
  const all: SideKind[] = ['edge', 'edge', 'edge', 'edge']

  test('a quadrangle that is a little off moves onto the edge', () => {
    expect(apart(nearly, page)).toBeGreaterThan(3.5)
    expect(apart(refineQuad(picture(230, 90), { quad: nearly, border: [], sides: all }).quad, page)).toBeLessThan(1.2)
  })

  test('a corner farther off than one look reaches is found by the next', () => {
    const far = nearly.map(([x, y], k): Point => (k === 3 ? [x + 9, y] : [x, y])) as Quad
    expect(apart(far, page)).toBeGreaterThan(6.6)
    expect(apart(refineQuad(picture(230, 90), { quad: far, border: [], sides: all }).quad, page)).toBeLessThan(1.5)
  })

  test('without an edge, or along a fold, it stays where it was', () => {
    expect(apart(refineQuad(picture(200, 200), { quad: nearly, border: [], sides: all }).quad, nearly)).toBeLessThan(4.5)
    expect(refineQuad(picture(230, 90), { quad: nearly, border: [], sides: ['cut', 'cut', 'cut', 'cut'] }).quad).toEqual(
      nearly.map(([x, y]) => [expect.closeTo(x, 6), expect.closeTo(y, 6)]),
    )
  })
})

describe('projections', () => {
  test('the unit square goes to the corners, and back', () => {
    const projection = projectionTo(askew)
    const inverse = inverseOf(projection)
    for (const [corner, at] of (
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ] as Point[]
    ).map((corner, k) => [corner, askew[k] as Point] as const)) {
      expect(distance(project(projection, corner), at)).toBeLessThan(1e-9)
      expect(distance(project(inverse, at), corner)).toBeLessThan(1e-9)
    }
  })

  test('a clipped polygon, convexity, areas', () => {
    expect(
      areaOf(
        clipped(
          [
            [-5, -5],
            [5, -5],
            [5, 5],
            [-5, 5],
          ],
          20,
          20,
        ),
      ),
    ).toBe(25)
    expect([isConvex(askew), isConvex([askew[0], askew[2], askew[1], askew[3]])]).toEqual([true, false])
  })

  test('the aspect of a sheet is told from its picture, straight on and from aside', () => {
    const seenFrom = (tilt: number): Quad =>
      (
        [
          [-105, -148.5],
          [105, -148.5],
          [105, 148.5],
          [-105, 148.5],
        ] as Point[]
      ).map(([x, y]): Point => {
        const depth = 600 + y * Math.sin(tilt)
        return [2000 + (0.74 * 4000 * x) / depth, 1500 + (0.74 * 4000 * y * Math.cos(tilt)) / depth]
      }) as Quad
    for (const tilt of [0, 0.3, 0.7]) expect(aspectOf(seenFrom(tilt), 4000, 3000)).toBeCloseTo(210 / 297, 2)
  })

  test.each([
    [0, false, 0],
    [1, false, 270],
    [2, false, 180],
    [3, false, 90],
  ])('counted from corner %d the page is set upright by so many degrees', (from, isMirror, degrees) => {
    expect(
      rotationOf(
        countedFrom(
          [
            [0, 0],
            [9, 1],
            [9, 9],
            [0, 9],
          ],
          from,
        ),
        isMirror,
      ),
    ).toBe(degrees)
  })
})

describe('flattening', () => {
  const [width, height] = [40, 30]
  const picture = {
    widthPx: width,
    heightPx: height,
    data: Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, k) => ((Math.floor(k / 3) % width) * 6 + (k % 3) + Math.floor(k / 3 / width)) % 251)),
  }
  const whole: Quad = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ]
  const at = (pixels: { widthPx: number; data: Buffer }, x: number, y: number): number[] => [
    ...pixels.data.subarray((y * pixels.widthPx + x) * 3, (y * pixels.widthPx + x) * 3 + 3),
  ]

  test('the whole picture at its own size comes out as it is, up to the last row and column', () => {
    const out = flatten(picture, projectionTo(whole), null, width, height)
    for (let y = 0; y < height - 1; y++) for (let x = 0; x < width - 1; x++) expect(at(out, x, y)).toEqual(at(picture, x, y))
  })

  test('a quarter turn clockwise: the bottom left becomes the top left', () => {
    const out = flatten(picture, projectionTo(countedFrom(whole, 3)), null, height, width)
    expect(at(out, 1, 5)).toEqual(at(picture, 5, height - 2))
    expect(at(out, 10, 7)).toEqual(at(picture, 7, height - 11))
  })

  test('a side that swerves is pulled straight', () => {
    // White above a bulging edge, black below.
    const edge = (x: number): number => 20 + 12 * Math.sin((Math.PI * (x + 0.5)) / 100)
    const bent = {
      widthPx: 100,
      heightPx: 100,
      data: Buffer.from(Uint8Array.from({ length: 30_000 }, (_, k) => (Math.floor(k / 300) + 0.5 < edge(Math.floor(k / 3) % 100) ? 255 : 0))),
    }
    const swerve = Float32Array.from({ length: 17 }, (_, k) => (0.12 * Math.sin((Math.PI * k) / 16)) / 0.8)
    const none = new Float32Array(17)
    const out = flatten(
      bent,
      projectionTo([
        [0, 20],
        [100, 20],
        [100, 100],
        [0, 100],
      ]),
      { top: swerve, right: none, bottom: none, left: none },
      100,
      80,
    )
    for (const x of [5, 25, 50, 75, 95]) expect([at(out, x, 2)[0], at(out, x, 60)[0]]).toEqual([0, 0])
  })
})

describe('layers', () => {
  const values = (length: number, seed: number): Float32Array => Float32Array.from({ length }, (_, k) => Math.sin(k * 1.7 + seed))
  const input: Tensor = { width: 7, height: 5, channels: 3, data: values(105, 1) }

  test.each([
    [3, 1, 4],
    [3, 2, 5],
    [5, 2, 2],
    [1, 1, 9],
  ])('a convolution of size %d and stride %d to %d outputs is its definition', (size, stride, outputs) => {
    const layer: Layer = { inputs: 3, outputs, size, stride, weights: values(outputs * size * size * 3, 2), bias: values(outputs, 3) }
    const out = convolve(input, packed(layer), false)
    expect([out.width, out.height, out.channels]).toEqual([Math.ceil(7 / stride), Math.ceil(5 / stride), outputs])
    for (let y = 0; y < out.height; y++)
      for (let x = 0; x < out.width; x++)
        for (let o = 0; o < outputs; o++) {
          let sum = layer.bias[o] ?? 0
          for (let ky = 0; ky < size; ky++)
            for (let kx = 0; kx < size; kx++) {
              const [sx, sy] = [x * stride + kx - (size >> 1), y * stride + ky - (size >> 1)]
              if (sx < 0 || sy < 0 || sx >= 7 || sy >= 5) continue
              for (let c = 0; c < 3; c++) sum += (input.data[(sy * 7 + sx) * 3 + c] ?? 0) * (layer.weights[((o * size + ky) * size + kx) * 3 + c] ?? 0)
            }
          expect(out.data[(y * out.width + x) * outputs + o]).toBeCloseTo(sum, 4)
        }
  })

  test('sums, means, doubling, probabilities', () => {
    const copy = { ...input, data: Float32Array.from(input.data) }
    add(copy, { width: 1, height: 1, channels: 3, data: Float32Array.of(1, 2, 3) })
    expect([(copy.data[0] ?? 0) - (input.data[0] ?? 0), (copy.data[104] ?? 0) - (input.data[104] ?? 0)].map((value) => Math.round(value * 1000))).toEqual([
      1000, 3000,
    ])
    expect(meanOf(copy).data[1]).toBeCloseTo((meanOf(input).data[1] ?? 0) + 2, 5)
    expect([...doubled({ width: 2, height: 1, channels: 1, data: Float32Array.of(4, 9) }).data]).toEqual([4, 4, 9, 9, 4, 4, 9, 9])
    expect(logProbabilities([1, 2, 3]).reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 9)
  })
})
