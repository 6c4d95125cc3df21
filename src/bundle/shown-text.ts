/** What is drawn for text that the font cannot draw in full: a name falls back to the roster's id, other text to an ellipsis; the true text stays readable to machines. */
import type { Typeface } from './typeface'

export interface ShownText {
  shown: string
  /** The true text, where `shown` is not. */
  actualText?: string
}

const whole = (text: string, face: Typeface): boolean => [...text.normalize('NFC')].every((sign) => face.canDraw(sign))

/** `李伟`, id `e-7` → `e-7`; `Wei 李`, id `e-7` → `Wei (e-7)`. */
export function shownName(name: string, id: string, face: Typeface): ShownText {
  if (whole(name, face)) return { shown: name }
  const rest = withoutUndrawable(name, face, ' ')
    .replace(/\p{Cf}/gu, '')
    .replace(/\(\s*\)|\[\s*\]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  const safeId = withoutUndrawable(id, face, '?')
  return { shown: /\p{L}/u.test(rest) ? `${rest} (${safeId})` : safeId, actualText: name }
}

/** Runs of signs without a glyph become `[…]`. */
export function shownText(text: string, face: Typeface): ShownText {
  return whole(text, face) ? { shown: text } : { shown: withoutUndrawable(text, face, '[…]'), actualText: text }
}

function withoutUndrawable(text: string, face: Typeface, instead: string): string {
  let out = ''
  let gap = false
  for (const sign of text.normalize('NFC')) {
    if (face.canDraw(sign)) {
      out += sign
      gap = false
    } else if (!gap && !/[\p{Cf}\p{M}\p{Cs}]/u.test(sign)) {
      // Variation selectors and joiners belong to the sign before: they open no gap of their own.
      out += instead
      gap = true
    }
  }
  return out
}
