/** An upright picture → a page: fitted to A4, light evened, judged, a JPEG without metadata. */
import sharp, { type Sharp } from 'sharp'
import { Fault } from '../errors'
import type { Frame } from './decode-picture'
import { evenLight, paperSurface, type RgbPixels } from './even-light'
import { judge } from './judge-quality'
import { a4, jpegQuality, type MadePage } from './page'

export async function finish({ picture, rotationDegCw, sourcePixels }: Frame, number: number): Promise<MadePage> {
  const pixels = await upright(picture)
  const surface = await paperSurface(pixels)
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } as const
  const grey = await sharp(pixels.data, { raw }).toColourspace('b-w').raw().toBuffer()
  const quality = judge({ grey, widthPx: pixels.widthPx, heightPx: pixels.heightPx, surface, sourcePixels })
  evenLight(pixels, surface)
  const jpeg = await sharp(pixels.data, { raw }).jpeg({ quality: jpegQuality }).toBuffer()
  return { number, jpeg, thumbnail: null, widthPx: pixels.widthPx, heightPx: pixels.heightPx, rotationDegCw, corners: null, quality }
}

/** Fitted into A4 at 200 dpi, portrait or landscape; never enlarged. */
async function upright(picture: Sharp): Promise<RgbPixels> {
  try {
    const fitted = picture
      .resize({ width: a4.longPx, height: a4.longPx, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .removeAlpha()
    const { data, info } = await fitted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    const isPortrait = info.height >= info.width
    const scale = Math.min(1, (isPortrait ? a4.shortPx : a4.longPx) / info.width, (isPortrait ? a4.longPx : a4.shortPx) / info.height)
    if (scale === 1) return { widthPx: info.width, heightPx: info.height, data }
    const raw = { width: info.width, height: info.height, channels: 3 } as const
    const again = await sharp(data, { raw })
      .resize({ width: Math.max(1, Math.floor(info.width * scale)) })
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { widthPx: again.info.width, heightPx: again.info.height, data: again.data }
  } catch (cause) {
    throw new Fault('picture-undecodable', undefined, { cause })
  }
}
