/** One source → its pages: decode by content, set upright, fit to A4, even the light, judge, JPEG without metadata. Runs in a worker. */
import sharp, { type Sharp } from 'sharp'
import { Fault } from '../errors'
import { mediaTypeOf } from '../message/file-type'
import { evenLight, paperSurface, type RgbPixels } from './even-light'
import { heicFacts } from './heic-boxes'
import { judge } from './judge-quality'
import { a4, jpegQuality, type MadePage, type PageLimits } from './page'
import { openPdf, type Pixels } from './pdf-to-picture'
import { readBmp } from './read-bmp'
import { readHeic } from './read-heic'

/** A frame on its way: a pipeline that yields upright pixels, how it was turned, and what it was before. */
interface Frame {
  picture: Sharp
  rotationDegCw: MadePage['rotationDegCw']
  sourcePixels: number
}

const pdfDpi = 200

/**
 * Faults: `empty-file`, `not-a-picture`, `picture-too-large`, `picture-undecodable`, `pdf-locked`, `pdf-damaged`, `too-many-pages`.
 */
export async function makePages(bytes: Buffer, maxPages: number, limits: PageLimits): Promise<MadePage[]> {
  if (bytes.length === 0) throw new Fault('empty-file')
  const mediaType = mediaTypeOf(bytes)
  if (mediaType === 'application/pdf') return pagesOfPdf(bytes, maxPages)
  const pages: MadePage[] = []
  for await (const frame of framesOf(bytes, mediaType, maxPages, limits)) pages.push(await finish(frame, pages.length + 1))
  return pages
}

async function pagesOfPdf(bytes: Buffer, maxPages: number): Promise<MadePage[]> {
  const pdf = await openPdf(bytes, maxPages)
  try {
    const pages: MadePage[] = []
    for (let index = 0; index < pdf.pageCount; index++) {
      const pixels = await pdf.render(index, pdfDpi, a4.shortPx * a4.longPx * 1.2)
      pages.push(await finish({ picture: fromPixels(pixels), rotationDegCw: 0, sourcePixels: pixels.widthPx * pixels.heightPx }, index + 1))
    }
    return pages
  } finally {
    await pdf.close()
  }
}

const fromPixels = (pixels: Pixels): Sharp =>
  sharp(pixels.data, { raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 4 }, limitInputPixels: false })

/** EXIF orientation (CIPA DC-008 §4.6.4) → degrees clockwise that set the stored pixels upright; mirrored ones turn as their unmirrored twin. */
const turnOf = (orientation: number | undefined): MadePage['rotationDegCw'] => {
  if (orientation === 3 || orientation === 4) return 180
  if (orientation === 5 || orientation === 8) return 270
  return orientation === 6 || orientation === 7 ? 90 : 0
}

async function* framesOf(bytes: Buffer, mediaType: string, maxPages: number, limits: PageLimits): AsyncGenerator<Frame> {
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

async function finish({ picture, rotationDegCw, sourcePixels }: Frame, number: number): Promise<MadePage> {
  const pixels = await upright(picture)
  const surface = await paperSurface(pixels)
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } as const
  const grey = await sharp(pixels.data, { raw }).toColourspace('b-w').raw().toBuffer()
  const quality = judge({ grey, widthPx: pixels.widthPx, heightPx: pixels.heightPx, surface, sourcePixels })
  evenLight(pixels, surface)
  const jpeg = await sharp(pixels.data, { raw }).jpeg({ quality: jpegQuality }).toBuffer()
  return { number, jpeg, widthPx: pixels.widthPx, heightPx: pixels.heightPx, rotationDegCw, corners: null, quality }
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
