/**
 * Do two pages that look alike show the same sheet, with nothing more written on either? Every stroke of one must lie near a stroke of the other, once each part of the page
 * is moved to where it fits (paper bends, two photos are never taken from one place). When unsure: no. The same form filled in otherwise, or one answer more, is another page.
 */
import sharp from 'sharp'
import type { Placed } from './near-duplicate'

// Held in this file: loops over many pixels look these up no further.
const { ceil, floor, max, min, round } = Math

/** Some three pixels a millimetre of A4. */
const longSide = 900
/** Side of a part of the page that is moved as one, and how far: 8 mm. */
const partPx = 60
const reachPx = 24
/** Darkness, of 255, that a stroke has and a ruling does not. */
const stroke = 56
/** What lies within this distance, in pixels, is the same stroke; it may be so much paler. */
const nearPx = 3
const palest = 0.4
/** Stroke pixels without a partner, in any square of `spotPx` (4 mm): more is a letter that only one of them has. */
const mostAlone = 9
const spotPx = 12

interface Grey {
  widthPx: number
  heightPx: number
  dark: Uint8Array
}

/** `a`, `b`: JPEGs of finished pages; `placed`: how b lies on a, by looksAlike. */
export async function isSameSheet(a: Buffer, b: Buffer, placed: Placed): Promise<boolean> {
  const one = await darkOf(a, null, null)
  const other = await darkOf(b, one, placed)
  const fitted = inParts(one, other)
  return fitted !== null && !hasMore(one, fitted) && !hasMore(fitted, one)
}

/** The page at moderate size; with `like` and `placed`, laid on that page. */
async function darkOf(jpeg: Buffer, like: Grey | null, placed: Placed | null): Promise<Grey> {
  const size =
    like === null ? ({ width: longSide, height: longSide, fit: 'inside' } as const) : ({ width: like.widthPx, height: like.heightPx, fit: 'fill' } as const)
  const { data, info } = await sharp(jpeg).resize(size).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  const [widthPx, heightPx] = [info.width, info.height]
  const dark = new Uint8Array(widthPx * heightPx)
  const { shiftX, shiftY, scaleX, scaleY } = placed ?? { shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1 }
  for (let y = 0; y < heightPx; y++) {
    const v = round((y - heightPx / 2) * scaleY + heightPx / 2 + shiftY * heightPx)
    if (v < 0 || v >= heightPx) continue
    for (let x = 0; x < widthPx; x++) {
      const u = round((x - widthPx / 2) * scaleX + widthPx / 2 + shiftX * widthPx)
      if (u >= 0 && u < widthPx) dark[y * widthPx + x] = 255 - (data[(v * widthPx + u) * info.channels] as number)
    }
  }
  return { widthPx, heightPx, dark }
}

/** Null as soon as a part shows that they differ. `other`, each part of it moved to where it differs least from `one`: coarsely by widened strokes on every third pixel, then by the strokes themselves. */
function inParts(one: Grey, other: Grey): Grey | null {
  const { widthPx, heightPx } = one
  const dark = new Uint8Array(widthPx * heightPx)
  const [wideOne, wideOther] = [spread(one), spread(other)]
  const at = (source: Uint8Array, x: number, y: number): number => (x < 0 || y < 0 || x >= widthPx || y >= heightPx ? 0 : (source[y * widthPx + x] as number))
  for (let top = 0; top < heightPx; top += partPx)
    for (let left = 0; left < widthPx; left += partPx) {
      // A part's surroundings help it to find its place.
      const [y0, y1, x0, x1] = [max(0, top - partPx / 2), min(heightPx, top + partPx * 1.5), max(0, left - partPx / 2), min(widthPx, left + partPx * 1.5)]
      const difference = (mine: Uint8Array, theirs: Uint8Array, dx: number, dy: number, step: number): number => {
        let sum = 0
        for (let y = y0; y < y1; y += step)
          for (let x = x0; x < x1; x += step) {
            const apart = (mine[y * widthPx + x] as number) - at(theirs, x + dx, y + dy)
            sum += apart < 0 ? -apart : apart
          }
        return sum
      }
      let best = { dx: 0, dy: 0, sum: difference(wideOne, wideOther, 0, 0, 3) }
      for (let dy = -reachPx; dy <= reachPx; dy += 3)
        for (let dx = -reachPx; dx <= reachPx; dx += 3) {
          const sum = difference(wideOne, wideOther, dx, dy, 3)
          if (sum < best.sum) best = { dx, dy, sum }
        }
      const coarse = best
      best.sum = difference(one.dark, other.dark, best.dx, best.dy, 1)
      for (let dy = coarse.dy - 2; dy <= coarse.dy + 2; dy++)
        for (let dx = coarse.dx - 2; dx <= coarse.dx + 2; dx++) {
          const sum = difference(one.dark, other.dark, dx, dy, 1)
          if (sum < best.sum) best = { dx, dy, sum }
        }
      for (let y = top; y < min(heightPx, top + partPx); y++)
        for (let x = left; x < min(widthPx, left + partPx); x++) dark[y * widthPx + x] = at(other.dark, x + best.dx, y + best.dy)
      if (hasMoreWithin(one, wideOne, { widthPx, heightPx, dark }, left, top)) return null
    }
  return { widthPx, heightPx, dark }
}

/** Whether `one` has strokes, close together, where `other` has none near. The rim of the page says nothing: one photo shows more of it. */
function hasMore(one: Grey, other: Grey): boolean {
  const { widthPx, heightPx } = one
  const near = spread(other)
  const spots = new Uint16Array(ceil(widthPx / spotPx) * ceil(heightPx / spotPx))
  const columns = ceil(widthPx / spotPx)
  const rim = reachPx
  for (let y = rim; y < heightPx - rim; y++)
    for (let x = rim; x < widthPx - rim; x++) {
      const dark = one.dark[y * widthPx + x] as number
      if (dark < stroke || (near[y * widthPx + x] as number) >= dark * palest) continue
      const spot = floor(y / spotPx) * columns + floor(x / spotPx)
      spots[spot] = (spots[spot] as number) + 1
    }
  return spots.some((count) => count > mostAlone)
}

/** The same of the inner spots of one part, whose surroundings are known before the other parts are: most pairs of different sheets are told by the first lines. */
function hasMoreWithin(one: Grey, wideOne: Uint8Array, fitted: Grey, left: number, top: number): boolean {
  const { widthPx, heightPx } = one
  for (let spotY = top + spotPx; spotY < top + partPx - spotPx; spotY += spotPx)
    for (let spotX = left + spotPx; spotX < left + partPx - spotPx; spotX += spotPx) {
      if (spotX < reachPx || spotY < reachPx || spotX + spotPx > widthPx - reachPx || spotY + spotPx > heightPx - reachPx) continue
      let [mine, theirs] = [0, 0]
      for (let y = spotY; y < spotY + spotPx; y++)
        for (let x = spotX; x < spotX + spotPx; x++) {
          const at = y * widthPx + x
          const [here, there] = [one.dark[at] as number, fitted.dark[at] as number]
          if (here >= stroke && mostNear(fitted, x, y) < here * palest) mine++
          if (there >= stroke && (wideOne[at] as number) < there * palest) theirs++
        }
      if (mine > mostAlone || theirs > mostAlone) return true
    }
  return false
}

function mostNear({ widthPx, dark }: Grey, x: number, y: number): number {
  let most = 0
  for (let v = y - nearPx; v <= y + nearPx; v++) for (let u = x - nearPx; u <= x + nearPx; u++) most = max(most, dark[v * widthPx + u] as number)
  return most
}

/** Greatest darkness within `nearPx`, across and then down. */
function spread({ widthPx, heightPx, dark }: Grey): Uint8Array {
  const across = new Uint8Array(dark.length)
  const result = new Uint8Array(dark.length)
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      let most = 0
      for (let near = max(0, x - nearPx); near <= min(widthPx - 1, x + nearPx); near++) most = max(most, dark[y * widthPx + near] as number)
      across[y * widthPx + x] = most
    }
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      let most = 0
      for (let near = max(0, y - nearPx); near <= min(heightPx - 1, y + nearPx); near++) most = max(most, across[near * widthPx + x] as number)
      result[y * widthPx + x] = most
    }
  return result
}
