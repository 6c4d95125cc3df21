/** What a page is: a JPEG of at most A4 at 200 dpi, upright, without metadata, with a word on its quality. */

/** A4 at 200 dpi, portrait. A landscape page may be 2339 wide and 1654 high. */
export const a4 = { shortPx: 1654, longPx: 2339 } as const

export type Verdict = 'good' | 'blurry' | 'dark' | 'overexposed' | 'small' | 'cut-off' | 'not-a-page'

export interface Quality {
  /** 0 (no edge is sharp) to 1. */
  sharpness: number
  /** Median light of the paper, 0 (black) to 1 (white), before it was evened. */
  exposure: number
  verdict: Verdict
}

export interface MadePage {
  /** From 1, order of the source. */
  number: number
  jpeg: Buffer
  /** A small JPEG, for mails; null where nobody asked for one. */
  thumbnail: Buffer | null
  widthPx: number
  heightPx: number
  /** Degrees clockwise applied to the stored pixels. */
  rotationDegCw: 0 | 90 | 180 | 270
  /** Neither the writing nor, in agreement, the file and the shape of the page said which way is up. */
  isTurnDoubtful: boolean
  /** Page in the picture's stored pixels: top-left, top-right, bottom-right, bottom-left of the upright page; null: whole picture taken. */
  corners: [number, number][] | null
  quality: Quality
  /** Of near-duplicate.ts. */
  fingerprint: Buffer
}

export interface PageSource {
  file: string
  /** More pages: Fault `too-many-pages`. */
  maxPages: number
  /** Small pictures of the pages are wanted too. */
  thumbnails?: boolean
}

export interface PageLimits {
  maxPixels: number
}

/** RGB, three bytes a pixel, rows from the top. */
export interface RgbPixels {
  widthPx: number
  heightPx: number
  data: Buffer
}

/** JPEG quality of what comes out: 80 keeps pencil, about 180 KB a page (SPEED.md: mozjpeg costs ten times for 13 %). */
export const jpegQuality = 80
