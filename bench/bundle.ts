/** Piles of 30 × 4 and 40 × 12 JPEG pages beside img2pdf on the same files: CPU seconds and peak memory, interleaved, medians, as ratios. Run: npm run bench bundle */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { BundleInput, BundleStudent } from '../src/bundle/bundle-input'
import { loadBundleWords } from '../src/text/bundle-words-files'

const rounds = 3
const dist = join(__dirname, '..', 'dist', 'bundle')

interface Cost {
  cpuS: number
  peakKb: number
}

/** A4 at 200 dpi with grain until it weighs about 200 KB. */
async function picture(seed: number): Promise<Buffer> {
  const [width, height] = [1654, 2339]
  const lines = Array.from(
    { length: 40 },
    (_, index) =>
      `<path d="M80 ${150 + index * 52} q ${100 + ((seed * 31 + index * 17) % 90)} -60 200 0 t 300 0 t 500 0" stroke="#223" stroke-width="5" fill="none"/>`,
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#f4f1ea"/>${lines.join('')}</svg>`
  const noise = { create: { width, height, channels: 3 as const, background: '#808080', noise: { type: 'gaussian' as const, mean: 128, sigma: 6 } } }
  const grain = await sharp(noise).png({ compressionLevel: 1 }).toBuffer()
  return sharp(Buffer.from(svg))
    .composite([{ input: grain, blend: 'soft-light' }])
    .jpeg({ quality: 62 })
    .toBuffer()
}

function costOf(command: string, args: string[]): Cost {
  const { stderr, status } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', command, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const [user = 0, system = 0, peakKb = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { cpuS: user + system, peakKb }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0

/** A class whose pages are these files in turn. */
function inputOf(files: string[], count: number, pagesEach: number): BundleInput {
  const students = Array.from({ length: count }, (_, index): BundleStudent => {
    const pages = Array.from({ length: pagesEach }, (__, page) => ({
      id: index * pagesEach + page + 1,
      kind: 'picture' as const,
      file: files[(index * pagesEach + page) % files.length] ?? '',
      widthPx: 1654,
      heightPx: 2339,
    }))
    return { id: `e-${index}`, name: `Élève ${index}`, states: ['submitted'], submittedAt: '2020-03-20T16:00:00Z', late: false, pages }
  })
  const about = {
    school: 'Collège',
    locale: 'fr',
    timezone: 'Europe/Paris',
    className: '3B',
    code: 'K7Q2',
    title: 'Thalès',
    teacherName: 'A. Lefèvre',
  } as const
  return { ...about, dueAt: null, madeAt: '2020-03-20T18:00:00Z', part: null, markKey: '0f'.repeat(32), students, words: loadBundleWords('fr') }
}

/** What the worker does with a build job, in a fresh process. */
function scriptOf(folder: string): string {
  const load = (name: string): string => `require(${JSON.stringify(join(dist, name))})`
  return `${load('optimise-later.js')};const input=JSON.parse(require('fs').readFileSync(${JSON.stringify(join(folder, 'input.json'))},'utf8'));
const {buildBundle}=${load('build-bundle.js')};const {loadBundleFonts}=${load('bundle-fonts-files.js')};const {intoFile,readPicture}=${load('pile-files.js')};
intoFile(${JSON.stringify(join(folder, 'own.pdf'))},(sink)=>buildBundle(input,{...loadBundleFonts(),readPicture},sink))`
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-bench-'))
  const files: string[] = []
  for (let seed = 0; seed < 120; seed++) {
    const file = join(folder, `p${seed}.jpg`)
    // Twelve different pictures are enough: both programs read each file.
    writeFileSync(file, seed < 12 ? await picture(seed) : readFileSync(files[seed % 12] ?? ''))
    files.push(file)
  }
  for (const [count, pagesEach] of [
    [30, 4],
    [40, 12],
  ] as const) {
    const input = inputOf(files, count, pagesEach)
    const used = input.students.flatMap(({ pages }) => pages.map((page) => (page.kind === 'picture' ? page.file : '')))
    writeFileSync(join(folder, 'input.json'), JSON.stringify(input))
    const own: Cost[] = []
    const peer: Cost[] = []
    for (let round = 0; round < rounds; round++) {
      peer.push(costOf('img2pdf', [...used, '-o', join(folder, 'peer.pdf')]))
      own.push(costOf(process.execPath, ['-e', scriptOf(folder)]))
    }
    const pick = (costs: Cost[], key: keyof Cost): number => median(costs.map((cost) => cost[key]))
    const ratio = (key: keyof Cost): string => (pick(own, key) / pick(peer, key)).toFixed(2)
    const told = (name: string, costs: Cost[]): string => `${name} ${pick(costs, 'cpuS').toFixed(2)} CPU s  ${Math.round(pick(costs, 'peakKb') / 1000)} MB`
    console.log(`${count} × ${pagesEach} pages, ${(used.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6).toFixed(1)} MB`)
    console.log(`${told('img2pdf ', peer)}\n${told('cartable', own)}   CPU × ${ratio('cpuS')}, memory × ${ratio('peakKb')}`)
  }
  rmSync(folder, { recursive: true })
}

void main()
