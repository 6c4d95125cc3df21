/** Pages of a PDF as pixels, and pixels as JPEG: through pdfium and sharp, in memory alone. It judges no content, runs no script of a PDF and fetches nothing. */
import { PDFiumLibrary, type PDFiumDocument } from '@hyzyla/pdfium'
import sharp from 'sharp'
import { Fault } from '../errors'

/** RGBA, four bytes a pixel, rows from the top. */
export interface Pixels {
  widthPx: number
  heightPx: number
  data: Uint8Array
}

export interface OpenPdf {
  readonly pageCount: number
  /** As a viewer shows it, turned by its /Rotate; in points (1/72 inch). Faults: `pdf-damaged`. */
  sizeOf(index: number): Promise<{ width: number; height: number }>
  /** Annotations and form fields are drawn. Resolution is lowered where the page would have more than `maxPixels`. Faults: `pdf-damaged`. */
  render(index: number, dpi: number, maxPixels?: number): Promise<Pixels>
  /** One picture is all there is on it: a photo or a scan that was put into a PDF. Faults: `pdf-damaged`. */
  isPicture(index: number): Promise<boolean>
  /** Text of the page in the order it is drawn; '' where there is none. Faults: `pdf-damaged`. */
  text(index: number): Promise<string>
  /** Frees the memory; the document is not used afterwards. */
  close(): Promise<void>
}

const defaultMaxPixels = 12_000_000

/** Loaded once a process: about 60 ms. */
let library: Promise<PDFiumLibrary> | undefined

/**
 * Opens a PDF; files locked for the owner only open too (empty password). Call `close` when done.
 *
 * @param maxPages more: Fault `too-many-pages`, before any page is read.
 * Faults: `empty-file`, `pdf-locked` (needs a password), `pdf-damaged`.
 */
export async function openPdf(bytes: Uint8Array, maxPages = Number.POSITIVE_INFINITY): Promise<OpenPdf> {
  if (bytes.length === 0) throw new Fault('empty-file')
  library ??= PDFiumLibrary.init()
  let document: PDFiumDocument
  try {
    document = await (await library).loadDocument(bytes)
  } catch (cause) {
    // The package tells its reasons by text alone; these are the constants of its pinned version, held by a test.
    const locked = cause instanceof Error && /^(Password required|Unsupported security)/.test(cause.message)
    throw new Fault(locked ? 'pdf-locked' : 'pdf-damaged', undefined, { cause })
  }
  const pageCount = document.getPageCount()
  if (pageCount > maxPages || pageCount === 0) {
    document.destroy()
    throw new Fault(pageCount === 0 ? 'pdf-damaged' : 'too-many-pages')
  }
  return new PdfiumPages(document, pageCount)
}

type PdfiumPage = ReturnType<PDFiumDocument['getPage']>

class PdfiumPages implements OpenPdf {
  /** Loaded and not yet closed; the package closes a page only at the end of `render`. */
  private open: { index: number; page: PdfiumPage } | null = null

  constructor(
    private readonly document: PDFiumDocument,
    readonly pageCount: number,
  ) {}

  async sizeOf(index: number): Promise<{ width: number; height: number }> {
    const { originalWidth: width, originalHeight: height } = (await this.page(index)).getOriginalSize()
    if (!(width > 0) || !(height > 0)) throw new Fault('pdf-damaged')
    return { width, height }
  }

  async render(index: number, dpi: number, maxPixels = defaultMaxPixels): Promise<Pixels> {
    const { width, height } = await this.sizeOf(index)
    const scale = Math.min(dpi / 72, Math.sqrt(maxPixels / (width * height)))
    const [widthPx, heightPx] = [Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale))]
    const page = await this.page(index)
    this.open = null
    try {
      const { data } = await page.render({ width: widthPx, height: heightPx, renderFormFields: true })
      return { widthPx, heightPx, data }
    } catch (cause) {
      throw new Fault('pdf-damaged', undefined, { cause })
    }
  }

  async isPicture(index: number): Promise<boolean> {
    const page = await this.page(index)
    try {
      let pictures = 0
      for (const object of page.objects()) {
        if (object.type !== 'image' || pictures > 0) return false
        pictures++
      }
      return pictures === 1
    } catch (cause) {
      throw new Fault('pdf-damaged', undefined, { cause })
    }
  }

  async text(index: number): Promise<string> {
    const page = await this.page(index)
    try {
      return page.getText()
    } catch (cause) {
      throw new Fault('pdf-damaged', undefined, { cause })
    }
  }

  async close(): Promise<void> {
    await this.closePage()
    this.document.destroy()
  }

  private async page(index: number): Promise<PdfiumPage> {
    if (!Number.isInteger(index) || index < 0 || index >= this.pageCount) throw new RangeError('no such page')
    if (this.open?.index === index) return this.open.page
    await this.closePage()
    this.open = { index, page: this.document.getPage(index) }
    return this.open.page
  }

  private async closePage(): Promise<void> {
    const page = this.open?.page
    this.open = null
    await page?.render({ width: 1, height: 1 })
  }
}

/** Pixels as a JPEG without any metadata, turned by quarter turns clockwise. */
export async function pixelsToJpeg(pixels: Pixels, rotationDegCw = 0, quality = 80): Promise<{ jpeg: Buffer; widthPx: number; heightPx: number }> {
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: 4 } as const
  const { data, info } = await sharp(pixels.data, { raw }).rotate(rotationDegCw).removeAlpha().jpeg({ quality }).toBuffer({ resolveWithObject: true })
  return { jpeg: data, widthPx: info.width, heightPx: info.height }
}
