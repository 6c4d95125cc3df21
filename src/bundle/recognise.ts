/** Whose each returned page is: private page key, else printed mark, else text twin. All carry our MAC; where they disagree nobody is guessed. */
import { isBlankPage } from './blank-page'
import { coverPageId, type Mark, marksIn, readMark, sameMark } from './marks'
import { type CodeReader, type GreyPixels, printedMark, type PrintedMark } from './printed-mark'
import type { RecognisedBy, RecognisedPage } from './recognised-page'
import type { ReturnedPages } from './returned-pages'

/** Of the first look and of the thorough one: 16 mm marks have 25 modules, so 2.5 and more pixels a module at 100 dpi. */
const looks: readonly number[] = [150, 220]

/**
 * One answer a page, in the file's order.
 *
 * A key that several pages bear counts only where the page's text or print says the same (apps copy a page's entries to the blank one they insert);
 * the sheets of one typed answer all do. Faults of `pages` pass through.
 */
export async function recognise(pages: ReturnedPages, key: string, readCodes: CodeReader): Promise<RecognisedPage[]> {
  const keyed = Array.from({ length: pages.count }, (_, index) => readMark(pages.pageKeyOf(index) ?? '', key))
  const times = new Map<string, number>()
  for (const mark of keyed) if (mark) times.set(nameOf(mark), (times.get(nameOf(mark)) ?? 0) + 1)
  const out: RecognisedPage[] = []
  for (const [index, mark] of keyed.entries()) {
    const alone = mark !== null && times.get(nameOf(mark)) === 1
    out.push(await recognisePage(pages, index, { key, readCodes, keyed: mark, alone }))
  }
  return out
}

const nameOf = ({ code, pageId }: Mark): string => `${code} ${pageId}`

interface Clues {
  key: string
  readCodes: CodeReader
  keyed: Mark | null
  /** No other page bears the same key. */
  alone: boolean
}

async function recognisePage(pages: ReturnedPages, index: number, { key, readCodes, keyed, alone }: Clues): Promise<RecognisedPage> {
  const twins = marksIn(await pages.textOf(index), key)
  const upright = (360 - pages.turnOf(index)) % 360
  if (keyed && (twins.some((twin) => sameMark(twin, keyed)) || (alone && twins.length === 0))) return found(index, keyed, 'page-key', upright)
  // An authentic text twin says enough for one look at the print to do.
  const { printed, blank } = await look(pages, index, { key, readCodes, dpis: twins.length > 0 ? looks.slice(0, 1) : looks })
  if (printed) {
    const { mark, rotationDegCw } = printed
    if (!mark || (keyed && alone && !sameMark(keyed, mark))) return { ...unknown(index), conflict: true, rotationDegCw }
    return found(index, mark, keyed && sameMark(keyed, mark) ? 'page-key' : 'mark', rotationDegCw)
  }
  const [twin] = twins
  if (twin) return twins.length === 1 && !(keyed && alone) ? found(index, twin, 'text', upright) : { ...unknown(index), conflict: true }
  return { ...unknown(index), blank }
}

interface Look {
  key: string
  readCodes: CodeReader
  dpis: readonly number[]
}

async function look(pages: ReturnedPages, index: number, { key, readCodes, dpis }: Look): Promise<{ printed: PrintedMark | null; blank: boolean }> {
  for (const [round, dpi] of dpis.entries()) {
    const pixels = await pages.picture(index, dpi)
    for (const channel of hasRed(pixels.data) ? [luminance, red] : [luminance]) {
      const grey: GreyPixels = { widthPx: pixels.widthPx, heightPx: pixels.heightPx, data: channel(pixels.data) }
      const printed = printedMark(await readCodes(grey, { thorough: round > 0 }), grey, key)
      if (printed) return { printed, blank: false }
    }
    if (round === 0 && isBlankPage(pixels, dpi)) return { printed: null, blank: true }
  }
  return { printed: null, blank: false }
}

/** Whether the red channel can show anything else than the grey. */
function hasRed(rgba: Uint8Array): boolean {
  for (let at = 0; at < rgba.length; at += 8) if ((rgba[at] ?? 0) - (rgba[at + 2] ?? 0) > 60) return true
  return false
}

/** ITU-R BT.601, in integers. */
const luminance = (rgba: Uint8Array): Uint8Array => channelOf(rgba, (at) => ((rgba[at] ?? 0) * 77 + (rgba[at + 1] ?? 0) * 150 + (rgba[at + 2] ?? 0) * 29) >> 8)

/** Red strokes over a mark vanish in it (FEATURES.md 2.2). */
const red = (rgba: Uint8Array): Uint8Array => channelOf(rgba, (at) => rgba[at] ?? 0)

function channelOf(rgba: Uint8Array, value: (at: number) => number): Uint8Array {
  const out = new Uint8Array(rgba.length >> 2)
  for (let at = 0; at < out.length; at++) out[at] = value(at * 4)
  return out
}

const unknown = (index: number): RecognisedPage => ({
  index,
  pageId: null,
  code: null,
  by: null,
  cover: false,
  blank: false,
  conflict: false,
  rotationDegCw: 0,
})

const found = (index: number, { pageId, code }: Mark, by: RecognisedBy, rotationDegCw: number): RecognisedPage => ({
  ...unknown(index),
  pageId: pageId === coverPageId ? null : pageId,
  cover: pageId === coverPageId,
  code,
  by,
  rotationDegCw,
})
