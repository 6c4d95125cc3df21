/** One source → its pages: decode by content, find the page, set it upright and flat, even the light, judge, JPEG without metadata. Runs in a worker. */
import { Fault } from '../errors'
import { mediaTypeOf } from '../message/file-type'
import { frameOf, framesOf } from './decode-picture'
import { findPages } from './find-pages'
import { finish, finishDrawn } from './finish-page'
import type { Frame } from './found-page'
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
  for await (const frame of framesOf(bytes, mediaType, maxPages, limits)) await addPages(frame, pages, maxPages)
  return pages
}

/** An open exercise book is two pages. */
async function addPages(frame: Frame, pages: MadePage[], maxPages: number): Promise<void> {
  for (const found of await findPages(frame)) {
    if (pages.length >= maxPages) throw new Fault('too-many-pages')
    pages.push(await (frame.kind === 'drawn' ? finishDrawn : finish)(found, pages.length + 1))
  }
}

async function pagesOfPdf(bytes: Buffer, maxPages: number): Promise<MadePage[]> {
  const pdf = await openPdf(bytes, maxPages)
  try {
    const pages: MadePage[] = []
    for (let index = 0; index < pdf.pageCount; index++) {
      const kind = (await pdf.isPicture(index)) ? 'photo' : 'drawn'
      const pixels = await pdf.render(index, pdfDpi, a4.shortPx * a4.longPx * 1.2)
      await addPages(frameOf(pixels, kind), pages, maxPages)
    }
    return pages
  } finally {
    await pdf.close()
  }
}
