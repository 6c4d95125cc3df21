/** Cuts one student's pages out of the teacher's returned files: the ink visible, nothing active, nothing of anybody else. */
import { Fault } from '../errors'
import { CleanCopier } from './clean-copy'
import { type Literal, PdfFile, pdfText } from './pdf-file'
import { rebuildPage } from './rebuilt-page'
import type { PageCut } from './recognised-page'
import { renderPage } from './rendered-page'
import { openReturnedSource, type ReturnedSource } from './returned-source'
import { Typeface } from './typeface'

export interface CutSources {
  /** TrueType, for text of annotations. */
  regularFont: Uint8Array
  /** '' for none. */
  title: string
  maxPages: number
}

/** Files kept open at once: a student's pages mostly lie in one. */
const mostOpen = 2

/** Cuts copies from several files, each opened once as long as copies follow their order. Close it when done. */
export class CorrectionCutter {
  private readonly open = new Map<number, ReturnedSource>()

  constructor(
    private readonly read: (file: number) => Uint8Array,
    private readonly sources: CutSources,
  ) {}

  /**
   * The pages, in the order given, as one PDF.
   *
   * Pages are rebuilt from what they draw (THREATS.md D9): no script, action, file, form, outline, layer, metadata or private entry is carried over, and of
   * shared resources only what a page names. Annotations are drawn in, with or without an appearance. A page that cannot be rebuilt cleanly is rendered at
   * 150 dpi instead, and so is a picture (scan). Faults: `empty-file`, `pdf-locked`, `pdf-damaged`, `too-many-pages`, `not-a-picture` …
   */
  async cut(cuts: PageCut[]): Promise<Uint8Array> {
    const toRender = new Set<PageCut>()
    for (;;) {
      try {
        return await this.written(cuts, toRender)
      } catch (error) {
        if (!(error instanceof Unclean)) throw error
        // Begun anew: nothing of a page that is not clean stays in the file.
        toRender.add(error.cut)
      }
    }
  }

  async close(): Promise<void> {
    for (const source of this.open.values()) await source.close()
    this.open.clear()
  }

  private async written(cuts: PageCut[], toRender: ReadonlySet<PageCut>): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    const pdf = new PdfFile((chunk) => parts.push(chunk))
    const tools = { pdf, tree: pdf.reserve(), face: new Typeface(this.sources.regularFont, 'CtFont', pdf.reserve()) }
    const copiers = new Map<number, CleanCopier>()
    const kids = []
    for (const cut of cuts) {
      const source = await this.source(cut.file)
      if (!Number.isInteger(cut.index) || cut.index < 0 || cut.index >= source.count) throw new RangeError('no such page')
      const page = source.page(cut.index)
      if (page && source.canRebuild && !toRender.has(cut)) {
        const copier = copiers.get(cut.file) ?? new CleanCopier(page.node.context, pdf)
        copiers.set(cut.file, copier)
        try {
          kids.push(rebuildPage(page, cut.rotationDegCw, copier, tools))
        } catch (error) {
          // Whatever the object structure hides or breaks: pdfium has opened the file, so its picture is the answer.
          throw error instanceof Fault ? error : new Unclean(cut)
        }
      } else {
        const { pixels, turnedDegCw } = await source.picture(cut.index)
        kids.push(await renderPage(pixels, (cut.rotationDegCw - turnedDegCw + 720) % 360, page, tools))
      }
    }
    if (tools.face.isUsed) await tools.face.write(pdf)
    finish(pdf, tools.tree, kids, this.sources.title)
    return Buffer.concat(parts)
  }

  private async source(file: number): Promise<ReturnedSource> {
    const known = this.open.get(file)
    if (known) return known
    for (const [other, source] of this.open) {
      if (this.open.size < mostOpen) break
      this.open.delete(other)
      await source.close()
    }
    const source = await openReturnedSource(this.read(file), this.sources.maxPages)
    this.open.set(file, source)
    return source
  }
}

/** A page that must be rendered. */
class Unclean extends Error {
  constructor(readonly cut: PageCut) {
    super('a page that cannot be rebuilt')
  }
}

function finish(pdf: PdfFile, tree: Parameters<PdfFile['write']>[0], kids: Literal[], title: string): void {
  pdf.write(tree, { Type: 'Pages', Kids: kids, Count: kids.length })
  const root = pdf.add({ Type: 'Catalog', Pages: tree, ...(title ? { ViewerPreferences: { DisplayDocTitle: true } } : {}) } as Record<string, Literal>)
  const info: Record<string, Literal> = { Producer: pdfText('Cartable') }
  if (title) info.Title = pdfText(title)
  pdf.finish(root, pdf.add(info))
}
