/** A scan or photo as pixels, page by page: every page of a TIFF, one of all else. Turned as the file itself says. */
import sharp, { type Sharp } from 'sharp'
import { Fault } from '../errors'
import { mediaTypeOf } from '../message/file-type'
import { fromPixels, framesOf } from './decode-picture'
import { isMirrored, turnOf } from './orientation'
import type { Pixels } from './pdf-to-picture'

export interface PicturePages {
  readonly count: number
  /** Longer side at most `sidePx`; smaller pictures are enlarged to it, twice at most, where `enlarge` is set. Faults: `picture-too-large`, `picture-undecodable`. */
  pixels(index: number, sidePx: number, enlarge?: boolean): Promise<Pixels>
}

/** Nothing is decoded of a picture whose head promises more. */
const mostPixels = 100_000_000

/** The first page is decoded at once: what is no picture is refused here. Faults: `empty-file`, `not-a-picture`, `too-many-pages`, `picture-too-large`, `picture-undecodable`. */
export async function openPicturePages(bytes: Uint8Array, maxPages: number): Promise<PicturePages> {
  if (bytes.length === 0) throw new Fault('empty-file')
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const mediaType = mediaTypeOf(buffer)
  const isTiff = mediaType === 'image/tiff'
  const count = isTiff ? await pagesOfTiff(buffer) : 1
  if (count > maxPages) throw new Fault('too-many-pages')
  // HEIC and BMP go through decoders of their own: once is enough. A TIFF is read page by page.
  const decoded = isTiff ? null : await decodedOf(buffer, mediaType)
  const open = async (index: number): Promise<Sharp> => (decoded ? fromPixels(decoded) : tiffPage(buffer, index))
  if (isTiff) await (await open(0)).clone().resize({ width: 8 }).raw().toBuffer().catch(undecodable)
  return {
    count,
    async pixels(index, sidePx, enlarge = false) {
      if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError('no such page')
      const side = decoded && Math.max(decoded.widthPx, decoded.heightPx)
      if (decoded && (side === sidePx || (!enlarge && side !== null && side < sidePx))) return decoded
      return scaled(await open(index), sidePx, enlarge)
    },
  }
}

const undecodable = (cause: unknown): never => {
  throw new Fault('picture-undecodable', undefined, { cause })
}

async function pagesOfTiff(bytes: Buffer): Promise<number> {
  return (await sharp(bytes, { limitInputPixels: false }).metadata().catch(undecodable)).pages ?? 1
}

async function tiffPage(bytes: Buffer, page: number): Promise<Sharp> {
  const open = sharp(bytes, { page, pages: 1, limitInputPixels: false, failOn: 'error', sequentialRead: true })
  const { width, height } = await open.metadata().catch(undecodable)
  if (width * height > mostPixels) throw new Fault('picture-too-large')
  return open.autoOrient()
}

async function decodedOf(bytes: Buffer, mediaType: string): Promise<Pixels> {
  for await (const { picture, orientation } of framesOf(bytes, mediaType, 1, { maxPixels: mostPixels })) {
    const { data, info } = await rgba(picture).toBuffer({ resolveWithObject: true }).catch(undecodable)
    return setUpright({ widthPx: info.width, heightPx: info.height, data }, orientation)
  }
  throw new Fault('not-a-picture')
}

/** EXIF: mirrored first, then turned. */
async function setUpright(pixels: Pixels, orientation: number): Promise<Pixels> {
  const plain = isMirrored(orientation) ? await pixelsOf(fromPixels(pixels).flop()) : pixels
  const turn = turnOf(orientation)
  return turn === 0 ? plain : pixelsOf(fromPixels(plain).rotate(turn))
}

async function pixelsOf(picture: Sharp): Promise<Pixels> {
  const { data, info } = await rgba(picture).toBuffer({ resolveWithObject: true })
  return { widthPx: info.width, heightPx: info.height, data }
}

const rgba = (picture: Sharp): Sharp => picture.flatten({ background: '#fff' }).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' })

async function scaled(picture: Sharp, sidePx: number, enlarge: boolean): Promise<Pixels> {
  const size = { width: sidePx, height: sidePx, fit: 'inside' as const, withoutEnlargement: !enlarge }
  const { data, info } = await rgba(picture.resize(size)).toBuffer({ resolveWithObject: true }).catch(undecodable)
  return { widthPx: info.width, heightPx: info.height, data }
}
