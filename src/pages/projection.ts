/** Plane projective maps (homographies), and the few operations on quadrangles that finding a page needs. Coordinates: x to the right, y down. */

// Held in this file: loops over millions of pixels look these up no further.
const { abs, hypot, max, sqrt } = Math

export type Point = [number, number]
/** Corners in order, clockwise as seen. */
export type Quad = [Point, Point, Point, Point]
/** Row by row; the last is 1. */
export type Projection = readonly [number, number, number, number, number, number, number, number, number]

/** The map that takes the unit square's corners (0,0), (1,0), (1,1), (0,1) to the quadrangle's (Heckbert 1989, §2.2.3). */
export function projectionTo([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]: Quad): Projection {
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3]
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2]
  const determinant = dx1 * dy2 - dx2 * dy1
  const g = determinant === 0 ? 0 : (sx * dy2 - dx2 * sy) / determinant
  const h = determinant === 0 ? 0 : (dx1 * sy - sx * dy1) / determinant
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1]
}

export function inverseOf([a, b, c, d, e, f, g, h, i]: Projection): Projection {
  const inverse = [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d]
  const last = inverse[8] as number
  return inverse.map((value) => value / last) as unknown as Projection
}

export function project(map: Projection, point: Point): Point {
  const x = point[0]
  const y = point[1]
  const w = map[6] * x + map[7] * y + map[8]
  return [(map[0] * x + map[1] * y + map[2]) / w, (map[3] * x + map[4] * y + map[5]) / w]
}

export const distance = (a: Point, b: Point): number => hypot(a[0] - b[0], a[1] - b[1])

/** Positive for corners that run clockwise as seen. */
export const areaOf = (points: readonly Point[]): number =>
  points.reduce((sum, [x, y], k) => {
    const [nextX, nextY] = points[(k + 1) % points.length] as Point
    return sum + (x * nextY - nextX * y) / 2
  }, 0)

export function isConvex(quad: Quad): boolean {
  return quad.every((_, k) => {
    const [a, b, c] = [quad[k], quad[(k + 1) % 4], quad[(k + 2) % 4]] as [Point, Point, Point]
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) > 0
  })
}

/** The same quadrangle, its corners counted from the k-th. */
export const countedFrom = (quad: Quad, k: number): Quad => [0, 1, 2, 3].map((n) => quad[(n + k) % 4]) as Quad

/** The part of a polygon within a rectangle from 0,0 (Sutherland, Hodgman 1974). */
export function clipped(points: readonly Point[], width: number, height: number): Point[] {
  const edges: ((point: Point) => number)[] = [([x]) => x, ([, y]) => y, ([x]) => width - x, ([, y]) => height - y]
  return edges.reduce<Point[]>(
    (polygon, inside) =>
      polygon.flatMap((b, k) => {
        const a = polygon[(k + polygon.length - 1) % polygon.length] as Point
        const [da, db] = [inside(a), inside(b)]
        const t = da / (da - db)
        const cut: Point[] = da >= 0 !== db >= 0 ? [[a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]] : []
        return db >= 0 ? [...cut, b] : cut
      }),
    [...points],
  )
}

/** Focal length of phones' main lenses, of the picture's long side (24 to 28 mm on a 36 mm frame). */
const usualFocal = 0.74

/**
 * Width over height of the flat rectangle that a camera sees as this quadrangle (Zhang, He 2007, §3.4, with the focal length taken as known: their way to
 * find it fails where the page is seen almost straight on).
 */
export function aspectOf(quad: Quad, width: number, height: number): number {
  const sides = (distance(quad[0], quad[1]) + distance(quad[3], quad[2])) / max(1e-9, distance(quad[1], quad[2]) + distance(quad[0], quad[3]))
  const focal = usualFocal * max(width, height)
  const centred = quad.map(([x, y]) => [(x - width / 2) / focal, (y - height / 2) / focal]) as Quad
  const [a, b, , d, e, , g, h] = projectionTo(centred)
  const seen = sqrt((a * a + d * d + g * g) / max(1e-12, b * b + e * e + h * h))
  return Number.isFinite(seen) && abs(seen / sides - 1) < 0.6 ? seen : sides
}
