/** Which page of the own work a single new photo stands for: "voici la page 2", "page 2 refaite". Pages of a book are none. */

/** Words that make a page one of a book or of a task. */
const ofABook = /(?:livre|manuel|cahier d['’]exercices|exercices?|exos?|ex\.|cours|chapitre|book|exercises?|chapter|n[°o] ?\d)/iu
const page = /(?<![\p{L}\d])(?:page|p\.) ?(?:n[°o] ?)?(\d{1,2})(?![\d\p{L}])/giu
/** A line or two beside the photo; a longer text tells of something. */
const mostChars = 160

/** From 1; null: nothing is said, or several. */
export function whichPage(text: string, subject: string, photos: number): number | null {
  if (photos !== 1) return null
  const own = [text.trim(), /^\s*(?:(?:re|fwd?|tr)\s?:\s*)*page \d{1,2}\W*$/iu.test(subject) ? subject : ''].join('\n')
  if (own.length > mostChars || ofABook.test(own)) return null
  const numbers = new Set([...own.matchAll(page)].map((match) => Number(match[1])))
  const [only] = numbers
  return numbers.size === 1 && only !== undefined && only > 0 ? only : null
}
