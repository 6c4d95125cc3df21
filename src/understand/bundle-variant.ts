/** What follows COPIES: which pile is wanted. Pure. */
import { plainOf } from './date-words'
import { oneErrorApart } from './typing-error'

export interface BundleVariant {
  /** Each pupil begins on a front side. */
  frontSides: boolean
  /** One PDF a pupil. */
  separate: boolean
  /** Numbers in place of names. */
  anonymous: boolean
  /** Only pages that no pile has held. */
  onlyNew: boolean
  /** EX 3: that exercise alone. */
  exercise: number | null
}

export const plainBundle: BundleVariant = { frontSides: false, separate: false, anonymous: false, onlyNew: false, exercise: null }

/** Without accents, in lower case; French and English mixed as people do. */
const words: [variant: 'frontSides' | 'separate' | 'anonymous' | 'onlyNew', words: string[]][] = [
  ['frontSides', ['recto', 'rectos', 'simplex', 'front', 'fronts', 'one-sided']],
  ['separate', ['separee', 'separees', 'separe', 'separes', 'separement', 'separate', 'separated', 'separately']],
  ['anonymous', ['anonyme', 'anonymes', 'anonymement', 'anonymous', 'anonymously', 'anonymised', 'anonymized']],
  ['onlyNew', ['nouvelle', 'nouvelles', 'nouveau', 'nouveaux', 'nouveautes', 'new']],
]
const between = new Set(['et', 'and', 'en', 'les', 'the', 'only', 'seulement', 'seul', 'seuls', 'ones'])

/** '' is the plain pile. Null where a word is none of these: the line is no command then. One typing error is allowed in a word of six letters or more. */
export function bundleVariant(argument: string): BundleVariant | null {
  const found = { ...plainBundle }
  const plain = plainOf(argument)
    .replace(/\bex(?:ercices?|ercises?|os?|\.)?\s*(\d{1,2})\b/g, (_, number: string) => ` ex${number} `)
    .replace(/[,+&;/]/g, ' ')
  for (const word of plain.split(/\s+/u).filter((each) => each !== '' && !between.has(each))) {
    const exercise = /^ex(\d{1,2})$/.exec(word)
    const variant = words.find(([, known]) => known.some((each) => each === word || (each.length >= 6 && oneErrorApart(each, word))))?.[0]
    if (exercise) found.exercise = Number(exercise[1])
    else if (variant) found[variant] = true
    else return null
  }
  const says = found.frontSides || found.separate || found.anonymous || found.onlyNew || found.exercise !== null
  return says || argument === '' ? found : null
}
