/**
 * Photos to pages, as ratios of CPU time in the same run: a 12-megapixel JPEG against bare sharp (turn by EXIF, fit, JPEG), a HEIC against its decoder and sharp.
 * Then a hundred photos through one process: its memory must not grow. `npm run bench pages`
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { makePages } from '../src/pages/make-page'
import { readHeic } from '../src/pages/read-heic'
import { shutLoaders } from '../src/pages/shut-loaders'

const photos = join(__dirname, '..', 'test', 'photos')
const rounds = 9
const manyPhotos = 100
const maxPixels = 100_000_000
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const cpuMsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const used = process.cpuUsage(before)
  return (used.user + used.system) / 1000
}
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20)

/** In turn, so that a busy machine slows both. */
async function compare(what: string, bare: () => Promise<unknown>, ours: () => Promise<unknown>): Promise<void> {
  for (let warm = 0; warm < 2; warm++) {
    await bare()
    await ours()
  }
  const [bareMs, oursMs]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    bareMs.push(await cpuMsOf(bare))
    oursMs.push(await cpuMsOf(ours))
  }
  const ratio = median(oursMs.map((ms, index) => ms / (bareMs[index] ?? 1)))
  say(
    `${what}: bare ${median(bareMs).toFixed(0)} CPU ms, ours ${median(oursMs).toFixed(0)} CPU ms, ratio ${ratio.toFixed(2)}; peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  )
}

async function main(): Promise<void> {
  shutLoaders()
  const folder = mkdtempSync(join(tmpdir(), 'bench-pages-'))
  const file = join(folder, 'photo.jpg')
  const source = sharp(join(photos, 'squared-sideways-exif6.jpg'))
  writeFileSync(file, await source.resize(4000, 3000, { fit: 'fill' }).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer())
  const large = readFileSync(file)
  const fitted = (picture: sharp.Sharp) => picture.resize(1654, 2339, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer()
  await compare(
    `JPEG, 12 megapixels, ${(large.length / 1e6).toFixed(1)} MB`,
    () => fitted(sharp(large, { sequentialRead: true }).autoOrient()),
    () => makePages(large, 1, { maxPixels }),
  )
  const heic = readFileSync(join(photos, 'squared-upright.heic'))
  await compare(
    `HEIC, 3 megapixels, ${(heic.length / 1e6).toFixed(1)} MB`,
    async () => {
      const { data, widthPx: width, heightPx: height } = await readHeic(heic, maxPixels)
      return fitted(sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha())
    },
    () => makePages(heic, 1, { maxPixels }),
  )
  const resident: number[] = []
  for (let photo = 0; photo < manyPhotos; photo++) {
    await makePages(large, 1, { maxPixels })
    if (photo % 20 === 19) resident.push(mebibytes(process.memoryUsage().rss))
  }
  say(
    `${manyPhotos} photos of 12 megapixels in one process: resident ${resident.join(', ')} MiB after each 20; peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  )
  rmSync(folder, { recursive: true, force: true })
}

void main()
