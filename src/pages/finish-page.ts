/** A found page → a page: light evened, judged, a JPEG without metadata. */
import sharp from 'sharp'
import { divideLight } from './even-light'
import type { FoundPage } from './found-page'
import { judge } from './judge-quality'
import { fingerprintOf } from './near-duplicate'
import { jpegQuality, type MadePage } from './page'
import { paperLight } from './paper-light'
import { quietPaper } from './quiet-paper'

export async function finish({ pixels, rotationDegCw, corners, facts }: FoundPage, number: number): Promise<MadePage> {
  const light = paperLight(pixels)
  divideLight(pixels, light)
  const quality = judge({ pixels, light, facts })
  quietPaper(pixels)
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } as const
  // Colour at full resolution: at half of it a pen's thin line loses half its hue.
  const jpeg = await sharp(pixels.data, { raw }).jpeg({ quality: jpegQuality, chromaSubsampling: '4:4:4' }).toBuffer()
  return { number, jpeg, thumbnail: null, fingerprint: fingerprintOf(pixels), widthPx: pixels.widthPx, heightPx: pixels.heightPx, rotationDegCw, corners, quality }
}
