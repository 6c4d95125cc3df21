/** The sheets of one student: the work, fitted between the marks, under name and page number. Long typed work runs over several sheets. */
import type { PDFRef } from './pdf-objects'
import type { BundlePage, BundleStudent } from './bundle-input'
import { a4, margin, markSide, type Pile, quietZone, strip } from './pile'
import { hairline, mm, type Sheet, soft } from './sheet'
import { shownName, shownText } from './shown-text'
import { hasRightToLeft } from './text-runs'
import { fill } from './when'
import { wrappedText } from './wrapped-text'

/** Sheets that one page of typed work may take. */
const maxSheetsOfText = 20
const lineHeight = mm(5.6)
const textSize = 10.5
const textMargin = mm(20)
const headingRoom = mm(11)

interface Words {
  heading: string
  lines: string[]
  /** Of the file, on the first sheet. */
  filename: string | null
  notes: string[]
}

export interface StudentSheet {
  student: BundleStudent
  page: BundlePage
  /** Of the student's sheets, from 1. */
  i: number
  n: number
  landscape: boolean
  /** Null for a picture. */
  words: Words | null
}

/** What the student's pages take, in order; empty without pages. */
export function planStudent(student: BundleStudent, pile: Pile): StudentSheet[] {
  const sheets = student.pages.flatMap((page): Omit<StudentSheet, 'i' | 'n'>[] =>
    page.kind === 'picture'
      ? [{ student, page, landscape: page.widthPx > page.heightPx, words: null }]
      : wordsOf(page, pile).map((words) => ({ student, page, landscape: false, words })),
  )
  return sheets.map((sheet, index) => ({ ...sheet, i: index + 1, n: sheets.length }))
}

export const sizeOf = (plan: StudentSheet): { width: number; height: number } =>
  plan.landscape ? { width: a4.height, height: a4.width } : { width: a4.width, height: a4.height }

function wordsOf(page: Exclude<BundlePage, { kind: 'picture' }>, { input, words, regular }: Pile): Words[] {
  if (page.kind === 'unreadable') return split(words.unreadableHeading, page.filename, page.reason, regular, words)
  if (page.kind === 'typed') return split(words.typedHeading, null, page.text, regular, words)
  // Its text might name who wrote it.
  if (input.anonymous && page.text === null) return split(words.documentHeading, page.filename, words.documentKeptBack, regular, words)
  const text = page.text?.trim() ? `${words.documentText}\n\n${page.text}` : words.documentWithoutText
  return split(words.documentHeading, page.filename, `${input.anonymous ? words.documentKeptBack : words.documentRidesAlong}\n${text}`, regular, words)
}

function split(heading: string, filename: string | null, text: string, face: Pile['regular'], words: Pile['words']): Words[] {
  const perSheet = Math.floor((a4.height - 2 * strip - headingRoom - mm(12)) / lineHeight) - 1
  const { shown, actualText } = shownText(text.slice(0, 200_000).replace(/\t/g, '    '), face)
  const { lines, cut } = wrappedText(shown, face, textSize, a4.width - 2 * textMargin, perSheet * maxSheetsOfText)
  const notes = [...(actualText === undefined ? [] : [words.undrawable]), ...(cut ? [words.textCut] : [])]
  const count = Math.max(1, Math.ceil(lines.length / perSheet))
  return Array.from({ length: count }, (_, index) => ({
    heading,
    filename: index === 0 ? filename : null,
    lines: lines.slice(index * perSheet, (index + 1) * perSheet),
    notes: index === count - 1 ? notes : [],
  }))
}

/** Name, class, title, code and page i of n, top left. The name is the section's heading on its first sheet. */
export function drawHead(sheet: Sheet, plan: StudentSheet, section: number, pile: Pile): void {
  const { input, words, bold, regular, tree } = pile
  const maxWidth = sheet.width - 2 * margin - markSide - quietZone - mm(4)
  const name = shownName(plan.student.name, plan.student.id, bold)
  tree.add(plan.i === 1 ? 'H2' : 'P', section, sheet, () =>
    sheet.text(margin, margin + 12, name.shown, { face: bold, size: 15, maxWidth, ...(name.actualText ? { actualText: name.actualText } : {}) }),
  )
  tree.add('P', section, sheet, () => {
    // The blank keeps the two apart where a page is read aloud.
    const numbers = sheet.text(margin, margin + 27, `${fill(words.page, { i: plan.i, n: plan.n })} `, { face: bold, size: 9 })
    const about = shownText(`${input.className} · ${input.code} · ${input.title}`, regular)
    const style = { face: regular, size: 9, colour: soft, maxWidth: maxWidth - numbers - 6, ...(about.actualText ? { actualText: about.actualText } : {}) }
    sheet.text(margin + numbers + 6, margin + 27, about.shown, style)
  })
}

interface Size {
  width: number
  height: number
}

/** As large as the room between the strips allows, in the middle. */
function placeOf(sheet: Sheet, size: Size): Size & { x: number; y: number } {
  const room = { width: sheet.width - 2 * margin, height: sheet.height - 2 * strip }
  const scale = Math.min(room.width / size.width, room.height / size.height)
  const [width, height] = [size.width * scale, size.height * scale]
  return { x: (sheet.width - width) / 2, y: strip + (room.height - height) / 2, width, height }
}

const altOf = ({ student, i, n }: StudentSheet, { input, words }: Pile): string =>
  fill(input.anonymous ? words.anonymousAlt : words.pictureAlt, { name: student.name, i, n })

/** The picture under a hairline. */
export function drawPicture(sheet: Sheet, image: PDFRef, size: { widthPx: number; heightPx: number }, plan: StudentSheet, section: number, pile: Pile): void {
  const { x, y, width, height } = placeOf(sheet, { width: size.widthPx, height: size.heightPx })
  pile.tree.add('Figure', section, sheet, () => sheet.image(image, x, y, width, height), { alt: altOf(plan, pile) })
  sheet.artifact(() => sheet.box(x, y, width, height, { stroke: hairline }))
}

/** A page of a PDF as it was drawn. Its text is read as text; without any it is a figure. */
export function drawDrawing(sheet: Sheet, form: PDFRef, size: Size & { hasText: boolean }, plan: StudentSheet, section: number, pile: Pile): void {
  const { x, y, width, height } = placeOf(sheet, size)
  const draw = (): void => sheet.form(form, x, y, height, width / size.width)
  const named = altOf(plan, pile)
  if (size.hasText) pile.tree.add('P', section, sheet, draw, { title: named })
  else pile.tree.add('Figure', section, sheet, draw, { alt: named })
  sheet.artifact(() => sheet.box(x, y, width, height, { stroke: hairline }))
}

/** Typed work, stand-ins and what could not be read. */
export function drawWords(sheet: Sheet, written: Words, section: number, pile: Pile): void {
  const { regular, bold, tree } = pile
  const width = sheet.width - 2 * textMargin
  let y = strip + mm(5)
  tree.add('P', section, sheet, () => sheet.text(textMargin, y, written.heading, { face: regular, size: 8.5, colour: soft }))
  sheet.artifact(() => sheet.line(textMargin, y + 6, sheet.width - textMargin, y + 6))
  y += headingRoom
  if (written.filename !== null) {
    const name = shownText(written.filename, bold)
    tree.add('P', section, sheet, () =>
      sheet.text(textMargin, y, name.shown, { face: bold, size: 12, maxWidth: width, ...(name.actualText ? { actualText: name.actualText } : {}) }),
    )
    y += mm(7)
  }
  const paragraph = tree.element('P', section)
  for (const line of written.lines) {
    const rightToLeft = hasRightToLeft(line) && /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(line)
    const style = { face: regular, size: textSize, align: rightToLeft ? 'right' : 'left' } as const
    const [x, words] = rightToLeft ? [sheet.width - textMargin, line] : [textMargin, `${line} `]
    if (line !== '') tree.draw(paragraph, sheet, () => sheet.text(x, y, words, style))
    y += lineHeight
  }
  for (const note of written.notes) {
    y += mm(2)
    tree.add('P', section, sheet, () => sheet.text(textMargin, y, note, { face: regular, size: 8, colour: soft, maxWidth: width }))
    y += mm(4)
  }
}
