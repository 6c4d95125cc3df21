/** A found page → a page: light evened, judged, a JPEG without metadata. */
import sharp from 'sharp'
import { divideLight } from './even-light'
import type { FoundPage } from './found-page'
import { isLikelyPage, judge } from './judge-quality'
import { fingerprintOf } from './near-duplicate'
import { jpegQuality, type MadePage, type Quality } from './page'
import { paleFingers } from './pale-fingers'
import { paperLight } from './paper-light'
import { quietPaper } from './quiet-paper'
import { whitenHoles } from './whiten-holes'
import { whitenRims } from './whiten-rims'

export async function finish(found: FoundPage, number: number): Promise<MadePage> {
  const { pixels, facts } = found
  const light = paperLight(pixels)
  if (!isLikelyPage(facts)) {
    const quality = judge({ pixels, light, facts })
    // A model, a room, a pocket: there is no paper to be whitened.
    if (quality.verdict === 'not-a-page') return madeOf(found, number, quality)
  }
  divideLight(pixels, light)
  const quality = judge({ pixels, light, facts })
  quietPaper(pixels)
  whitenRims(pixels, found.sides)
  whitenHoles(pixels)
  paleFingers(pixels, light)
  return madeOf(found, number, quality)
}

/** Rendered from text and lines: its paper is white already, and its greys and colours are meant. */
export const finishDrawn = (found: FoundPage, number: number): Promise<MadePage> => madeOf(found, number, { sharpness: 1, exposure: 1, verdict: 'good' })

async function madeOf({ pixels, rotationDegCw, isTurnDoubtful, corners }: FoundPage, number: number, quality: Quality): Promise<MadePage> {
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } as const
  // Colour at full resolution: at half of it a pen's thin line loses half its hue.
  const jpeg = await sharp(pixels.data, { raw }).jpeg({ quality: jpegQuality, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer()
  const fingerprint = fingerprintOf(pixels)
  return { number, jpeg, thumbnail: null, fingerprint, widthPx: pixels.widthPx, heightPx: pixels.heightPx, rotationDegCw, isTurnDoubtful, corners, quality }
}
