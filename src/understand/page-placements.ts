/** "P7 = Zoé; P8 = JETER": which doubtful page is whose. Pure. */

export interface Placement {
  number: number
  /** As typed; null: it is nobody's. */
  name: string | null
}

const dropWords = /^(?:jeter|jette|jetez|poubelle|personne|rien|drop|discard|delete|trash|nobody|none)[.!]?$/iu

/** In the order given; of a page named twice the last word counts. */
export function placementsIn(argument: string): Placement[] {
  const found = new Map<number, Placement>()
  for (const part of argument.slice(0, 20_000).split(/[;\n]|,(?=\s*[pP]\s?\d)|\s(?=[pP]\s?\d{1,4}\s*=)/u)) {
    const [, digits, typed = ''] = /^\s*p\s?(\d{1,4})\s*=\s*(.*?)[\s,.]*$/isu.exec(part) ?? []
    if (digits === undefined || typed === '') continue
    found.delete(Number(digits))
    found.set(Number(digits), { number: Number(digits), name: dropWords.test(typed) ? null : typed })
  }
  return [...found.values()]
}
