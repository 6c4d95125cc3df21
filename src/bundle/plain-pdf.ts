/** Pages as one plain PDF, A4, without marks or cover: what `cartable scan -o` writes. */
import { PDFDocument } from 'pdf-lib'

/** A4 in points (ISO 216: 210 × 297 mm). */
const shortPt = 595.28
const longPt = 841.89

/** Each JPEG fills its sheet, portrait or landscape, centred. The file says nothing of time or maker. */
export async function plainPdf(pages: { jpeg: Uint8Array; widthPx: number; heightPx: number }[]): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false })
  for (const { jpeg, widthPx, heightPx } of pages) {
    const isPortrait = heightPx >= widthPx
    const [width, height] = isPortrait ? [shortPt, longPt] : [longPt, shortPt]
    const scale = Math.min(width / widthPx, height / heightPx)
    const sheet = document.addPage([width, height])
    // A copy: pdf-lib reads a JPEG's head from the start of the memory that a view lies in, and small pages lie side by side in one.
    sheet.drawImage(await document.embedJpg(Uint8Array.from(jpeg)), {
      x: (width - widthPx * scale) / 2,
      y: (height - heightPx * scale) / 2,
      width: widthPx * scale,
      height: heightPx * scale,
    })
  }
  return document.save()
}
