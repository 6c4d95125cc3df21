/** Builds piles in memory, and looks into PDFs, for the tests. */
import { readPicture } from '../../src/bundle/pile-files'
import { CorrectionCutter, type CutSources } from '../../src/bundle/cut-correction'
import { buildBundle } from '../../src/bundle/build-bundle'
import type { BuiltBundle, BundleInput } from '../../src/bundle/bundle-input'
import { loadBundleFonts } from '../../src/bundle/bundle-fonts-files'
import { openPdf, pixelsToJpeg } from '../../src/pages/pdf-to-picture'

export async function built(input: BundleInput): Promise<{ bytes: Buffer; result: BuiltBundle }> {
  const parts: Uint8Array[] = []
  const result = await buildBundle(input, { ...loadBundleFonts(), readPicture }, (chunk) => parts.push(Uint8Array.from(chunk)))
  return { bytes: Buffer.concat(parts), result }
}

export async function textsOf(bytes: Uint8Array): Promise<string[]> {
  const pdf = await openPdf(bytes)
  const texts: string[] = []
  for (let index = 0; index < pdf.pageCount; index++) texts.push(await pdf.text(index))
  await pdf.close()
  return texts
}

export interface Scan {
  jpeg: Buffer
  widthPx: number
  heightPx: number
}

/** Pages as a scanner would give them. */
export async function scansOf(bytes: Uint8Array, dpi: number, rotationDegCw = 0): Promise<Scan[]> {
  const pdf = await openPdf(bytes)
  const scans: Scan[] = []
  for (let index = 0; index < pdf.pageCount; index++) scans.push(await pixelsToJpeg(await pdf.render(index, dpi), rotationDegCw, 60))
  await pdf.close()
  return scans
}

/** One copy out of one file. */
export async function cutPages(bytes: Uint8Array, pages: (number | { index: number; rotationDegCw: number })[], sources: CutSources): Promise<Uint8Array> {
  const cutter = new CorrectionCutter(() => bytes, sources)
  try {
    return await cutter.cut(pages.map((page) => (typeof page === 'number' ? { file: 0, index: page, rotationDegCw: 0 } : { file: 0, ...page })))
  } finally {
    await cutter.close()
  }
}
