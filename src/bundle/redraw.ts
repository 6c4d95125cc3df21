/** Pages of a pupil's PDF as drawings for the pile, where that is safe and looks the same in every reader; else their pictures stay. Touches no file. */
import { PDFDict, PDFDocument, PDFName } from '@cantoo/pdf-lib'
import { openPdf, type Pixels } from '../pages/pdf-to-picture'
import { openPicturePages } from '../pages/picture-pages'
import { CleanCopier } from './clean-copy'
import { type DrawnForm, writeDrawnForm } from './drawn-form'
import { likeness, worstTile } from './likeness'
import { looksMarked } from './marks'
import { PdfFile, pdfNumber } from './pdf-file'
import type { PDFObject, PDFRef } from './pdf-objects'
import type { Drawing, DrawnObject, RedrawnFile, WantedDrawing } from './redrawn'
import { loadOptions } from './returned-pages'
import { areSound } from './sound-objects'

const { abs, floor, max } = Math

/** Pixels per inch of the looks. */
const lookDpi = 50
/** Of 255: a glyph that falls between pixels another way makes 10, a thin stroke more or less 22. */
const largestTileDifference = 16
/** A page beside its picture, the light of which was evened; another page of the same hand is at 0.5. */
const leastLikeness = 0.8
const maxTextLength = 50_000

/**
 * Copies what the pages draw; gives a small PDF of forms and the places of its objects, numbered from `firstObject`, so that the pile can take them over unread.
 *
 * @param readPicture bytes of a page's JPEG, which confirms that it is this page.
 * Faults: those of `openPdf`. A page that is refused is left out; `bytes` is empty when all are.
 */
export async function redraw(
  source: Uint8Array,
  wanted: WantedDrawing[],
  firstObject: number,
  readPicture: (file: string) => Uint8Array | null,
): Promise<RedrawnFile & { bytes: Uint8Array }> {
  const pdf = await openPdf(source)
  try {
    const document = await PDFDocument.load(source, loadOptions)
    const pages = document.getPages()
    const nothing = { bytes: new Uint8Array(0), objects: [], drawings: [] }
    // Readers part ways over layers and locks.
    const isLocked = Buffer.from(source.buffer, source.byteOffset, source.length).includes('/Encrypt')
    if (pages.length !== pdf.pageCount || isLocked || document.catalog.lookup(PDFName.of('OCProperties')) instanceof PDFDict) return nothing
    const draw = (some: Candidate[]): Drawn => new Drawn(document, some, firstObject)
    const candidates: Weighed[] = []
    for (const one of wanted) {
      if (one.index < 0 || one.index >= pdf.pageCount) continue
      const text = await pdf.text(one.index)
      // A mark in a pupil's text would be read as one of the sheet's own.
      if (text.length > maxTextLength || looksMarked(text)) continue
      const candidate = { ...one, hasText: text.trim() !== '' }
      const picture = readPicture(one.picture)
      const alone = attempt(() => draw([candidate]))
      if (picture === null || !alone?.isSound) continue
      const look = await lookOf(alone)
      // Not turned, it must look as the original does; turned, as the picture that was made of it.
      const plain = one.turnDegCw === 0 ? look : await lookOf(draw([{ ...candidate, turnDegCw: 0 }]))
      if (!isAlike(await pdf.render(one.index, lookDpi), plain) || !(await shows(look, picture))) continue
      candidates.push({ ...candidate, weight: alone.weight, pictureBytes: picture.length })
    }
    // A drawing never weighs more than the picture it stands for: the parts of a pile are cut by the pictures' weight.
    const room = (some: Weighed[]): number => some.reduce((sum, { pictureBytes }) => sum + pictureBytes, 0)
    const all = draw(candidates)
    const light = candidates.filter(({ weight, pictureBytes }) => weight <= pictureBytes)
    const drawn = all.weight <= room(candidates) ? all : draw(light)
    return drawn.drawings.length === 0 ? nothing : { bytes: drawn.bytes, objects: drawn.objects, drawings: drawn.drawings }
  } finally {
    await pdf.close()
  }
}

type Candidate = WantedDrawing & { hasText: boolean }
type Weighed = Candidate & { weight: number; pictureBytes: number }

/** Whatever a hostile file makes throw: the page's picture is the answer. */
function attempt<T>(make: () => T): T | null {
  try {
    return make()
  } catch {
    return null
  }
}

const isAlike = (a: Pixels, b: Pixels): boolean => a.widthPx === b.widthPx && a.heightPx === b.heightPx && worstTile(a, b) <= largestTileDifference

/** Whether the picture shows this page. */
async function shows(look: Pixels, jpeg: Uint8Array): Promise<boolean> {
  const picture = await (await openPicturePages(jpeg, 1)).pixels(0, max(look.widthPx, look.heightPx))
  const fitted = fit(look, picture)
  return fitted !== null && likeness(fitted, picture) >= leastLikeness
}

async function lookOf(copy: Drawn): Promise<Pixels> {
  const pdf = await openPdf(copy.bytes)
  try {
    return await pdf.render(0, lookDpi)
  } finally {
    await pdf.close()
  }
}

/** Stretched to the other's size where the two differ by rounding; null where they differ by more. */
function fit(look: Pixels, { widthPx, heightPx }: Pixels): Pixels | null {
  if (abs(look.widthPx - widthPx) > 2 || abs(look.heightPx - heightPx) > 2) return null
  const [from, data] = [new Uint32Array(Uint8Array.from(look.data).buffer), new Uint32Array(widthPx * heightPx)]
  for (let y = 0; y < heightPx; y++) {
    const row = floor((y * look.heightPx) / heightPx) * look.widthPx
    for (let x = 0; x < widthPx; x++) data[y * widthPx + x] = from[row + floor((x * look.widthPx) / widthPx)] ?? 0
  }
  return { widthPx, heightPx, data: new Uint8Array(data.buffer) }
}

/** A PDF that keeps where each object lies. */
class RecordedPdf extends PdfFile {
  readonly places: DrawnObject[] = []
  readonly written = new Map<number, PDFObject>()

  override write(...[ref, value]: Parameters<PdfFile['write']>): PDFRef {
    const start = this.bytes
    super.write(ref, value)
    this.places.push([ref.objectNumber, start, this.bytes])
    this.written.set(ref.objectNumber, this.object(value))
    return ref
  }
}

/** The forms of some pages, in a file that a reader can open. */
class Drawn {
  readonly bytes: Uint8Array
  readonly objects: DrawnObject[]
  readonly drawings: Drawing[]
  readonly isSound: boolean
  /** Of the forms and all they need. */
  readonly weight: number

  constructor(document: PDFDocument, candidates: Candidate[], firstObject: number) {
    const parts: Uint8Array[] = []
    const pdf = new RecordedPdf((chunk) => parts.push(chunk), firstObject)
    const copier = new CleanCopier(document.context, pdf)
    const pages = document.getPages()
    const forms = candidates.map(({ index, turnDegCw }): DrawnForm => {
      const page = pages[index]
      if (!page) throw new RangeError('no such page')
      return writeDrawnForm(page, turnDegCw, pdf, copier)
    })
    this.objects = [...pdf.places]
    this.isSound = areSound(pdf.written)
    this.weight = this.objects.reduce((sum, [, start, end]) => sum + end - start, 0)
    this.drawings = forms.map(({ ref, width, height }, place) => ({
      pageId: candidates[place]?.pageId ?? 0,
      form: ref.objectNumber,
      width,
      height,
      hasText: candidates[place]?.hasText ?? false,
    }))
    const tree = pdf.reserve()
    const kids = forms.map(({ ref, width, height }) =>
      pdf.add({
        Type: 'Page',
        Parent: tree,
        MediaBox: [0, 0, Number(pdfNumber(width)), Number(pdfNumber(height))],
        Resources: { XObject: { D: ref } },
        Contents: pdf.writeStream(pdf.reserve(), {}, '/D Do'),
      }),
    )
    pdf.write(tree, { Type: 'Pages', Kids: kids, Count: kids.length })
    pdf.finish(pdf.add({ Type: 'Catalog', Pages: tree }), null)
    this.bytes = Buffer.concat(parts)
  }
}
