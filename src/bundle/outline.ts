/** The outline beside the pile: one entry a student, named as in the roster. */
import type { PDFRef } from './pdf-objects'
import { type Literal, type PdfFile, pdfText } from './pdf-file'

export interface OutlineEntry {
  title: string
  page: PDFRef | null
  /** Nothing of this student in the pile: grey and slanted, leads to the cover. */
  faint: boolean
}

/** Writes the entries in order (ISO 32000-1 §12.3.3); gives their root. */
export function writeOutline(pdf: PdfFile, entries: OutlineEntry[]): PDFRef {
  const root = pdf.reserve()
  const refs = entries.map(() => pdf.reserve())
  entries.forEach(({ title, page, faint }, index) => {
    const item: Record<string, Literal> = { Title: pdfText(title), Parent: root }
    const [before, self, after] = [refs[index - 1], refs[index], refs[index + 1]]
    if (before) item.Prev = before
    if (after) item.Next = after
    if (page) item.Dest = [page, 'XYZ', null, null, null]
    if (faint) Object.assign(item, { C: [0.45, 0.45, 0.45], F: 1 })
    if (self) pdf.write(self, item)
  })
  const [first, last] = [refs[0], refs.at(-1)]
  return pdf.write(root, { Type: 'Outlines', Count: refs.length, ...(first && last ? { First: first, Last: last } : {}) })
}
