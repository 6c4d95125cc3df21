/** What every sheet of one pile shares while it is drawn: words, hours, faces, tags, measures. Holds no page. */
import type { BundleWords } from '../text/bundle-words'
import type { BundleInput } from './bundle-input'
import { mm } from './sheet'
import type { StructureTree } from './structure-tree'
import type { Typeface } from './typeface'
import type { Hours } from './when'

export interface Pile {
  input: BundleInput
  words: BundleWords
  hours: Hours
  regular: Typeface
  bold: Typeface
  tree: StructureTree
  /** Element of the whole document. */
  document: number
}

/** ISO 216. */
export const a4 = { width: mm(210), height: mm(297) } as const
/** FEATURES.md E4: what every printer reaches. */
export const margin = mm(10)
export const markSide = mm(16)
/** Four modules (ISO/IEC 18004 §9.1) of the 25 that version 2 has, beside the mark on all sides. */
export const quietZone = (markSide * 4) / 25
/** From the upper and lower edge of the sheet: the strips that hold marks, name and numbers. Between them is the place for the work. */
export const strip = margin + markSide + quietZone
