/** Where on a picture the sheet lies whose mark was read, and whether something else is written beside it: a neighbour's sheet may lie there. Pure. */
import type { Pixels } from '../pages/pdf-to-picture'
import { isBlankPage } from './blank-page'
import { insetMm, longMm, markMm, middleOf, type PrintedMark, sideOf } from './printed-mark'

export interface Area {
  left: number
  top: number
  right: number
  bottom: number
}

/** Mean brightness of 255. */
const darkGlass = 80

interface Size {
  widthPx: number
  heightPx: number
}

const shortMm = 210
/** Two sheets side by side are half of the picture each, and a sheet with wide margins more. */
const mostOfPicture = 0.67
/** What a sheet that lies askew may reach beyond its upright frame, of its long side. */
const aroundSheet = 0.04

/** In pixels: between both marks; from one, where most of the sheet is on the picture. */
export function sheetOn({ widthPx, heightPx }: Size, { codes, rotationDegCw }: PrintedMark): Area {
  const places = codes.map((corners) => ({ ...middleOf(corners), mm: sideOf(corners) / markMm }))
  const [one] = places
  if (!one) return { left: 0, top: 0, right: widthPx, bottom: heightPx }
  const mm = places.reduce((sum, place) => sum + place.mm, 0) / places.length
  const inset = insetMm * mm
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)]
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
  if (right - left > inset && bottom - top > inset) return { left: left - inset, top: top - inset, right: right + inset, bottom: bottom + inset }
  // Upper right and lower left on an upright sheet; held upright or lying.
  const down = rotationDegCw % 180 === 0 ? -1 : 1
  const areas = [
    [shortMm, longMm],
    [longMm, shortMm],
  ].flatMap(([width = 0, height = 0]) =>
    [1, -1].map((side): Area => {
      const x = side > 0 ? one.x + inset - width * mm : one.x - inset
      const y = side * down > 0 ? one.y + inset - height * mm : one.y - inset
      return { left: x, top: y, right: x + width * mm, bottom: y + height * mm }
    }),
  )
  const onPicture = (area: Area): number =>
    Math.max(0, Math.min(area.right, widthPx) - Math.max(area.left, 0)) * Math.max(0, Math.min(area.bottom, heightPx) - Math.max(area.top, 0))
  return areas.reduce((best, area) => (onPicture(area) > onPicture(best) ? area : best))
}

/** Whether the sheet leaves room for another one. */
export const leavesRoom = ({ widthPx, heightPx }: Size, { left, top, right, bottom }: Area): boolean =>
  (right - left) * (bottom - top) < mostOfPicture * widthPx * heightPx

/** Whether nothing is to be seen outside the sheet; a copier's glass without its lid is black. @param dpi of the pixels. */
export function isBareBeside({ widthPx, heightPx, data }: Pixels, sheet: Area, dpi: number): boolean {
  const around = Math.max(sheet.right - sheet.left, sheet.bottom - sheet.top) * aroundSheet
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)))
  const [left, right] = [within(sheet.left - around, widthPx), within(sheet.right + around, widthPx)]
  const [top, bottom] = [within(sheet.top - around, heightPx), within(sheet.bottom + around, heightPx)]
  const beside = Uint8Array.from(data)
  const paintSheet = (value: number): void => {
    for (let y = top; y < bottom; y++) beside.fill(value, (y * widthPx + left) * 4, (y * widthPx + right) * 4)
  }
  paintSheet(0)
  const sum = beside.reduce((total, value, at) => ((at & 3) === 1 ? total + value : total), 0)
  const isDark = sum / Math.max(1, widthPx * heightPx - (right - left) * (bottom - top)) < darkGlass
  if (isDark) for (let at = 0; at < beside.length; at++) beside[at] = 255 - (beside[at] ?? 0)
  paintSheet(255)
  return isBlankPage({ widthPx, heightPx, data: beside }, dpi)
}
