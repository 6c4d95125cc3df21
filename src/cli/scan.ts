/** `scan`: photos and PDFs to pages, the same code as the gateway's, on files. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import { plainPdf } from '../bundle/plain-pdf'
import { codeOf, errnoOf, Fault } from '../errors'
import { type MadePage } from '../pages/page'
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
  duplicateOf: string | null
  pages: MadePage[]
  error: string | null
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
    const kept: MadePage[] = []
    const names = new Set<string>()
    for (const one of doing) {
      const scanned = await one
      bar?.increment()
      await tell(scanned, options, globals.json, kept, names)
      if (scanned.error !== null) process.exitCode = 1
    }
    if (options.output !== undefined && kept.length > 0) await writeWhole(options.output, await plainPdf(kept))
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

async function scanOne(file: string, workers: PageWorkers, maxPages: number, duplicateOf: string | null): Promise<Scanned> {
  try {
    if ((await stat(file)).isDirectory()) throw new Fault('not-a-picture')
    return { input: file, duplicateOf, pages: await workers.make({ file, maxPages }), error: null }
  } catch (error) {
    const code = codeOf(error)
    return {
      input: file,
      duplicateOf: null,
      pages: [],
      error: error instanceof Fault ? `${error.code}: ${error.say}` : code === 'ENOENT' ? 'ENOENT: there is no such file' : code,
    }
  }
}

async function tell(scanned: Scanned, options: ScanOptions, json: boolean, kept: MadePage[], names: Set<string>): Promise<void> {
  const { input, pages, error, duplicateOf } = scanned
  if (error !== null) {
    if (json) printJson({ input, error })
    else complain(`${input}: ${error}`)
    return
  }
  for (const page of pages) {
    kept.push(page)
    const output = options.outDir === undefined ? `${options.output}#${kept.length}` : await writePage(options.outDir, input, page, pages.length, names)
    const line = {
      input,
      page: page.number,
      output,
      width: page.widthPx,
      height: page.heightPx,
      bytes: page.jpeg.length,
      rotation: page.rotationDegCw,
      corners: page.corners,
      quality: page.quality,
      duplicateOf,
    }
    if (json) printJson(line)
    else
      print(
        `${input} page ${page.number}: ${output}, ${page.widthPx} × ${page.heightPx}, ${Math.round(page.jpeg.length / 1000)} kB, ${page.quality.verdict}${duplicateOf === null ? '' : `, the same as ${duplicateOf}`}`,
      )
  }
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
