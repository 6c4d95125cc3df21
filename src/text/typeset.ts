/** Sets the templates' own text as print does: French spaces before signs, apostrophes, dashes that stay. People's words are not touched. */
import type { Locale } from '../school/people'

const narrow = '\u202F'

/** "Reçu : 3 pages" keeps its colon on the line; "l'école" gets its apostrophe. Runs on text whose values are placeholders still. */
export function typeset(text: string, locale: Locale): string {
  const common = text.replaceAll("'", '’').replace(/ – /gu, '\u00A0– ')
  if (locale !== 'fr') return common
  return common.replace(/ ([;:!?»])/gu, `${narrow}$1`).replace(/« /gu, `«${narrow}`)
}
