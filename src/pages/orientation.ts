/** EXIF orientation (CIPA DC-008 §4.6.4), 1–8, in numbers. */
import type { MadePage } from './page'
import type { Quad } from './projection'

/** Degrees clockwise that set the stored pixels upright; mirrored ones turn as their unmirrored twin. */
export function turnOf(orientation: number): MadePage['rotationDegCw'] {
  if (orientation === 3 || orientation === 4) return 180
  if (orientation === 5 || orientation === 8) return 270
  return orientation === 6 || orientation === 7 ? 90 : 0
}

/** Stored pixels have to be flopped (left to right) before they are turned. */
export const isMirrored = (orientation: number): boolean => [2, 4, 5, 7].includes(orientation)

/** Degrees clockwise that set a page upright whose corners, in stored pixels, are counted from its upright top left. */
export function rotationOf([[leftX, leftY], [rightX, rightY]]: Quad, isMirror: boolean): MadePage['rotationDegCw'] {
  const slope = Math.atan2(rightY - leftY, (rightX - leftX) * (isMirror ? -1 : 1))
  return (((4 - Math.round(slope / (Math.PI / 2))) % 4) * 90) as MadePage['rotationDegCw']
}
