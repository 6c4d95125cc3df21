/** A found page → a page: light evened, judged, a JPEG without metadata. */
import sharp from 'sharp'
import { evenLight, paperSurface } from './even-light'
import type { FoundPage } from './found-page'
import { judge } from './judge-quality'
import { jpegQuality, type MadePage } from './page'

export async function finish({ pixels, rotationDegCw, corners, facts }: FoundPage, number: number): Promise<MadePage> {
  const surface = await paperSurface(pixels)
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } as const
  const grey = await sharp(pixels.data, { raw }).toColourspace('b-w').raw().toBuffer()
  const quality = judge({ grey, widthPx: pixels.widthPx, heightPx: pixels.heightPx, surface, facts })
  evenLight(pixels, surface)
  const jpeg = await sharp(pixels.data, { raw }).jpeg({ quality: jpegQuality }).toBuffer()
  return { number, jpeg, thumbnail: null, widthPx: pixels.widthPx, heightPx: pixels.heightPx, rotationDegCw, corners, quality }
}
