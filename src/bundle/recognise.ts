/** Whose each returned page is: private page key, else printed mark, else text twin. All carry our MAC; where they disagree nobody is guessed. */
import { isBlankPage } from './blank-page'
import { coverPageId, type Mark, marksIn, readMark, sameMark } from './marks'
import { isFault } from '../errors'
import type { Pixels } from '../pages/pdf-to-picture'
import { type CodeReader, printedMark, type PrintedMark } from './printed-mark'
import type { RecognisedBy, RecognisedPage } from './recognised-page'
import type { ReturnedPages } from './returned-pages'
import { isBareBeside, leavesRoom, sheetOn } from './sheet-on-picture'

/** Of the first look and of the thorough ones: 16 mm marks have 25 modules, so 3.8 pixels a module at 150 dpi. */
const looks: readonly number[] = [150, 220, 300]
/** Pages without a mark that are looked at thoroughly, before any is recognised; each one recognised allows two more. */
const patience = 6
/** Pages without any mark of ours from the first, after which a file is taken for somebody else's. */
const hopeless = 60

/**
 * One answer a page, in the file's order.
 *
 * A key that several pages bear counts only where the page's text or print says the same (apps copy a page's entries to the blank one they insert);
 * the sheets of one typed answer all do. A page that cannot be drawn is unknown.
 */
export async function recognise(pages: ReturnedPages, key: string, readCodes: CodeReader, first = Number.POSITIVE_INFINITY): Promise<RecognisedPage[]> {
  const keyed = Array.from({ length: pages.count }, (_, index) => readMark(pages.pageKeyOf(index) ?? '', key))
  const times = new Map<string, number>()
  for (const mark of keyed) if (mark) times.set(nameOf(mark), (times.get(nameOf(mark)) ?? 0) + 1)
  const out: RecognisedPage[] = []
  let [known, unmarked] = [0, 0]
  for (const [index, mark] of keyed.slice(0, first).entries()) {
    if (known === 0 && unmarked >= hopeless && mark === null) {
      out.push(unknown(index))
      continue
    }
    const alone = mark !== null && times.get(nameOf(mark)) === 1
    const dpis = unmarked < patience + 2 * known ? looks : looks.slice(0, 1)
    const page = await recognisePage(pages, index, { key, readCodes, keyed: mark, alone, dpis }).catch((error: unknown) => orUnknown(error, index))
    if (page.code !== null || page.conflict) known++
    else if (!page.blank) unmarked++
    out.push(page)
  }
  return out
}

/** A page that cannot be drawn costs itself alone. */
function orUnknown(error: unknown, index: number): RecognisedPage {
  if (!isFault(error)) throw error
  return unknown(index)
}

const nameOf = ({ code, pageId }: Mark): string => `${code} ${pageId}`

interface Clues {
  key: string
  readCodes: CodeReader
  keyed: Mark | null
  /** No other page bears the same key. */
  alone: boolean
  /** Resolutions it is looked at with, until something is found. */
  dpis: readonly number[]
}

async function recognisePage(pages: ReturnedPages, index: number, { key, readCodes, keyed, alone, dpis }: Clues): Promise<RecognisedPage> {
  const twins = marksIn(await pages.textOf(index), key)
  const upright = (360 - pages.turnOf(index)) % 360
  if (keyed && twins.length > 0 && twins.every((twin) => sameMark(twin, keyed))) return found(index, keyed, 'page-key', upright)
  // A key or an authentic text twin says enough for one look at the print to do: it confirms, or contradicts.
  const { printed, blank } = await look(pages, index, { key, readCodes, dpis: twins.length > 0 || (keyed && alone) ? dpis.slice(0, 1) : dpis })
  if (printed) {
    const { mark, rotationDegCw } = printed
    const others = [...twins, ...(keyed && alone ? [keyed] : [])]
    if (!mark || others.some((other) => !sameMark(other, mark))) return { ...unknown(index), conflict: true, rotationDegCw }
    return found(index, mark, keyed && sameMark(keyed, mark) ? 'page-key' : 'mark', rotationDegCw)
  }
  if (keyed && alone && twins.length === 0 && !blank) return found(index, keyed, 'page-key', upright)
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
    // Red strokes over a mark vanish in the red channel (FEATURES.md 2.2): it is read first where there is red.
    for (const seen of hasRed(pixels.data) ? [redOf(pixels), pixels] : [pixels]) {
      const printed = printedMark(await readCodes(seen, { thorough: round > 0 }), seen, key)
      if (printed) return { printed: (await hasMoreThan(printed, pages, index, pixels, dpi)) ? { ...printed, mark: null } : printed, blank: false }
    }
    if (round === 0 && isBlankPage(pixels, dpi)) return { printed: null, blank: true }
  }
  return { printed: null, blank: false }
}

/** Two sheets side by side, of which one mark was read: whose the other is nobody knows. */
async function hasMoreThan(printed: PrintedMark, pages: ReturnedPages, index: number, pixels: Pixels, dpi: number): Promise<boolean> {
  const sheet = sheetOn(pixels, printed)
  if (!leavesRoom(pixels, sheet)) return false
  const showsOne = await pages.showsOneSheet(index)
  return showsOne === null ? !isBareBeside(pixels, sheet, dpi) : !showsOne
}

/** Whether the red channel can show anything else than the grey. */
function hasRed(rgba: Uint8Array): boolean {
  for (let at = 0; at < rgba.length; at += 8) if ((rgba[at] ?? 0) - (rgba[at + 2] ?? 0) > 60) return true
  return false
}

/** The red channel as grey. */
function redOf({ widthPx, heightPx, data }: Pixels): Pixels {
  const grey = new Uint8Array(data.length)
  const words = new Uint32Array(grey.buffer)
  for (let at = 0; at < words.length; at++) words[at] = 0xff000000 | ((data[at * 4] ?? 0) * 0x010101)
  return { widthPx, heightPx, data: grey }
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
