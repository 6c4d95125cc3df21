/** Breaks text into lines of a width. Knows words and paragraphs, no hyphenation. */
import type { Typeface } from './typeface'

/** Lines in order; empty lines stand for paragraph breaks. Words longer than a line are cut. Stops after `maxLines`. */
export function wrappedText(text: string, face: Typeface, size: number, width: number, maxLines: number): { lines: string[]; cut: boolean } {
  const lines: string[] = []
  const space = face.width(' ', size)
  for (const paragraph of text.replace(/\r\n?/g, '\n').split('\n')) {
    let line = ''
    let used = 0
    for (const word of paragraph.split(/\s+/u).flatMap((part) => pieces(part, face, size, width))) {
      const wide = face.width(word, size)
      if (line !== '' && used + space + wide > width) {
        lines.push(line)
        line = ''
        used = 0
        if (lines.length >= maxLines) return { lines, cut: true }
      }
      used += wide + (line === '' ? 0 : space)
      line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
    if (lines.length >= maxLines) return { lines: lines.slice(0, maxLines), cut: true }
  }
  return { lines, cut: false }
}

function pieces(word: string, face: Typeface, size: number, width: number): string[] {
  if (word.length < 12 || face.width(word, size) <= width) return word === '' ? [] : [word]
  const out: string[] = []
  let piece = ''
  let used = 0
  for (const sign of word) {
    const wide = face.width(sign, size)
    if (piece !== '' && used + wide > width) {
      out.push(piece)
      piece = ''
      used = 0
    }
    piece += sign
    used += wide
  }
  return piece === '' ? out : [...out, piece]
}
