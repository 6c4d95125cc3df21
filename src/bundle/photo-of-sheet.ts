/** A returned picture that is a photo and no scan: the one sheet on it, cleaned as a pupil's page is (FEATURES.md 2.3). */
import { isFault } from '../errors'
import { makePages } from '../pages/make-page'
import type { MadePage } from '../pages/page'
import { pixelsToJpeg, type Pixels } from '../pages/pdf-to-picture'

/** Longer side of a scanned page: A4 at 200 dpi. */
export const scanSidePx = 2339
/** Sheets of a copier are A4 within this; other pictures are photos. */
const a4Tolerance = 0.04
/** More sheets on one picture are not told apart. */
const mostSheets = 8

export function isPhoto({ widthPx, heightPx }: Pixels): boolean {
  const ratio = Math.max(widthPx, heightPx) / Math.min(widthPx, heightPx)
  return Math.abs(ratio - Math.SQRT2) > a4Tolerance
}

/** Null where several sheets are found, or nothing that can be cleaned. */
export async function onlySheetOf(photo: Pixels): Promise<MadePage | null> {
  const { jpeg } = await pixelsToJpeg(photo, 0, 92)
  try {
    const pages = await makePages(jpeg, mostSheets, { maxPixels: photo.widthPx * photo.heightPx })
    return pages.length === 1 ? (pages[0] ?? null) : null
  } catch (error) {
    if (isFault(error)) return null
    throw error
  }
}
