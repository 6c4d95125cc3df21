/** Keeps what people wrote apart from what templates say: each value travels as a placeholder and comes back after the blocks are parsed. It escapes nothing; the parts do. */

/** A value to be shown: words as they are, or the label of an action with the link it stands on (null: only the words). */
export type Shown = { kind: 'words'; text: string } | { kind: 'link'; text: string; href: string | null }

/** Private-use signs; no template may hold them, and values are never searched for them. */
const open = '\uE000'
const close = '\uE001'
export const placeholder = /\uE000(\d+)\uE001/u
export const hasPlaceholderSigns = (text: string): boolean => /[\uE000\uE001]/u.test(text)

/** Controls that no mail shows, and direction overrides that would turn our own sentences round. Tabs and newlines stay. */
const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/gu
const loneSurrogate = /[\uD800-\uDFFF]/gu

/** Newlines of every kind become \n; invisible controls go; halves of a character become U+FFFD. */
export const cleanWords = (text: string): string =>
  text
    .replace(/\r\n?|[\u0085\u2028\u2029]/gu, '\n')
    .replace(unseen, '')
    .replace(loneSurrogate, '\uFFFD')

/** The values of one mail being rendered. */
export class Values {
  private readonly shown: Shown[] = []

  /** A placeholder for these words; '' stays '', so that conditions of templates see that nothing is there. */
  hide(text: string): string {
    return text === '' ? '' : this.keep({ kind: 'words', text })
  }

  link(text: string, href: string | null): string {
    return this.keep({ kind: 'link', text, href })
  }

  /** The words behind a placeholder, or the text itself where it is none. */
  reveal(text: string): string {
    const index = new RegExp(`^${placeholder.source}$`, 'u').exec(text)?.[1]
    return index === undefined ? text : this.at(index).text
  }

  at(index: string): Shown {
    const shown = this.shown[Number(index)]
    if (!shown) throw new Error(`no value ${index}`)
    return shown
  }

  /** A copy of the data in which every string is a placeholder. Numbers, booleans and null stay. */
  hideAll(data: unknown): unknown {
    if (typeof data === 'string') return this.hide(data)
    if (Array.isArray(data)) return data.map((item) => this.hideAll(item))
    if (typeof data === 'object' && data !== null) return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, this.hideAll(value)]))
    return data
  }

  private keep(shown: Shown): string {
    return `${open}${this.shown.push({ ...shown, text: cleanWords(shown.text) }) - 1}${close}`
  }
}
