/** What became of each page of a returned PDF or scan: whose it is and how we know. Data only. */

export type RecognisedBy = 'page-key' | 'mark' | 'text'

export interface RecognisedPage {
  /** From 0, order of the file. */
  index: number
  /** Null: not recognised (and neither cover nor blank: ask about it), or two marks disagree (`conflict`). */
  pageId: number | null
  /** Assignment code of the mark; null without one. */
  code: string | null
  by: RecognisedBy | null
  /** One of our covers: drop it silently. */
  cover: boolean
  /** Nothing marked, nothing written: drop it silently. */
  blank: boolean
  /** Authentic marks of different pages on one page, or a copied page key: never attach it by guess. */
  conflict: boolean
  /** Degrees clockwise (0, 90, 180, 270) that set the page, as a viewer shows it, upright. 0 where unknown. */
  rotationDegCw: number
}

export interface RecogniseLimits {
  /** More pages: Fault `too-many-pages`. */
  maxPages: number
  /** Only so many pages from the first are looked at. */
  first?: number
}

/** A page to cut out: of which of the files, which page, turned how far (degrees clockwise, as recognised). */
export interface PageCut {
  file: number
  index: number
  rotationDegCw: number
}

/** One student's copy: its pages in order, and where it is written. */
export interface CopyToCut {
  pages: PageCut[]
  outFile: string
}
