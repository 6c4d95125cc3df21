/** Whether a scanned or rendered page bears nothing written. Errs towards "something": a lost remark is worse than a question. */

export interface ColourPixels {
  widthPx: number
  heightPx: number
  /** RGBA. */
  data: Uint8Array
}

/** Scanners draw shadows there. */
const edge = 0.035
const tile = 48
/** Of 255: paler than a pencil line, darker than paper's grain and show-through. */
const contrast = 40
/** A tick by pen has about 7 mm², a digit 5 mm², a grain of dust 0.1 mm². */
const inkMm2 = 1.5

/** @param dpi of the pixels: what turns a count of pixels into an area. */
export function isBlankPage({ widthPx, heightPx, data }: ColourPixels, dpi: number): boolean {
  // The darkest channel sees ink of any colour, yellow marker included.
  const darkest = new Uint8Array(widthPx * heightPx)
  for (let at = 0; at < darkest.length; at++) darkest[at] = Math.min(data[at * 4] ?? 255, data[at * 4 + 1] ?? 255, data[at * 4 + 2] ?? 255)
  const [left, top] = [Math.round(widthPx * edge), Math.round(heightPx * edge)]
  const [right, bottom] = [widthPx - left, heightPx - top]
  const limit = inkMm2 * (dpi / 25.4) ** 2
  let inked = 0
  for (let y = top; y < bottom; y += tile) {
    for (let x = left; x < right; x += tile) {
      inked += inkIn(darkest, widthPx, { x, y, right: Math.min(x + tile, right), bottom: Math.min(y + tile, bottom) })
      if (inked > limit) return false
    }
  }
  return true
}

interface Area {
  x: number
  y: number
  right: number
  bottom: number
}

/** Pixels darker than the tile's paper with at least three such neighbours: grains do not count, strokes do. */
function inkIn(grey: Uint8Array, width: number, { x, y, right, bottom }: Area): number {
  const histogram = new Uint32Array(256)
  for (let row = y; row < bottom; row++) for (let at = row * width + x; at < row * width + right; at++) histogram[grey[at] ?? 255]!++
  // A tile full of ink has no paper of its own: paper is never taken darker than mid grey.
  const threshold = Math.max(brightest(histogram, ((right - x) * (bottom - y)) / 4), 150) - contrast
  const dark = (at: number): number => ((grey[at] ?? 255) < threshold ? 1 : 0)
  let count = 0
  for (let row = Math.max(y, 1); row < bottom; row++) {
    for (let at = row * width + x; at < row * width + right; at++) {
      if (!dark(at)) continue
      const neighbours =
        dark(at - width - 1) +
        dark(at - width) +
        dark(at - width + 1) +
        dark(at - 1) +
        dark(at + 1) +
        dark(at + width - 1) +
        dark(at + width) +
        dark(at + width + 1)
      if (neighbours >= 3) count++
    }
  }
  return count
}

/** The value that so many pixels reach or exceed. */
function brightest(histogram: Uint32Array, wanted: number): number {
  let seen = 0
  for (let value = 255; value > 0; value--) {
    seen += histogram[value] ?? 0
    if (seen >= wanted) return value
  }
  return 0
}
