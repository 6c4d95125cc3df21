/** What passes between the stages: decoded frame → found page → finished page. */
import type { Sharp } from 'sharp'
import type { MadePage, RgbPixels } from './page'
import type { SideKind } from './refine-quad'

/** A picture as stored, not turned: a pipeline that yields its pixels, and what the file says about them. */
export interface Frame {
  picture: Sharp
  /** Size of what `picture` yields. */
  widthPx: number
  heightPx: number
  /** EXIF orientation (CIPA DC-008 §4.6.4), 1–8, that still has to be applied; 1 where the file is silent. */
  orientation: number
  /** `drawn`: rendered from text and lines (PDF); it is upright and whole, and is neither turned nor cropped. */
  kind: 'photo' | 'drawn'
}

/** What the place of the page tells about its quality. */
export interface PageFacts {
  /** Share of the picture that the page covers, 0–1. */
  pictureShare: number
  /** Pixels of the stored picture for a millimetre of the page, if it is as large as A4 or, half a spread, A5 or larger. */
  pixelsPerMm: number
  /** Share of the page that lies outside the picture, 0–1. */
  outsideShare: number
  /** That there is a page at all, 0–1. */
  pageLikelihood: number
}

/** Upright and flat, fitted into A4 at 200 dpi, its light as photographed. */
export interface FoundPage {
  pixels: RgbPixels
  rotationDegCw: MadePage['rotationDegCw']
  isTurnDoubtful: boolean
  corners: MadePage['corners']
  /** What ends the page: top, right, bottom, left. */
  sides: SideKind[]
  facts: PageFacts
}
