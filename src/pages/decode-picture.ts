/** Any picture → its frames, upright as the file says (EXIF, irot): decoded by content, refused by the header when too large. */
import sharp, { type Sharp } from 'sharp'
import { Fault } from '../errors'
import { heicFacts } from './heic-boxes'
import type { MadePage, PageLimits } from './page'
import type { Pixels } from './pdf-to-picture'
import { readBmp } from './read-bmp'
import { readHeic } from './read-heic'

/** A frame on its way: a pipeline that yields upright pixels, how it was turned, and what it was before. */
export interface Frame {
  picture: Sharp
  rotationDegCw: MadePage['rotationDegCw']
  sourcePixels: number
}

export const fromPixels = (pixels: Pixels): Sharp =>
  sharp(pixels.data, { raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 4 }, limitInputPixels: false })

/** EXIF orientation (CIPA DC-008 §4.6.4) → degrees clockwise that set the stored pixels upright; mirrored ones turn as their unmirrored twin. */
const turnOf = (orientation: number | undefined): MadePage['rotationDegCw'] => {
  if (orientation === 3 || orientation === 4) return 180
  if (orientation === 5 || orientation === 8) return 270
  return orientation === 6 || orientation === 7 ? 90 : 0
}

export async function* framesOf(bytes: Buffer, mediaType: string, maxPages: number, limits: PageLimits): AsyncGenerator<Frame> {
  if (mediaType === 'image/heic' || mediaType === 'image/heif') return yield await heicFrame(bytes, limits)
  if (mediaType === 'image/bmp') {
    const pixels = readBmp(bytes, limits.maxPixels)
    return yield { picture: fromPixels(pixels), rotationDegCw: 0, sourcePixels: pixels.widthPx * pixels.heightPx }
  }
  if (!['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/tiff', 'image/gif'].includes(mediaType)) throw new Fault('not-a-picture')
  const open = (page: number): Sharp => sharp(bytes, { page, pages: 1, limitInputPixels: false, failOn: 'error', sequentialRead: true })
  const facts = await open(0)
    .metadata()
    .catch((cause: unknown) => Promise.reject(new Fault('picture-undecodable', undefined, { cause })))
  const count = mediaType === 'image/tiff' ? (facts.pages ?? 1) : 1
  if (count > maxPages) throw new Fault('too-many-pages')
  for (let page = 0; page < count; page++) {
    const own = page === 0 ? facts : await open(page).metadata()
    const height = own.pageHeight ?? own.height
    if (own.width * height > limits.maxPixels) throw new Fault('picture-too-large')
    yield { picture: open(page).autoOrient(), rotationDegCw: turnOf(own.orientation), sourcePixels: own.width * height }
  }
}

/** libheif turns by irot and imir; EXIF turns only where the file itself does not, or the page would turn twice. */
async function heicFrame(bytes: Buffer, limits: PageLimits): Promise<Frame> {
  const facts = heicFacts(bytes)
  if (facts.pixels > limits.maxPixels) throw new Fault('picture-too-large')
  const pixels = await readHeic(bytes, limits.maxPixels).catch((cause: unknown) =>
    Promise.reject(cause instanceof Fault ? cause : new Fault('picture-undecodable', undefined, { cause })),
  )
  const orientation = facts.turnsItself ? undefined : await orientationOf(bytes)
  const turned = turnOf(orientation)
  const isMirrored = orientation !== undefined && [2, 4, 5, 7].includes(orientation)
  const picture = fromPixels(pixels)
  return {
    picture: isMirrored ? fromPixels(await mirror(picture, pixels)).rotate(turned) : picture.rotate(turned),
    rotationDegCw: turned,
    sourcePixels: pixels.widthPx * pixels.heightPx,
  }
}

/** sharp reads HEIC metadata, though not its pixels; it refuses files of very many tiles. */
async function orientationOf(bytes: Buffer): Promise<number | undefined> {
  try {
    return (await sharp(bytes).metadata()).orientation
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

async function mirror(picture: Sharp, { widthPx, heightPx }: Pixels): Promise<Pixels> {
  return { widthPx, heightPx, data: await picture.flop().ensureAlpha().raw().toBuffer() }
}
