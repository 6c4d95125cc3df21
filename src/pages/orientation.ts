/** EXIF orientation (CIPA DC-008 §4.6.4), 1–8, in numbers. */
import type { MadePage } from './page'

/** Degrees clockwise that set the stored pixels upright; mirrored ones turn as their unmirrored twin. */
export function turnOf(orientation: number): MadePage['rotationDegCw'] {
  if (orientation === 3 || orientation === 4) return 180
  if (orientation === 5 || orientation === 8) return 270
  return orientation === 6 || orientation === 7 ? 90 : 0
}

/** Stored pixels have to be flopped (left to right) before they are turned. */
export const isMirrored = (orientation: number): boolean => [2, 4, 5, 7].includes(orientation)
