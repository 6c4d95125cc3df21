/** `scan`: photos and PDFs to pages, the same code as the gateway's, on files. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import { plainPdf } from '../bundle/plain-pdf'
import { codeOf, errnoOf, Fault } from '../errors'
import { findCopies } from '../pages/find-copies'
import type { MadePage } from '../pages/page'
import { createPageWorkers, type PageWorkers } from '../pages/page-workers'
import { loadConfiguration } from './configuration'
import type { Globals } from './globals'
import { complain, fail, print, printJson } from './output'

interface ScanOptions {
  output?: string
  outDir?: string
}

interface Scanned {
  input: string
  /** Of the same bytes, given before. */
  originalOf: string | null
  pages: MadePage[]
  error: string | null
}

/** A page that came out; its JPEG is kept only where no file of its own holds it. */
interface Come {
  input: string
  originalOf: string | null
  output: string
  page: Omit<MadePage, 'jpeg'>
  jpeg: Buffer | null
  bytes: number
}

export function scanCommand(program: Command, globals: () => Globals): void {
  program
    .command('scan')
    .description('photos and PDFs to upright, legible pages')
    .argument('<files...>')
    .option('-o, --output <file>', 'one PDF of all pages')
    .option('--out-dir <folder>', 'a JPEG a page')
    .action(async (files: string[], options: ScanOptions) => {
      try {
        await scan(files, options, globals())
      } catch (error) {
        fail(error)
      }
    })
}

async function scan(files: string[], options: ScanOptions, globals: Globals): Promise<void> {
  if ((options.output === undefined) === (options.outDir === undefined))
    throw new Fault('usage', 'scan: say where the pages go: either -o OUT.pdf or --out-dir FOLDER')
  const { config } = loadConfiguration(globals.config)
  if (options.outDir !== undefined) await mkdir(options.outDir, { recursive: true })
  const workers = createPageWorkers({ workers: config.limits.pageWorkers, maxPixels: config.limits.pixels })
  const bar = process.stderr.isTTY ? new SingleBar({ format: '{bar} {value}/{total}', stream: process.stderr }) : null
  bar?.start(files.length, 0)
  try {
    const originals = await originalsOf(files)
    const doing = files.map((file, index) => scanOne(file, workers, config.limits.pagesPerSubmission, originals[index] ?? null))
    const come: Come[] = []
    const names = new Set<string>()
    const faults: { before: number; input: string; error: string }[] = []
    for (const one of doing) {
      const scanned = await one
      if (scanned.error !== null) faults.push({ before: come.length, input: scanned.input, error: scanned.error })
      else for (const page of scanned.pages) come.push(await keep(scanned, page, options, come.length + 1, names))
      bar?.increment()
    }
    if (options.output !== undefined && come.length > 0)
      await writeWhole(options.output, await plainPdf(come.flatMap(({ page, jpeg }) => (jpeg ? [{ ...page, jpeg }] : []))))
    const duplicates = await duplicatesOf(come, workers)
    bar?.stop()
    // In the order of the files: the pages of each, or why there are none.
    for (let index = 0; index <= come.length; index++) {
      for (const { input, error } of faults.filter(({ before }) => before === index)) tellFault(input, error, globals.json)
      const one = come[index]
      if (one) tell(one, duplicates[index] ?? null, globals.json)
    }
    if (!globals.json) complain(summary(files.length, faults.length, come, duplicates))
    if (faults.length > 0) process.exitCode = 1
  } finally {
    bar?.stop()
    await workers.close()
  }
}

/** For each file the first one before it with the same bytes, or null. What cannot be read is nobody's copy: its own line says why. */
async function originalsOf(files: string[]): Promise<(string | null)[]> {
  const seen = new Map<string, string>()
  const originals: (string | null)[] = []
  for (const file of files) {
    const key = await hashOf(file)
    const original = key === null ? undefined : seen.get(key)
    originals.push(original ?? null)
    if (key !== null && original === undefined) seen.set(key, file)
  }
  return originals
}

/** Null: empty, or not to be read. */
async function hashOf(file: string): Promise<string | null> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const piece of createReadStream(file)) {
      bytes += (piece as Buffer).length
      hash.update(piece as Buffer)
    }
  } catch (error) {
    if (errnoOf(error) === null) throw error
    return null
  }
  return bytes === 0 ? null : hash.digest('hex')
}

async function scanOne(file: string, workers: PageWorkers, maxPages: number, originalOf: string | null): Promise<Scanned> {
  try {
    if ((await stat(file)).isDirectory()) throw new Fault('not-a-picture')
    return { input: file, originalOf, pages: await workers.make({ file, maxPages }), error: null }
  } catch (error) {
    const code = codeOf(error)
    const said = error instanceof Fault ? `${error.code}: ${error.say}` : code === 'ENOENT' ? 'ENOENT: there is no such file' : code
    return { input: file, originalOf: null, pages: [], error: said }
  }
}

async function keep({ input, originalOf, pages }: Scanned, page: MadePage, options: ScanOptions, place: number, names: Set<string>): Promise<Come> {
  const { jpeg, ...rest } = page
  if (options.outDir === undefined) return { input, originalOf, output: `${options.output}#${place}`, page: rest, jpeg, bytes: jpeg.length }
  const output = await writePage(options.outDir, input, page, pages.length, names)
  return { input, originalOf, output, page: rest, jpeg: null, bytes: jpeg.length }
}

/** For each page the file that shows it better, or the same file given before. */
async function duplicatesOf(come: readonly Come[], workers: PageWorkers): Promise<(string | null)[]> {
  // A file of the same bytes has its answer; comparing its pages would say it again.
  const fresh = come.filter((one) => one.originalOf === null)
  const jpegOf = async (index: number): Promise<Buffer> => fresh[index]?.jpeg ?? (await readFile(fresh[index]?.output ?? ''))
  const copyOf = await findCopies(
    fresh.map((one) => one.page),
    async (one, other, placed) => workers.areSame(await jpegOf(one), await jpegOf(other), placed),
  )
  const better = new Map(fresh.map((one, index) => [one, fresh[copyOf[index] ?? -1]?.input ?? null]))
  return come.map((one) => one.originalOf ?? better.get(one) ?? null)
}

function tellFault(input: string, error: string, json: boolean): void {
  if (json) printJson({ input, error })
  else complain(`${input}: ${error}`)
}

function tell({ input, output, page, bytes }: Come, duplicateOf: string | null, json: boolean): void {
  const { number, widthPx: width, heightPx: height, rotationDegCw: rotation, isTurnDoubtful: rotationDoubtful, corners, quality } = page
  if (json) printJson({ input, page: number, output, width, height, bytes, rotation, rotationDoubtful, corners, quality, duplicateOf })
  else {
    const copy = duplicateOf === null ? '' : `, the same sheet as ${duplicateOf}`
    const turn = rotationDoubtful ? ', which way is up in doubt' : ''
    print(`${input} page ${number}: ${output}, ${width} × ${height}, ${Math.round(bytes / 1000)} kB, ${quality.verdict}${turn}${copy}`)
  }
}

/** `12 files: 13 pages, 1 blurry, 2 the same sheet again; 1 file not read`. */
function summary(files: number, failed: number, come: readonly Come[], duplicates: readonly (string | null)[]): string {
  const counted = (count: number, of: string): string => `${count} ${of}${count === 1 ? '' : 's'}`
  const faults = new Map<string, number>()
  for (const { page } of come) if (page.quality.verdict !== 'good') faults.set(page.quality.verdict, (faults.get(page.quality.verdict) ?? 0) + 1)
  const again = duplicates.filter((of) => of !== null).length
  const parts = [
    counted(come.length, 'page'),
    ...[...faults].map(([verdict, count]) => `${count} ${verdict}`),
    ...(again > 0 ? [`${again} the same sheet again`] : []),
  ]
  return `${counted(files, 'file')}: ${parts.join(', ')}${failed > 0 ? `; ${counted(failed, 'file')} not read` : ''}`
}

/** `IMG_1.jpg`, `IMG_1-2.jpg` for further pages; two inputs of one name do not overwrite each other. */
async function writePage(folder: string, input: string, page: MadePage, count: number, names: Set<string>): Promise<string> {
  const base = basename(input, extname(input)) || 'page'
  const suffix = count > 1 ? `-${page.number}` : ''
  let name = `${base}${suffix}.jpg`
  for (let again = 2; names.has(name.toLowerCase()); again++) name = `${base}_${again}${suffix}.jpg`
  names.add(name.toLowerCase())
  await writeWhole(join(folder, name), page.jpeg)
  return join(folder, name)
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.part`, 'w')
  try {
    await file.writeFile(bytes)
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}
