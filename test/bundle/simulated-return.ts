/** Piles that come back from a copier, simulated: turned, askew, coarse, noisy, scribbled on, torn. The same seed gives the same pages. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { BundleInput } from '../../src/bundle/bundle-input'
import { loadCodeReader } from '../../src/bundle/mark-reader-files'
import { plainPdf } from '../../src/bundle/plain-pdf'
import { recognise } from '../../src/bundle/recognise'
import { openReturned } from '../../src/bundle/returned-pages'
import { openPdf, type Pixels } from '../../src/pages/pdf-to-picture'
import { built } from './built-pile'
import { drawnPage, markKey, sampleClass } from './sample-class'

const { abs, cos, floor, imul, log, max, min, PI, round, sqrt } = Math

type Damage = 'none' | 'scribble' | 'torn' | 'blackened'
type Tone = 'colour' | 'grey' | 'bits'

export interface SimulatedPage {
  pageId: number
  dpi: number
  tone: Tone
  quarterTurns: number
  skewDeg: number
  noise: number
  form: 'picture' | 'pdf'
  /** What happened to the mark top right, and to the one bottom left. */
  damage: [Damage, Damage]
}

export interface SimulationResult {
  pages: number
  /** Taken for another page than they are: must be none. */
  misrouted: SimulatedPage[]
  /** At least one of the two marks was left alone … */
  withOneMark: number
  /** … and of those, not recognised. */
  missed: SimulatedPage[]
  /** With both marks damaged, and recognised all the same. */
  recognisedWithout: number
  withoutMark: number
}

/** Numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** How often copiers are set to what, about. */
const resolutions = [100, 150, 150, 200, 200, 200, 300]

/** Simulates `count` returned pages; each printed page comes back many times over, in many states. */
export async function simulateReturn({
  count,
  seed,
  tell = () => undefined,
}: {
  count: number
  seed: number
  tell?: (done: number) => void
}): Promise<SimulationResult> {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-simulation-'))
  try {
    const random = randomFrom(seed)
    const pdf = await openPdf((await built(await pileOf(folder, min(24, max(4, floor(count / 8)))))).bytes)
    const result: SimulationResult = { pages: 0, misrouted: [], withOneMark: 0, missed: [], recognisedWithout: 0, withoutMark: 0 }
    const sheets = pdf.pageCount - 1
    for (let sheet = 0; sheet < sheets; sheet++) {
      const printed = new Map<number, Pixels>()
      for (const dpi of new Set(resolutions)) printed.set(dpi, await corrected(await pdf.render(sheet + 1, dpi), dpi, random))
      for (let trial = sheet; trial < count; trial += sheets) {
        const page = drawConditions(sheet + 1, random)
        const pixels = printed.get(page.dpi)
        if (pixels) await simulateOne(pixels, page, random, result)
        tell(result.pages)
      }
    }
    await pdf.close()
    return result
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One picture a student: the page's number is its place in the pile. */
async function pileOf(folder: string, pages: number): Promise<BundleInput> {
  const input = await sampleClass(folder)
  const students = []
  for (let id = 1; id <= pages; id++) {
    const file = join(folder, `sheet-${id}.jpg`)
    writeFileSync(file, await drawnPage(id, 1240, 1754))
    students.push({
      id: `e-${id}`,
      name: `Élève Numéro${id}`,
      states: ['submitted' as const],
      submittedAt: '2020-03-20T16:41:00.000Z',
      late: false,
      pages: [{ id, kind: 'picture' as const, file, widthPx: 1240, heightPx: 1754 }],
    })
  }
  return { ...input, students }
}

function drawConditions(pageId: number, random: () => number): SimulatedPage {
  const pick = <T>(list: readonly T[]): T => list[floor(random() * list.length)] as T
  const hurt: Damage = pick(['scribble', 'torn', 'blackened', 'scribble'])
  // Two pages of three lose a mark, one of thirty both.
  const both = random() < 0.033
  const which = pick([0, 1, 2])
  return {
    pageId,
    dpi: pick(resolutions),
    tone: pick(['colour', 'grey', 'bits']),
    quarterTurns: pick([0, 1, 2, 3]),
    skewDeg: (random() - 0.5) * 6,
    noise: random() * 14,
    form: pick(['picture', 'pdf']),
    damage: both ? [hurt, pick(['scribble', 'blackened'])] : which === 0 ? [hurt, 'none'] : which === 1 ? ['none', hurt] : ['none', 'none'],
  }
}

async function simulateOne(printed: Pixels, page: SimulatedPage, random: () => number, result: SimulationResult): Promise<void> {
  const bytes = await scanned(printed, page, random)
  const pages = await openReturned(bytes, 10)
  const [seen] = await recognise(pages, markKey, loadCodeReader())
  await pages.close()
  result.pages++
  const intact = page.damage.includes('none')
  const found = seen?.pageId ?? null
  if ((found !== null && found !== page.pageId) || seen?.cover) result.misrouted.push(page)
  if (intact) result.withOneMark++
  else result.withoutMark++
  if (intact && found === null) result.missed.push(page)
  if (!intact && found === page.pageId) result.recognisedWithout++
}

/** The printed sheet, written on by hand and fed to a copier. */
async function scanned(printed: Pixels, page: SimulatedPage, random: () => number): Promise<Uint8Array> {
  const { widthPx, heightPx } = printed
  const hurt = await withHurtMarks(printed, page, random)
  const fed = await sharp(hurt, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .toColourspace(page.tone === 'colour' ? 'srgb' : 'b-w')
    .rotate(page.skewDeg + page.quarterTurns * 90, { background: '#fff' })
    .toColourspace(page.tone === 'colour' ? 'srgb' : 'b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { info } = fed
  addNoise(fed.data, page.noise, 0.82 + random() * 0.18, random)
  const raw = { width: info.width, height: info.height, channels: info.channels }
  const image = sharp(fed.data, { raw })
  if (page.tone === 'bits' && page.form === 'picture')
    return image
      .threshold(120 + floor(random() * 50))
      .toColourspace('b-w')
      .tiff({ compression: 'ccittfax4', bitdepth: 1 })
      .toBuffer()
  const toned = page.tone === 'bits' ? image.threshold(120 + floor(random() * 50)) : image
  const jpeg = await toned.jpeg({ quality: 35 + floor(random() * 50) }).toBuffer()
  return page.form === 'picture' ? jpeg : plainPdf([{ jpeg, widthPx: info.width, heightPx: info.height }])
}

const ofPen = ['#d01818', '#c8102e', '#1a3fb0', '#111', '#0a7a34']

/** Ticks, underlinings and words between the marks; three bytes a pixel come back. */
async function corrected({ widthPx, heightPx, data }: Pixels, dpi: number, random: () => number): Promise<Pixels> {
  const [width, height] = [(widthPx / dpi) * 25.4, (heightPx / dpi) * 25.4]
  const strokes = Array.from({ length: 3 + floor(random() * 10) }, () => {
    const [x, y] = [width * (0.12 + random() * 0.7), height * (0.12 + random() * 0.75)]
    const colour = ofPen[floor(random() * ofPen.length)]
    return `<path d="M${x} ${y} q ${random() * 10} ${-random() * 10} ${random() * 19} ${random() * 5} t ${random() * 17} ${random() * 4}" stroke="${colour}" stroke-width="${0.3 + random() * 0.5}"/>`
  })
  const written = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 4 } })
    .composite([{ input: drawing(widthPx, heightPx, width, height, strokes.join('')) }])
    .removeAlpha()
    .raw()
    .toBuffer()
  return { widthPx, heightPx, data: written }
}

const drawing = (widthPx: number, heightPx: number, width: number, height: number, content: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${width} ${height}" fill="none" stroke-linecap="round">${content}</svg>`,
  )

/** Corner of a sheet that a mark stands in, in millimetres: the mark is 10 mm from the edges and 16 mm wide. */
const cornerSide = 46

async function withHurtMarks({ widthPx, heightPx, data }: Pixels, { dpi, damage }: SimulatedPage, random: () => number): Promise<Uint8Array> {
  const out = Uint8Array.from(data)
  const side = round((cornerSide / 25.4) * dpi)
  for (const [index, [left, top]] of [
    [widthPx - side, 0],
    [0, heightPx - side],
  ].entries()) {
    const kind = damage[index] ?? 'none'
    if (kind === 'none' || left === undefined || top === undefined) continue
    const rows = Array.from({ length: side }, (_, row) => out.subarray(((top + row) * widthPx + left) * 3, ((top + row) * widthPx + left + side) * 3))
    const place = index === 0 ? { x: cornerSide - 26, y: 10, corner: { x: cornerSide, y: 0 } } : { x: 10, y: cornerSide - 26, corner: { x: 0, y: cornerSide } }
    const hurt = await sharp(Buffer.concat(rows), { raw: { width: side, height: side, channels: 3 } })
      .composite([{ input: drawing(side, side, cornerSide, cornerSide, hurtMark(kind, { ...place, side: 16 }, random)) }])
      .removeAlpha()
      .raw()
      .toBuffer()
    rows.forEach((row, number) => row.set(hurt.subarray(number * side * 3, (number + 1) * side * 3)))
  }
  return out
}

interface MarkPlace {
  x: number
  y: number
  side: number
  corner: { x: number; y: number }
}

function hurtMark(damage: Damage, { x, y, side, corner }: MarkPlace, random: () => number): string {
  switch (damage) {
    case 'none':
      return ''
    case 'scribble': {
      const colour = ofPen[floor(random() * ofPen.length)]
      const points = Array.from({ length: 6 + floor(random() * 8) }, () => `${x + random() * side} ${y + random() * side}`)
      return `<path d="M${points.join('L')}" stroke="${colour}" stroke-width="${0.7 + random() * 0.8}"/>`
    }
    case 'torn': {
      // The corner is gone, and the mark with it.
      const reach = 33 + random() * 12
      return `<path d="M${corner.x} ${corner.y} h${corner.x === 0 ? reach : -reach} L${corner.x} ${corner.y + (corner.y === 0 ? reach : -reach)} z" fill="#fff" stroke="none"/>`
    }
    case 'blackened':
      return `<path d="M${x - 1} ${y - 1} h${side + 2} v${side + 2} h${-side - 2} z" fill="#222" stroke="none"/>`
  }
}

/** Grain (Box and Muller) and a lamp that is not even. */
function addNoise(data: Buffer, sigma: number, brightness: number, random: () => number): void {
  const grain = new Int8Array(4093).map(() => max(-127, min(127, round(sqrt(-2 * log(max(random(), 1e-9))) * cos(2 * PI * random()) * sigma))))
  let at = floor(random() * grain.length)
  const lit = Uint8Array.from({ length: 256 }, (_, value) => round(value * brightness))
  for (let index = 0; index < data.length; index++) {
    at = at + 1 === grain.length ? 0 : at + 1
    const value = (lit[data[index] ?? 0] ?? 0) + (grain[at] ?? 0)
    data[index] = value < 0 ? 0 : value > 255 ? 255 : value
  }
}

/** For people: what was not recognised, in a line. */
export const described = (page: SimulatedPage): string =>
  `${page.dpi} dpi ${page.tone} ${page.form}, turn ${page.quarterTurns * 90}, skew ${abs(round(page.skewDeg * 10) / 10)}, noise ${round(page.noise)}, ${page.damage.join('/')}`
