/** The picture as it is: turned as its file says, fitted into A4, on white. */
import sharp from 'sharp'
import type { Frame } from './found-page'
import { isMirrored, turnOf } from './orientation'
import { a4, type RgbPixels } from './page'

/** Portrait or landscape, whichever the picture is; never enlarged. */
export async function wholePicture({ picture, widthPx, heightPx, orientation }: Frame): Promise<RgbPixels> {
  const isPortrait = heightPx >= widthPx
  const scale = Math.min(1, (isPortrait ? a4.shortPx : a4.longPx) / widthPx, (isPortrait ? a4.longPx : a4.shortPx) / heightPx)
  const [width, height] = [Math.max(1, Math.floor(widthPx * scale)), Math.max(1, Math.floor(heightPx * scale))]
  const fitted = (scale === 1 ? picture.clone() : picture.clone().resize({ width, height, fit: 'fill' })).flatten({ background: '#fff' })
  const stored = await fitted.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  if (orientation === 1) return { widthPx: stored.info.width, heightPx: stored.info.height, data: stored.data }
  const raw = { width: stored.info.width, height: stored.info.height, channels: 3 } as const
  // One step at a time: within one pipeline the order of mirror and turn is not ours.
  const mirrored = isMirrored(orientation) ? await sharp(stored.data, { raw }).flop().raw().toBuffer() : stored.data
  const { data, info } = await sharp(mirrored, { raw }).rotate(turnOf(orientation)).raw().toBuffer({ resolveWithObject: true })
  return { widthPx: info.width, heightPx: info.height, data }
}
