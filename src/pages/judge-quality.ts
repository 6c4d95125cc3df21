/** A word on a page's quality, from its pixels before the light was evened. When unsure: good. */
import type { Surface } from './even-light'
import type { PageFacts } from './found-page'
import { judgePlace } from './judge-place'
import type { Quality } from './page'

// Held in this file: loops over millions of pixels look these up no further.
const { abs, floor, max, min } = Math

export interface Measured {
  /** Grey, one byte a pixel. */
  grey: Uint8Array
  widthPx: number
  heightPx: number
  surface: Surface
  facts: PageFacts
}

const darkBelow = 0.3
/** Share of the strongest edges that is looked at. */
const strongShare = 0.01

/**
 * Sharpness: how steep the strongest edges are, of what a sharp edge of the same contrast would be: the ratio of the one-pixel to the four-pixel difference
 * across them (after the edge-width idea of Marziliano et al. 2002). It does not fall with pale ink, as the variance of the Laplacian does.
 */
export function judge(measured: Measured): Quality {
  const lights = [...measured.surface.light].sort((a, b) => a - b)
  const exposure = (lights[floor(lights.length / 2)] ?? 0) / 255
  const sharpness = edgeSharpness(measured)
  if (exposure < darkBelow) return { sharpness, exposure, verdict: 'dark' }
  const placed = judgePlace(measured.facts)
  if (placed !== null) return { sharpness, exposure, verdict: placed }
  if (sharpness < blurryBelow) return { sharpness, exposure, verdict: 'blurry' }
  return { sharpness, exposure, verdict: 'good' }
}

/** Sharp photos of a simulated set of 44 lie above 0.44, defocused and shaken ones under 0.22. */
const blurryBelow = 0.3

export function edgeSharpness({ grey, widthPx, heightPx }: Pick<Measured, 'grey' | 'widthPx' | 'heightPx'>): number {
  const wide: number[] = new Array<number>(256).fill(0)
  const at = (x: number, y: number): number => grey[y * widthPx + x] ?? 0
  const step = 2
  for (let y = 4; y < heightPx - 4; y += step)
    for (let x = 4; x < widthPx - 4; x += step) wide[min(255, abs(at(x + 4, y) - at(x - 4, y)))] = (wide[min(255, abs(at(x + 4, y) - at(x - 4, y)))] ?? 0) + 1
  const total = wide.reduce((sum, count) => sum + count, 0)
  let threshold = 255
  for (let seen = 0; threshold > 12 && seen < total * strongShare; threshold--) seen += wide[threshold] ?? 0
  let ratios = 0
  let count = 0
  for (let y = 4; y < heightPx - 4; y += step)
    for (let x = 4; x < widthPx - 4; x += step) {
      const across = abs(at(x + 4, y) - at(x - 4, y))
      if (across < threshold) continue
      let steepest = 0
      for (let near = x - 4; near < x + 4; near++) steepest = max(steepest, abs(at(near + 1, y) - at(near, y)))
      ratios += min(1, steepest / across)
      count++
    }
  return count < 20 ? 1 : ratios / count
}
