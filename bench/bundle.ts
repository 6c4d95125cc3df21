/** A pile of 30 × 4 JPEG pages beside img2pdf on the same files: CPU seconds and peak memory, interleaved, medians, as ratios. Run: npm run bench bundle */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-bench-'))
  const files: string[] = []
  for (let seed = 0; seed < 120; seed++) {
    const file = join(folder, `p${seed}.jpg`)
    // Twelve different pictures are enough: both programs read each file.
    writeFileSync(file, seed < 12 ? await picture(seed) : execFileSync('cat', [files[seed % 12] ?? ''], { maxBuffer: 1e8 }))
    files.push(file)
  }
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  const students = Array.from({ length: 30 }, (_, index): BundleStudent => {
    const pages = [0, 1, 2, 3].map((page) => ({
      id: index * 4 + page + 1,
      kind: 'picture' as const,
      file: files[index * 4 + page] ?? '',
      widthPx: 1654,
      heightPx: 2339,
    }))
    return { id: `e-${index}`, name: `Élève ${index}`, states: ['submitted'], submittedAt: '2020-03-20T16:00:00Z', late: false, pages }
  })
  const facts = {
    school: 'Collège',
    locale: 'fr',
    timezone: 'Europe/Paris',
    className: '3B',
    code: 'K7Q2',
    title: 'Thalès',
    teacherName: 'A. Lefèvre',
  } as const
  const input: BundleInput = {
    ...facts,
    dueAt: null,
    madeAt: '2020-03-20T18:00:00Z',
    part: null,
    markKey: '0f'.repeat(32),
    students,
    words: loadBundleWords('fr'),
  }
  writeFileSync(join(folder, 'input.json'), JSON.stringify(input))
  // What the worker does with a build job, in a fresh process.
  const load = (name: string): string => `require(${JSON.stringify(join(dist, name))})`
  const script = `require(${JSON.stringify(join(__dirname, '..', 'dist', 'bundle', 'optimise-later.js'))});const input=JSON.parse(require('fs').readFileSync(${JSON.stringify(join(folder, 'input.json'))},'utf8'));
const {buildBundle}=${load('build-bundle.js')};const {loadBundleFonts}=${load('bundle-fonts-files.js')};const {intoFile,readPicture}=${load('pile-files.js')};
intoFile(${JSON.stringify(join(folder, 'own.pdf'))},(sink)=>buildBundle(input,{...loadBundleFonts(),readPicture},sink))`
  const own: Cost[] = []
  const peer: Cost[] = []
  for (let round = 0; round < rounds; round++) {
    peer.push(costOf('img2pdf', [...files, '-o', join(folder, 'peer.pdf')]))
    own.push(costOf(process.execPath, ['-e', script]))
  }
  const pick = (costs: Cost[], key: keyof Cost): number => median(costs.map((cost) => cost[key]))
  const ratio = (key: keyof Cost): string => (pick(own, key) / pick(peer, key)).toFixed(2)
  console.log(`120 pages, ${(bytes / 1e6).toFixed(1)} MB`)
  console.log(`img2pdf  ${pick(peer, 'cpuS').toFixed(2)} CPU s  ${Math.round(pick(peer, 'peakKb') / 1000)} MB`)
  console.log(
    `cartable ${pick(own, 'cpuS').toFixed(2)} CPU s  ${Math.round(pick(own, 'peakKb') / 1000)} MB   CPU × ${ratio('cpuS')}, memory × ${ratio('peakKb')}`,
  )
  rmSync(folder, { recursive: true })
}

void main()
