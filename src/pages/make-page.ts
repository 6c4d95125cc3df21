/** One source → its pages: decode by content, set upright, fit to A4, even the light, judge, JPEG without metadata. Runs in a worker. */
import { Fault } from '../errors'
import { mediaTypeOf } from '../message/file-type'
import { fromPixels, framesOf } from './decode-picture'
import { finish } from './finish-page'
import { a4, type MadePage, type PageLimits } from './page'
import { openPdf } from './pdf-to-picture'

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
