/** An invented class in several scripts with small pictures drawn for the tests. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { BundleInput, BundlePage, BundleStudent } from '../../src/bundle/bundle-input'
import { loadBundleWords } from '../../src/text/bundle-words-files'

export const markKey = '0f'.repeat(32)
export const otherKey = '1e'.repeat(32)

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'cartable-bundle-'))

/** A ruled sheet with scribbles: the seed bends them, so that no two pictures are equal. */
export async function drawnPage(seed: number, widthPx = 620, heightPx = 877): Promise<Buffer> {
  const rules = Array.from({ length: 24 }, (_, index) => `<path d="M40 ${80 + index * 32}H${widthPx - 40}" stroke="#b9c6dd"/>`).join('')
  const words = Array.from({ length: 12 }, (_, index) => {
    const y = 100 + index * 60
    return `<path d="M60 ${y} q ${20 + ((seed * 7 + index * 13) % 40)} -30 40 0 t 50 0 t 60 ${(seed + index) % 9} t 40 0 t 70 0" fill="none" stroke="#22305a" stroke-width="3"/>`
  }).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><rect width="100%" height="100%" fill="#fdfcf8"/>${rules}${words}</svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 60 }).toBuffer()
}

const people: [string, string][] = [
  ['e-101', 'Zoé Martin'],
  ['e-102', 'Łukasz Nowak'],
  ['e-103', 'Nguyễn Thị Hồng Ánh'],
  ['e-104', 'محمد علي'],
  ['e-105', '李伟'],
  ['e-106', 'Іван Шевченко'],
  ['e-107', 'Marie-Éléonore de La Rochefoucauld-Montmorency-Beaufort'],
  ['e-108', 'Ayşe Yıldız (أمينة)'],
]

function workOf(index: number, file: (name: string) => string): Partial<BundleStudent> & { pages: BundlePage[] } {
  const picture = (id: number, landscape = false): BundlePage => {
    const [widthPx, heightPx] = landscape ? [877, 620] : [620, 877]
    return { id, kind: 'picture', file: file(landscape ? 'landscape.jpg' : `page${id % 3}.jpg`), widthPx, heightPx }
  }
  const at = '2020-03-20T16:41:00.000Z'
  switch (index) {
    case 0:
      return { states: ['submitted'], submittedAt: at, pages: [picture(11), picture(12), picture(13)] }
    case 1:
      return {
        states: ['late', 'question'],
        late: true,
        submittedAt: '2020-03-20T17:05:00.000Z',
        postmarkedAt: '2020-03-20T16:58:00.000Z',
        pages: [picture(21, true)],
      }
    case 2:
      return {
        states: ['submitted'],
        submittedAt: at,
        pages: [
          { id: 31, kind: 'typed', text: 'Bonjour madame,\n\nPar le théorème de Thalès, AM/AB = AN/AC = MN/BC.\nDonc MN = 4,5 cm. 好\n\nCordialement,\nÁnh' },
        ],
      }
    case 3:
      return { states: ['several'], submittedAt: at, pages: [picture(41), picture(42)] }
    case 4:
      return { states: ['submitted'], submittedAt: at, pages: [picture(51)] }
    case 5:
      return {
        states: ['submitted'],
        submittedAt: at,
        pages: [
          { id: 61, kind: 'document', filename: 'Devoir de maths – Іван.docx', text: 'Exercice 1\nОтвет: 4,5 см' },
          { id: 62, kind: 'unreadable', filename: 'IMG_0042.HEIC', reason: 'Le fichier est incomplet.' },
        ],
      }
    case 6:
      return { states: ['missing'], pages: [] }
    default:
      return { states: ['unreachable'], pages: [] }
  }
}

export async function sampleClass(folder: string, locale: 'fr' | 'en' = 'fr'): Promise<BundleInput> {
  const file = (name: string): string => join(folder, name)
  for (const seed of [0, 1, 2]) writeFileSync(file(`page${seed}.jpg`), await drawnPage(seed))
  writeFileSync(file('landscape.jpg'), await drawnPage(5, 877, 620))
  return {
    school: 'Collège des Tilleuls',
    locale,
    timezone: 'Europe/Paris',
    className: '3B',
    code: 'K7Q2',
    title: 'Théorème de Thalès',
    teacherName: 'Anne Lefèvre',
    dueAt: '2020-03-20T17:00:00.000Z',
    madeAt: '2020-03-20T17:15:00.000Z',
    part: null,
    markKey,
    students: people.map(([id, name], index) => ({ id, name, states: [], submittedAt: null, late: false, ...workOf(index, file) })),
    words: loadBundleWords(locale),
  }
}
