/** The order in which a reader without eyes meets the pile: headings, tables, figures with their alternate text (ISO 32000-1 §14.7, §14.8). Draws nothing. */
import type { PDFRef } from './pdf-objects'
import { type Literal, type PdfFile, pdfText } from './pdf-file'
import type { Sheet } from './sheet'

export type StructureTag = 'Document' | 'Sect' | 'H1' | 'H2' | 'P' | 'Table' | 'TR' | 'TH' | 'TD' | 'Link' | 'Figure'

interface Element {
  tag: StructureTag
  ref: PDFRef
  parent: PDFRef
  kids: Literal[]
  alt: string | null
  title: string | null
}

export class StructureTree {
  private readonly root: PDFRef
  private readonly elements: Element[] = []
  /** Key of the parent tree → element, or elements by the number of their content. */
  private readonly parents: Literal[] = []
  private readonly sheetKeys = new Map<Sheet, { key: number; elements: PDFRef[] }>()

  constructor(private readonly pdf: PdfFile) {
    this.root = pdf.reserve()
  }

  element(tag: StructureTag, parent: number | null, facts: { alt?: string; title?: string } = {}): number {
    const above = parent === null ? undefined : this.elements[parent]
    const ref = this.pdf.reserve()
    above?.kids.push(ref)
    return this.elements.push({ tag, ref, parent: above?.ref ?? this.root, kids: [], alt: facts.alt ?? null, title: facts.title ?? null }) - 1
  }

  /** Draws on the sheet as content of the element. */
  draw(element: number, sheet: Sheet, draw: () => void): void {
    const owner = this.elements[element]
    if (!owner) throw new Error('no such element')
    const id = sheet.tagged(owner.tag, draw)
    owner.kids.push(this.pdf.dict({ Type: 'MCR', Pg: sheet.ref, MCID: id }))
    this.entryOf(sheet).elements[id] = owner.ref
  }

  /** A new element that holds just this content. */
  add(tag: StructureTag, parent: number, sheet: Sheet, draw: () => void, facts: { alt?: string; title?: string } = {}): number {
    const element = this.element(tag, parent, facts)
    this.draw(element, sheet, draw)
    return element
  }

  /** Key of the sheet in the parent tree (`StructParents`). */
  keyOf(sheet: Sheet): number {
    return this.entryOf(sheet).key
  }

  /** Ties an annotation to its element; gives its `StructParent`. */
  annotation(element: number, sheet: Sheet, annotation: PDFRef): number {
    const owner = this.elements[element]
    if (!owner) throw new Error('no such element')
    owner.kids.push(this.pdf.dict({ Type: 'OBJR', Pg: sheet.ref, Obj: annotation }))
    return this.parents.push(owner.ref) - 1
  }

  /** Once, when all is drawn. */
  write(): PDFRef {
    for (const { tag, ref, parent, kids, alt, title } of this.elements) {
      const more: Record<string, Literal> = tag === 'TH' ? { A: { O: 'Table', Scope: 'Column' } } : {}
      if (alt !== null) more.Alt = pdfText(alt)
      if (title !== null) more.T = pdfText(title)
      this.pdf.write(ref, { Type: 'StructElem', S: tag, P: parent, K: kids, ...more })
    }
    for (const { key, elements } of this.sheetKeys.values()) this.parents[key] = elements
    const top = this.elements[0]
    return this.pdf.write(this.root, {
      Type: 'StructTreeRoot',
      K: top ? [top.ref] : [],
      ParentTree: { Nums: this.parents.flatMap((entry, key) => [key, entry]) },
      ParentTreeNextKey: this.parents.length,
    })
  }

  private entryOf(sheet: Sheet): { key: number; elements: PDFRef[] } {
    const known = this.sheetKeys.get(sheet)
    if (known) return known
    const entry = { key: this.parents.push([]) - 1, elements: [] }
    this.sheetKeys.set(sheet, entry)
    return entry
  }
}
