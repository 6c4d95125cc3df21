/** Whether writing crosses a side of a page: then the page goes on beyond it. */
import type { RgbPixels } from './page'
import { distance, type Point } from './projection'
import type { Outlined } from './refine-quad'

const { floor, max, min, round } = Math

/** A stroke is at most so wide, of the picture's longer side: 3 mm of A4 that fills it. What is beside it is lighter than this, of 255. */
const widest = 0.006
const paper = 60

/**
 * Strokes that tell, and how dark they are against what is beside them. One on a guess may be a speck of dust, or the corner of something on the table. Rulings, paler than ink, may run across
 * a fold.
 */
const telling = { guess: { strokes: 2, darker: 0.8 }, fold: { strokes: 3, darker: 0.6 } }

/** A side of this kind that strokes cross, as ink on paper does: an edge, even one between white and white, and a fold between two pages have none on them. */
export const isCrossed = (picture: RgbPixels, { quad, sides }: Outlined, kind: keyof typeof telling): boolean =>
  quad.some((corner, side) => {
    const { strokes, darker } = telling[kind]
    return sides[side] === kind && strokesAcross(picture, corner, quad[(side + 1) % 4] as Point, darker) >= strokes
  })

function strokesAcross(picture: RgbPixels, from: Point, to: Point, darker: number): number {
  const lumas = lumasAlong(picture, from, to)
  const reach = max(4, round(max(picture.widthPx, picture.heightPx) * widest))
  let count = 0
  for (let at = reach; at < lumas.length - reach; at++) {
    const [before, own, after] = [lumas[at - reach] as number, lumas[at] as number, lumas[at + reach] as number]
    const beside = min(before, after)
    if (beside <= paper || own >= beside * darker) continue
    count++
    at += reach
  }
  return count
}

/** Of each pixel of the line within the picture, with its neighbours on the line, against noise. */
function lumasAlong({ widthPx, heightPx, data }: RgbPixels, from: Point, to: Point): Float32Array {
  const steps = floor(distance(from, to))
  const lumas: number[] = []
  for (let step = 0; step < steps; step++) {
    const [x, y] = [floor(from[0] + ((to[0] - from[0]) * step) / steps), floor(from[1] + ((to[1] - from[1]) * step) / steps)]
    if (x < 0 || y < 0 || x >= widthPx || y >= heightPx) continue
    const at = (y * widthPx + x) * 3
    lumas.push(((data[at] as number) * 5 + (data[at + 1] as number) * 8 + (data[at + 2] as number) * 3) / 16)
  }
  return Float32Array.from(lumas, (luma, at) => (luma + (lumas[at - 1] ?? luma) + (lumas[at + 1] ?? luma)) / 3)
}
