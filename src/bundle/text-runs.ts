/** Text in the order it is drawn: runs of one direction, from left to right. The part of the Unicode bidirectional algorithm (UAX #9) that names and homework need; no explicit embeddings. */

export interface TextRun {
  text: string
  rightToLeft: boolean
}

const strongRight = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const strongLeft = /\p{L}/u
const number = /\p{Nd}/u
const combining = /\p{M}/u
/** Lone surrogates and private signs have no shape; controls that steer direction are never drawn: they could make a name read as another. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu
const mirrored: Record<string, string> = { '(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«' }

type Class = 'L' | 'R' | 'N' | '-'

/** NFC, without controls, one space for each white run. */
export const drawable = (text: string): string => text.normalize('NFC').replace(/\s+/gu, ' ').replace(unseen, '')

export const hasRightToLeft = (text: string): boolean => strongRight.test(text)

/**
 * Splits and orders one line. Base direction is that of the first strong character (UAX #9, P2 and P3).
 * Neutrals between runs of one direction take it (N1), else the base (N2); digits stay left to right (L2).
 */
export function textRuns(line: string): TextRun[] {
  if (!hasRightToLeft(line)) return line === '' ? [] : [{ text: line, rightToLeft: false }]
  const signs = [...line]
  const classes = resolve(signs.map(classOf))
  const runs: TextRun[] = []
  signs.forEach((sign, index) => {
    const rightToLeft = classes.resolved[index] === 'R'
    const last = runs.at(-1)
    const shown = rightToLeft ? (mirrored[sign] ?? sign) : sign
    if (last && last.rightToLeft === rightToLeft) last.text += shown
    else runs.push({ text: shown, rightToLeft })
  })
  return classes.base === 'R' ? runs.reverse() : runs
}

const classOf = (sign: string): Class => {
  if (combining.test(sign)) return '-'
  if (number.test(sign)) return 'N'
  if (strongRight.test(sign)) return 'R'
  return strongLeft.test(sign) ? 'L' : '-'
}

function resolve(classes: Class[]): { base: 'L' | 'R'; resolved: Class[] } {
  const base = classes.find((kind) => kind === 'L' || kind === 'R') === 'R' ? 'R' : 'L'
  // Digits count as left for the order of runs; between two right-to-left words they still are a run of their own.
  const resolved = classes.map((kind): Class => (kind === 'N' ? 'L' : kind))
  for (let start = 0; start < resolved.length; start++) {
    if (resolved[start] !== '-') continue
    let end = start
    while (resolved[end] === '-') end++
    const before = resolved[start - 1] ?? base
    const after = resolved[end] ?? base
    resolved.fill(before === after ? before : base, start, end)
    start = end - 1
  }
  return { base, resolved }
}
