/** Any picture → its frames, with the turn its file asks for (EXIF): decoded by content, refused by the header when too large. */
import exifReader from 'exif-reader'
import sharp, { type Sharp } from 'sharp'
import { Fault } from '../errors'
import type { Frame } from './found-page'
import { heicFacts } from './heic-boxes'
import type { PageLimits } from './page'
import type { Pixels } from './pdf-to-picture'
import { readBmp } from './read-bmp'
import { readHeic } from './read-heic'

export const fromPixels = (pixels: Pixels): Sharp =>
  sharp(pixels.data, { raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 4 }, limitInputPixels: false })

export const frameOf = (pixels: Pixels, kind: Frame['kind'], orientation = 1): Frame => ({
  picture: fromPixels(pixels),
  widthPx: pixels.widthPx,
  heightPx: pixels.heightPx,
  orientation,
  kind,
})

export async function* framesOf(bytes: Buffer, mediaType: string, maxPages: number, limits: PageLimits): AsyncGenerator<Frame> {
  if (mediaType === 'image/heic' || mediaType === 'image/heif') return yield await heicFrame(bytes, limits)
  if (mediaType === 'image/bmp') {
    return yield frameOf(readBmp(bytes, limits.maxPixels), 'photo')
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
    yield { picture: open(page), widthPx: own.width, heightPx: height, orientation: own.orientation ?? 1, kind: 'photo' }
  }
}

/** Linear light of P3 (SMPTE EG 432-1, D65) to that of sRGB; taken on the values as stored, greys stay exact and ink is nearer than untouched. */
const displayP3ToSrgb: [[number, number, number], [number, number, number], [number, number, number]] = [
  [1.2249, -0.2249, 0],
  [-0.042, 1.042, 0],
  [-0.0197, -0.0786, 1.0983],
]

/** libheif turns by irot and imir; EXIF turns only where the file itself does not, or the page would turn twice. */
async function heicFrame(bytes: Buffer, limits: PageLimits): Promise<Frame> {
  const facts = heicFacts(bytes)
  if (facts.pixels > limits.maxPixels) throw new Fault('picture-too-large')
  const pixels = await readHeic(bytes, limits.maxPixels).catch((cause: unknown) =>
    Promise.reject(cause instanceof Fault ? cause : new Fault('picture-undecodable', undefined, { cause })),
  )
  const frame = frameOf(pixels, 'photo', facts.turnsItself ? 1 : ((await orientationOf(bytes)) ?? 1))
  return facts.isDisplayP3 ? { ...frame, picture: frame.picture.removeAlpha().recomb(displayP3ToSrgb) } : frame
}

/** sharp reads a HEIC's EXIF, though not its pixels, and leaves the orientation in it to us; it refuses files of very many tiles. */
async function orientationOf(bytes: Buffer): Promise<number | undefined> {
  try {
    const { exif } = await sharp(bytes).metadata()
    return exif && exifReader(exif).Image?.Orientation
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
