/** What surrounds the work on a sheet: the two marks with their text twins, the running foot. Nothing of it lies on the writing. */
import * as QRCode from 'qrcode/lib/core/qrcode'
import { margin, markSide, type Pile, quietZone } from './pile'
import { type Sheet, soft } from './sheet'
import { shownText } from './shown-text'

const twinSize = 4.6

/** The same mark top right and bottom left, each with its text twin: one of them torn or crossed out costs nothing (FEATURES.md 2.2). */
export function drawMarks(sheet: Sheet, mark: string, pile: Pile): void {
  // A fixed mask: trying all eight costs more than drawing the sheet, and a MAC is as good as random.
  const matrix = QRCode.create([{ data: mark, mode: 'alphanumeric' }], { errorCorrectionLevel: 'Q', version: 2, maskPattern: 4 }).modules
  const left = sheet.width - margin - markSide
  const lower = sheet.height - margin - markSide
  sheet.artifact(() => {
    sheet.modules(matrix, left, margin, markSide)
    sheet.text(left - quietZone, margin + markSide, mark, { face: pile.regular, size: twinSize, colour: soft, align: 'right' })
    sheet.modules(matrix, margin, lower, markSide)
    sheet.text(margin + markSide + quietZone, lower + twinSize * 0.73, mark, { face: pile.regular, size: twinSize, colour: soft })
  })
}

/** School, class, code and the sheet's number in the pile, bottom right. */
export function drawFoot(sheet: Sheet, number: number, pile: Pile): void {
  const { school, className, code } = pile.input
  const baseline = sheet.height - margin
  const right = sheet.width - margin
  sheet.artifact(() => {
    const taken = sheet.text(right, baseline, String(number), { face: pile.bold, size: 9, align: 'right' })
    const { shown, actualText } = shownText(`${school} · ${className} · ${code}`, pile.regular)
    const maxWidth = sheet.width - 2 * margin - markSide - quietZone - taken - 24
    sheet.text(right - taken - 8, baseline, shown, {
      face: pile.regular,
      size: 7.5,
      colour: soft,
      align: 'right',
      maxWidth,
      ...(actualText ? { actualText } : {}),
    })
  })
}
