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
  /** `{weekday} {day} {month} {year}`; `{hour} {minute}` (two digits); `{date} {hour}`. */
  date: string
  hour: string
  dateAndHour: string
  /** `{class} {title} {code}`. */
  documentTitle: string
  /** Cover: `{class} {code}`; `{index} {count}`; `{teacher}`; `{when}`; `{n} {all}`. */
  pile: string
  addendum: string
  part: string
  teacher: string
  due: string
  noDue: string
  madeAt: string
  summary: Counted
  /** Beside the summary, each with `{n}`. */
  counts: Record<'late' | 'question' | 'pending' | 'missing' | 'open' | 'unreachable' | 'excused' | 'absent', Counted>
  columns: { name: string; state: string; pages: string; handedIn: string; sheet: string }
  states: Record<
    'submitted' | 'late' | 'several' | 'question' | 'missing' | 'open' | 'unreachable' | 'excused' | 'absent' | 'extended' | 'pending' | 'returned',
    string
  >
  /** `{when}`. */
  extendedUntil: string
  /** Both hours, where they differ: `{arrived} {postmarked}`. */
  twoHours: string
  /** `{index}`. */
  inPart: string
  changed: string
  /** `{i} {n}`. */
  coverPage: string
  howToReturn: string
  /** On every page: `{i} {n}`. */
  page: string
  /** `{name} {i} {n}`. */
  pictureAlt: string
  /** The same, where a number stands for the name. */
  anonymousAlt: string
  /** What stands in a name's place: `{n}`. */
  anonymousName: string
  typedHeading: string
  documentHeading: string
  /** `{filename}`. */
  documentRidesAlong: string
  documentKeptBack: string
  documentText: string
  documentWithoutText: string
  unreadableHeading: string
  damagedPicture: string
  /** Foot of a page whose text was too long, or holds signs without a glyph. */
  textCut: string
  undrawable: string
}
