/** The cover: every student of the class with state, pages and hours; names lead to the first sheet. Long classes take several sheets. Decides no state. */
import type { PDFRef } from './pdf-objects'
import type { Counted } from '../text/bundle-words'
import type { BundleStudent, StudentState } from './bundle-input'
import { a4, margin, markSide, type Pile, quietZone, strip } from './pile'
import { type Colour, hairline, ink, mm, type Sheet, soft } from './sheet'
import { shownName, shownText } from './shown-text'
import { fill } from './when'
import { wrappedText } from './wrapped-text'

export interface CoverRow {
  student: BundleStudent
  /** Of the roster, from 1. */
  position: number
  /** The student's sheets here; 0 without. */
  sheets: number
  /** Number of the first of them in the pile, and the sheet itself. */
  firstNumber: number
  first: PDFRef | null
}

export interface CoverPlan {
  rows: [start: number, end: number]
  top: number
  rowHeight: number
}

const bottom = a4.height - strip - 4
const headHeight = 18
const titleSize = 22
const titleLeading = 27
/** Comfortable and tightest height of a row: at the tightest, 36 students stand on one cover. */
const comfortable = 18.5
const tightest = 15.2

const dots: Record<StudentState, Colour> = {
  submitted: [0.13, 0.5, 0.3],
  several: [0.13, 0.5, 0.3],
  late: [0.85, 0.5, 0.05],
  question: [0.16, 0.38, 0.72],
  missing: [0.75, 0.15, 0.15],
  unreachable: [0.75, 0.15, 0.15],
  open: [0.6, 0.62, 0.66],
  excused: [0.6, 0.62, 0.66],
  absent: [0.6, 0.62, 0.66],
  extended: [0.6, 0.62, 0.66],
  pending: [0.85, 0.5, 0.05],
  returned: [0.13, 0.5, 0.3],
}
const linked: Colour = [0.1, 0.27, 0.53]
const zebra: Colour = [0.965, 0.97, 0.978]

/** Which students stand on which cover sheet; at least one sheet. */
export function planCover(pile: Pile): CoverPlan[] {
  const count = pile.input.students.length
  const first = topOf(pile)
  const room = bottom - first - headHeight
  if (count * tightest <= room) return [{ rows: [0, count], top: first, rowHeight: Math.min(comfortable, room / Math.max(1, count)) }]
  const plans: CoverPlan[] = []
  for (let start = 0; start < count; ) {
    const top = plans.length === 0 ? first : strip + 8
    const fits = Math.floor((bottom - top - headHeight) / 17)
    plans.push({ rows: [start, Math.min(count, start + fits)], top, rowHeight: 17 })
    start += fits
  }
  return plans
}

/** Keeps clear of the mark and of the text twin left of it. */
const titleLines = (pile: Pile): string[] => {
  const { shown } = shownText(pile.input.title, pile.bold)
  const { lines, cut } = wrappedText(shown, pile.bold, titleSize, a4.width - 2 * margin - markSide - quietZone - 84, 3)
  const written = lines.filter((line) => line !== '')
  return cut ? [...written.slice(0, -1), `${written.at(-1) ?? ''}…`] : written
}

const topOf = (pile: Pile): number => margin + 30 + titleLines(pile).slice(0, 3).length * titleLeading + 62

export function drawCover(sheet: Sheet, plan: CoverPlan, rows: CoverRow[], place: { i: number; n: number }, pile: Pile): void {
  const section = pile.tree.element('Sect', pile.document)
  if (place.i === 1) drawTitle(sheet, section, pile)
  else drawSmallHead(sheet, section, pile)
  drawTable(sheet, plan, rows, section, pile)
  const help = wrappedText(pile.words.howToReturn, pile.regular, 8, a4.width - 2 * margin - markSide - quietZone - mm(8), 3).lines
  const left = margin + markSide + quietZone
  if (place.i === 1) {
    const paragraph = pile.tree.element('P', section)
    help.forEach((line, index) => {
      pile.tree.draw(paragraph, sheet, () =>
        sheet.text(left, a4.height - margin - 31 + index * 10.5, `${line} `, { face: pile.regular, size: 8, colour: soft }),
      )
    })
  }
  if (place.n > 1) {
    const text = fill(pile.words.coverPage, place)
    sheet.artifact(() => sheet.text(margin, plan.top - 4, text, { face: pile.regular, size: 8, colour: soft }))
  }
}

function drawTitle(sheet: Sheet, section: number, pile: Pile): void {
  const { input, words, hours, regular, bold, tree } = pile
  const width = a4.width - 2 * margin - markSide - quietZone - 10
  const school = shownText(input.school, regular)
  tree.add('P', section, sheet, () => sheet.text(margin, margin + 8, school.shown, { face: regular, size: 9.5, colour: soft, maxWidth: width }))
  const lines = titleLines(pile)
  let y = margin + 36
  const title = tree.element('H1', section)
  for (const line of lines) {
    tree.draw(title, sheet, () => sheet.text(margin, y, `${line} `, { face: bold, size: titleSize, maxWidth: width }))
    y += titleLeading
  }
  y -= 8
  const part = input.part ? ` · ${fill(words.part, { ...input.part })}` : ''
  const pileLine = shownText(fill(input.addendum ? words.addendum : words.pile, { class: input.className, code: input.code }) + part, regular)
  tree.add('P', section, sheet, () => sheet.text(margin, y, pileLine.shown, { face: regular, size: 11.5, maxWidth: width }))
  const due = input.dueAt === null ? words.noDue : fill(words.due, { when: hours.full(input.dueAt) })
  const facts = [fill(words.teacher, { teacher: input.teacherName }), due, fill(words.madeAt, { when: hours.full(input.madeAt) })].join('   ·   ')
  const shownFacts = shownText(facts, regular)
  tree.add('P', section, sheet, () => sheet.text(margin, y + 17, shownFacts.shown, { face: regular, size: 9.5, colour: soft, maxWidth: a4.width - 2 * margin }))
  drawSummary(sheet, y + 41, section, pile)
}

function drawSummary(sheet: Sheet, y: number, section: number, pile: Pile): void {
  const { input, words, regular, bold, tree } = pile
  const plural = new Intl.PluralRules(input.locale)
  const say = (sentence: Counted, data: Record<string, number> & { n: number }): string =>
    fill(plural.select(data.n) === 'one' ? sentence.one : sentence.other, data)
  const done = input.students.filter(({ states, pages }) => pages.length > 0 || states.some((state) => ['submitted', 'late', 'several'].includes(state)))
  const counts = (Object.keys(words.counts) as (keyof typeof words.counts)[])
    .map((state) => ({ state, n: input.students.filter((student) => student.states.includes(state)).length }))
    .filter(({ n }) => n > 0)
    .map(({ state, n }) => say(words.counts[state], { n }))
    .join('   ·   ')
  tree.add('P', section, sheet, () => {
    const summary = say(words.summary, { n: done.length, all: input.students.length })
    const taken = sheet.text(margin, y, summary, { face: bold, size: 14 })
    sheet.text(margin + taken + 14, y, counts, { face: regular, size: 9.5, maxWidth: a4.width - 2 * margin - taken - 14 })
  })
}

function drawSmallHead(sheet: Sheet, section: number, pile: Pile): void {
  const { input, bold, regular, tree, words } = pile
  const width = a4.width - 2 * margin - markSide - quietZone - 10
  const title = shownText(input.title, bold)
  tree.add('P', section, sheet, () => sheet.text(margin, margin + 12, title.shown, { face: bold, size: 13, maxWidth: width }))
  const line = fill(input.addendum ? words.addendum : words.pile, { class: input.className, code: input.code })
  tree.add('P', section, sheet, () =>
    sheet.text(margin, margin + 28, shownText(line, regular).shown, { face: regular, size: 9.5, colour: soft, maxWidth: width }),
  )
}

/** Left edges (right edges for `pages` and `sheet`) in points from the margin. */
const columns = { position: 14, name: 24, state: 204, pages: 352, handedIn: 368, sheet: a4.width - 2 * margin - 2 } as const

function drawTable(sheet: Sheet, plan: CoverPlan, rows: CoverRow[], section: number, pile: Pile): void {
  const { words, regular, tree } = pile
  const table = tree.element('Table', section)
  const head = tree.element('TR', table)
  const titles: [string, number, 'left' | 'right'][] = [
    [words.columns.name, columns.name, 'left'],
    [words.columns.state, columns.state, 'left'],
    [words.columns.pages, columns.pages, 'right'],
    [words.columns.handedIn, columns.handedIn, 'left'],
    [words.columns.sheet, columns.sheet, 'right'],
  ]
  const baseline = plan.top + headHeight - 6
  for (const [title, x, align] of titles) {
    tree.add('TH', head, sheet, () => sheet.text(margin + x, baseline, title, { face: regular, size: 8, colour: soft, align }))
  }
  const top = plan.top + headHeight
  sheet.artifact(() => {
    rows.forEach((_, index) => {
      if (index % 2 === 1) sheet.box(margin, top + index * plan.rowHeight, a4.width - 2 * margin, plan.rowHeight, { fill: zebra })
    })
    sheet.line(margin, top, a4.width - margin, top, soft, 0.6)
    const end = top + rows.length * plan.rowHeight
    sheet.line(margin, end, a4.width - margin, end, hairline)
  })
  rows.forEach((row, index) => drawRow(sheet, row, top + index * plan.rowHeight, plan.rowHeight, table, pile))
}

function drawRow(sheet: Sheet, row: CoverRow, top: number, height: number, table: number, pile: Pile): void {
  const { regular, bold, tree, words } = pile
  const { student } = row
  const line = tree.element('TR', table)
  const y = top + height / 2 + 3.2
  const cell = (x: number, text: string, maxWidth: number, colour: Colour = ink, align: 'left' | 'right' = 'left'): void => {
    const { shown, actualText } = shownText(text, regular)
    const style = { face: regular, size: 8.8, colour, maxWidth, align, ...(actualText ? { actualText } : {}) }
    tree.add('TD', line, sheet, () => text && sheet.text(margin + x, y, shown, style))
  }
  sheet.artifact(() => sheet.text(margin + columns.position, y, String(row.position), { face: regular, size: 7.5, colour: soft, align: 'right' }))
  const name = shownName(student.name, student.id, bold)
  const nameCell = tree.element('TD', line)
  const owner = row.first ? tree.element('Link', nameCell) : nameCell
  const style = { face: bold, size: 9.2, maxWidth: columns.state - columns.name - 16, colour: row.first ? linked : ink }
  tree.draw(owner, sheet, () => sheet.text(margin + columns.name, y, name.shown, { ...style, ...(name.actualText ? { actualText: name.actualText } : {}) }))
  if (row.first) {
    const place = { x: margin + columns.name - 4, y: top, width: columns.state - columns.name - 8, height }
    sheet.links.push({ ...place, target: row.first, label: student.name, element: owner })
  }
  const state = student.states[0]
  if (state) sheet.artifact(() => sheet.dot(margin + columns.state - 8, y - 3, 2.3, dots[state]))
  cell(columns.state, [...(student.changed ? [words.changed] : []), ...student.states.map((each) => stateWords(each, student, pile))].join(', '), 120)
  cell(columns.pages, row.sheets > 0 ? String(row.sheets) : '', 24, ink, 'right')
  cell(columns.handedIn, handedIn(student, pile), columns.sheet - columns.handedIn - 30)
  const elsewhere = student.inPart ? fill(words.inPart, { index: student.inPart }) : ''
  cell(columns.sheet, row.first ? String(row.firstNumber) : elsewhere, 44, row.first ? ink : soft, 'right')
}

function stateWords(state: StudentState, student: BundleStudent, { words, hours }: Pile): string {
  const until = state === 'extended' ? hours.full(student.extendedUntil) : ''
  return until ? fill(words.extendedUntil, { when: until }) : words.states[state]
}

/** CONTRACT.md `[bundle] late_by`: both hours where they differ. */
function handedIn({ submittedAt, postmarkedAt }: BundleStudent, { words, hours }: Pile): string {
  if (!submittedAt) return ''
  if (!postmarkedAt || !hours.differ(submittedAt, postmarkedAt)) return hours.full(submittedAt)
  return fill(words.twoHours, { arrived: hours.full(submittedAt), postmarked: hours.beside(postmarkedAt, submittedAt) })
}
