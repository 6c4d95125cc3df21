/** A page as the camera saw it → flat and upright: perspective and mild curl taken out, every pixel read between its four neighbours. */
import { KernelCall } from './kernel-memory'
import type { RgbPixels } from './page'
import type { Projection } from './projection'

/** How far the sides of a curled page swerve from the straight lines between its corners, at as many even steps each, as shares of its width (left, right) or height. */
export interface Sides {
  top: Float32Array
  right: Float32Array
  bottom: Float32Array
  left: Float32Array
}

/** Doubles that the kernel wants for the places of one row. */
const placesOfRow = (width: number): number => 2 * 48 * (width / 16 + 2)

/** `projection` takes the unit square to the page in `picture`; what lies outside the picture is white. */
export function flatten(picture: RgbPixels, projection: Projection, sides: Sides | null, width: number, height: number): RgbPixels {
  const { widthPx, heightPx, data } = withNeighbours(picture)
  const call = new KernelCall()
  const source = call.put(data)
  const steps = sides?.top.length ?? 0
  const bent = sides === null ? 0 : call.put(Float32Array.from([...sides.top, ...sides.right, ...sides.bottom, ...sides.left]))
  const places = call.room(placesOfRow(width) * 8)
  const out = call.room(width * height * 3)
  call.run('flatten', source, widthPx, heightPx, call.put(Float64Array.from(projection)), bent, steps, places, out, width, height)
  return { widthPx: width, heightPx: height, data: Buffer.from(call.bytes(out, width * height * 3)) }
}

/** A picture one pixel wide or high has no neighbour to read between: it is repeated. */
function withNeighbours({ widthPx, heightPx, data }: RgbPixels): RgbPixels {
  const wide = widthPx > 1 ? data : Buffer.from(Array.from({ length: heightPx }, (_, y) => [0, 1, 2, 0, 1, 2].map((k) => data[y * 3 + k] ?? 0)).flat())
  return { widthPx: Math.max(2, widthPx), heightPx: Math.max(2, heightPx), data: heightPx > 1 ? wide : Buffer.concat([wide, wide]) }
}

/** Values at even steps from 0 to 1, read between them. */
export function between(values: Float32Array, at: number): number {
  const place = Math.max(0, Math.min(1, at)) * (values.length - 1)
  const before = Math.min(values.length - 2, place | 0)
  const first = values[before] as number
  return first + ((values[before + 1] as number) - first) * (place - before)
}
