/** The words of a pile, one set a language (templates/LANGUAGE/bundle.json). `{name}` stands for data. It holds no sentence itself. */

/** A sentence that counts: `{n}` is the number. */
export interface Counted {
  one: string
  other: string
}

export interface BundleWords {
  /** Twelve names, January first; seven, Sunday first. */
  months: string[]
  weekdays: string[]
  /** `{weekday} {day} {month}`, and `{hour} {minute}` (two digits). */
  date: string
  hour: string
  dateAndHour: string
  documentTitle: string
  /** Cover. */
  piles: string
  addendum: string
  part: string
  teacher: string
  due: string
  noDue: string
  madeAt: string
  /** `{done}` of `{all}`. */
  summary: string
  summaryStates: Record<'late' | 'missing' | 'open' | 'unreachable' | 'question' | 'excused' | 'absent' | 'pending', Counted>
  columns: { name: string; state: string; pages: string; handedIn: string; sheet: string }
  states: Record<'submitted' | 'late' | 'several' | 'question' | 'missing' | 'open' | 'unreachable' | 'excused' | 'absent' | 'extended' | 'pending', string>
  extendedUntil: string
  /** Both hours, where they differ: `{arrived}`, `{postmarked}`. */
  twoHours: string
  inPart: string
  changed: string
  coverPage: string
  howToReturn: string
  /** Pages. */
  page: string
  pictureAlt: string
  typedHeading: string
  documentHeading: string
  documentRidesAlong: string
  documentText: string
  documentWithoutText: string
  unreadableHeading: string
  damagedPicture: string
  textCut: string
  undrawable: string
  markAlt: string
}
