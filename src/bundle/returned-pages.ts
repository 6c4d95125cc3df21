/** What came back from the teacher, opened for looking: a PDF, a picture or the pages of a TIFF. It draws no conclusion. */
import { PDFDict, PDFDocument, PDFHexString, PDFName, PDFString, ParseSpeeds } from '@cantoo/pdf-lib'
import { openPdf, type Pixels } from '../pages/pdf-to-picture'
import { openPicturePages } from '../pages/picture-pages'
import { pageKey } from './page-key'
import { isPhoto, onlySheetOf, scanSidePx } from './photo-of-sheet'

export interface ReturnedPages {
  readonly count: number
  /** Private entry of the page object; null without one. */
  pageKeyOf(index: number): string | null
  /** The page's own turn, degrees clockwise. */
  turnOf(index: number): number
  textOf(index: number): Promise<string>
  /** As a viewer shows it; `dpi` holds for A4 where the picture does not say its size. */
  picture(index: number, dpi: number): Promise<Pixels>
  /** Of a photo: whether the sheet on it is found and is the only one, so that nothing else is cut out with it. Null: no photo. */
  showsOneSheet(index: number): Promise<boolean | null>
  close(): Promise<void>
}

/** Programs put bytes before the header; Acrobat takes 1024. */
export const isPdf = (bytes: Uint8Array): boolean => Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).includes('%PDF-')

/** Faults: `empty-file`, `pdf-locked`, `pdf-damaged`, `too-many-pages`, `not-a-picture`, `picture-too-large`, `picture-undecodable`. */
export async function openReturned(bytes: Uint8Array, maxPages: number): Promise<ReturnedPages> {
  if (bytes.length > 0 && !isPdf(bytes)) return openPictures(bytes, maxPages)
  const pdf = await openPdf(bytes, maxPages)
  const facts = await factsOf(bytes, pdf.pageCount)
  return {
    count: pdf.pageCount,
    pageKeyOf: (index) => facts[index]?.key ?? null,
    turnOf: (index) => facts[index]?.turn ?? 0,
    textOf: (index) => pdf.text(index),
    picture: (index, dpi) => pdf.render(index, dpi),
    showsOneSheet: () => Promise.resolve(null),
    close: () => pdf.close(),
  }
}

/** Longer side of A4 in inches. */
const a4Side = 297 / 25.4

async function openPictures(bytes: Uint8Array, maxPages: number): Promise<ReturnedPages> {
  const pictures = await openPicturePages(bytes, maxPages)
  const nothing = { pageKeyOf: () => null, turnOf: () => 0, textOf: () => Promise.resolve(''), close: () => Promise.resolve() }
  // A coarse scan is read better enlarged: a mark's modules then are wider than the reader's window.
  const picture = (index: number, dpi: number): Promise<Pixels> => pictures.pixels(index, Math.round(a4Side * dpi), dpi > enlargedAboveDpi)
  const showsOneSheet = async (index: number): Promise<boolean | null> => {
    const pixels = await pictures.pixels(index, scanSidePx)
    return isPhoto(pixels) ? ((await onlySheetOf(pixels))?.corners ?? null) !== null : null
  }
  return { count: pictures.count, picture, showsOneSheet, ...nothing }
}

/** The first look takes a picture as it is. */
const enlargedAboveDpi = 150

export const loadOptions = { password: '', updateMetadata: false, parseSpeed: ParseSpeeds.Fastest, throwOnInvalidObject: false } as const

/** Keys and turns by page; empty where the object structure cannot be read (the marks are then all there is). */
async function factsOf(bytes: Uint8Array, pageCount: number): Promise<{ key: string | null; turn: number }[]> {
  const document = await PDFDocument.load(bytes, loadOptions).catch(() => null)
  if (!document) return []
  try {
    const pages = document.getPages()
    // Two readers that disagree on the pages: the private entries prove nothing then.
    if (pages.length !== pageCount) return []
    return pages.map((page) => ({ key: keyOf(page.node), turn: (((Math.round(page.getRotation().angle / 90) * 90) % 360) + 360) % 360 }))
  } catch (error) {
    if (error instanceof RangeError) throw error
    return []
  }
}

function keyOf(page: PDFDict): string | null {
  const value = page.context.lookup(page.get(PDFName.of(pageKey)))
  return value instanceof PDFString || value instanceof PDFHexString ? value.decodeText() : null
}
