/** A 12-megapixel JPEG to a page, as a ratio of CPU time to bare sharp: turn by EXIF, fit, JPEG, of the same file in the same run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { makePages } from '../src/pages/make-page'

const photo = join(__dirname, '..', 'test', 'photos', 'squared-sideways-exif6.jpg')
const rounds = 9

const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const used = process.cpuUsage(before)
  return (used.user + used.system) / 1000
}
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pages-'))
  const file = join(folder, 'photo.jpg')
  writeFileSync(file, await sharp(photo).resize(4000, 3000, { fit: 'fill' }).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer())
  const bytes = readFileSync(file)
  const bare = () => sharp(bytes, { sequentialRead: true }).autoOrient().resize(1654, 2339, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer()
  const ours = () => makePages(bytes, 1, { maxPixels: 100_000_000 })
  await bare()
  await ours()
  const bareMs: number[] = []
  const oursMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    bareMs.push(await cpuOf(bare))
    oursMs.push(await cpuOf(ours))
  }
  const ratios = oursMs.map((ms, index) => ms / (bareMs[index] ?? 1))
  process.stdout.write(
    `12 megapixels, ${(bytes.length / 1e6).toFixed(1)} MB: bare ${median(bareMs).toFixed(0)} CPU ms, ours ${median(oursMs).toFixed(0)} CPU ms, ratio ${median(ratios).toFixed(2)}; peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`,
  )
  rmSync(folder, { recursive: true, force: true })
}

void main()
