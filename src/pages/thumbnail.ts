/** A page's JPEG → a small one that a mail can show: sharp enough on a phone, a few kilobytes. */
import sharp from 'sharp'

/** Pixels, twice what a mail shows: screens of phones have two and more a point. Landscape pages are as wide as portrait ones. */
const widthPx = 224
const mostHeightPx = 336

/** Without metadata. */
export const thumbnailOf = (jpeg: Buffer): Promise<Buffer> =>
  sharp(jpeg).resize({ width: widthPx, height: mostHeightPx, fit: 'inside' }).jpeg({ quality: 62, mozjpeg: false }).toBuffer()
