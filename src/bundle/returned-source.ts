/** One file that came back, opened for cutting: pdfium draws it, pdf-lib knows its objects. It writes nothing. */
import { PDFArray, PDFDict, PDFDocument, PDFName, type PDFPage } from '@cantoo/pdf-lib'
import { openPicturePages, type PicturePages } from '../pages/picture-pages'
import { openPdf, type Pixels } from '../pages/pdf-to-picture'
import { isPhoto, onlySheetOf, scanSidePx } from './photo-of-sheet'
import { isPdf, loadOptions } from './returned-pages'

export interface ReturnedSource {
  readonly count: number
  /** The page's objects; null: a picture, or the object structure cannot be trusted. */
  page(index: number): PDFPage | null
  /** Whether its pages can be rebuilt from their objects at all. */
  readonly canRebuild: boolean
  /** As a viewer shows it. `turnedDegCw`: what the picture was turned already. */
  picture(index: number): Promise<{ pixels: Pixels; turnedDegCw: number }>
  close(): Promise<void>
}

const rasterDpi = 150
/** Faults: `empty-file`, `pdf-locked`, `pdf-damaged`, `too-many-pages`, `not-a-picture` … */
export async function openReturnedSource(bytes: Uint8Array, maxPages: number): Promise<ReturnedSource> {
  if (bytes.length > 0 && !isPdf(bytes)) return fromPictures(await openPicturePages(bytes, maxPages))
  const pdf = await openPdf(bytes, maxPages)
  const document = await PDFDocument.load(bytes, loadOptions).catch(() => null)
  const pages = document ? pagesOf(document) : []
  // Two readers that disagree on the pages: what pdfium shows is the answer.
  const known = document !== null && pages.length === pdf.pageCount
  return {
    count: pdf.pageCount,
    page: (index) => (known ? (pages[index] ?? null) : null),
    canRebuild: known && !hidesLayers(document),
    picture: async (index) => ({ pixels: await pdf.render(index, rasterDpi), turnedDegCw: 0 }),
    close: () => pdf.close(),
  }
}

function pagesOf(document: PDFDocument): PDFPage[] {
  try {
    return document.getPages()
  } catch (error) {
    if (error instanceof RangeError) throw error
    return []
  }
}

/** Layers that are switched off would come to light in a copy without layers. */
function hidesLayers(document: PDFDocument): boolean {
  const layers = document.context.lookup(document.catalog.get(PDFName.of('OCProperties')))
  const usual = layers instanceof PDFDict ? document.context.lookup(layers.get(PDFName.of('D'))) : undefined
  if (!(usual instanceof PDFDict)) return false
  const off = document.context.lookup(usual.get(PDFName.of('OFF')))
  const base = usual.get(PDFName.of('BaseState'))?.toString() ?? '/ON'
  return base !== '/ON' || (off instanceof PDFArray && off.size() > 0)
}

function fromPictures(pictures: PicturePages): ReturnedSource {
  return {
    count: pictures.count,
    page: () => null,
    canRebuild: false,
    picture: async (index) => {
      const pixels = await pictures.pixels(index, scanSidePx)
      return isPhoto(pixels) ? cleaned(pixels) : { pixels, turnedDegCw: 0 }
    },
    close: () => Promise.resolve(),
  }
}

/** Several sheets on one photo stay the picture that it is. */
async function cleaned(photo: Pixels): Promise<{ pixels: Pixels; turnedDegCw: number }> {
  const page = await onlySheetOf(photo)
  if (!page) return { pixels: photo, turnedDegCw: 0 }
  const pictures = await openPicturePages(page.jpeg, 1)
  return { pixels: await pictures.pixels(0, scanSidePx), turnedDegCw: page.rotationDegCw }
}
