/**
 * The pile on its way back: reading 120 scanned pages beside bare decoding of the same pages, and cutting an annotated PDF of 120 pages into 30 copies beside
 * loading it with pdf-lib. CPU, wall and peak memory of fresh processes. Run: npm run build && npm run bench return
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BundleInput } from '../src/bundle/bundle-input'
import { drawRedInk } from '../src/bundle/draw-red-ink'
import { plainPdf } from '../src/bundle/plain-pdf'
import { openPdf, pixelsToJpeg } from '../src/pages/pdf-to-picture'
import { built } from '../test/bundle/built-pile'
import { drawnPage, markKey, sampleClass } from '../test/bundle/sample-class'

const dist = join(__dirname, '..', 'dist')
const [students, pagesEach] = [30, 4]
const count = students * pagesEach

interface Cost {
  cpuS: number
  wallS: number
  peakMb: number
}

/** A script of its own process, with our modules and `folder` at hand. */
function costOf(folder: string, script: string): Cost {
  const body = `const own=(name)=>require(${JSON.stringify(dist)}+'/'+name);const {readFileSync,writeFileSync}=require('node:fs');const folder=${JSON.stringify(folder)};(async()=>{${script}})()`
  const began = performance.now()
  const { stderr, status } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', process.execPath, '-e', body], { encoding: 'utf8', cwd: join(__dirname, '..') })
  if (status !== 0) throw new Error(stderr)
  const [user = 0, system = 0, peakKb = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { cpuS: user + system, wallS: (performance.now() - began) / 1000, peakMb: peakKb / 1000 }
}

async function pile(folder: string): Promise<Buffer> {
  const input: BundleInput = await sampleClass(folder)
  const made = []
  for (let student = 0; student < students; student++) {
    const pages = []
    for (let page = 0; page < pagesEach; page++) {
      const id = student * pagesEach + page + 1
      const file = join(folder, `p${id}.jpg`)
      writeFileSync(file, await drawnPage(id, 1654, 2339))
      pages.push({ id, kind: 'picture' as const, file, widthPx: 1654, heightPx: 2339 })
    }
    made.push({ id: `e-${student}`, name: `Élève ${student}`, states: ['submitted' as const], submittedAt: '2020-03-20T16:00:00Z', late: false, pages })
  }
  return (await built({ ...input, students: made })).bytes
}

/** As a copier mails it: 200 dpi, a JPEG a page. */
async function scanned(bytes: Uint8Array): Promise<Uint8Array> {
  const pdf = await openPdf(bytes)
  const sheets = []
  for (let index = 1; index < pdf.pageCount; index++) sheets.push(await pixelsToJpeg(await pdf.render(index, 200), index % 2 === 0 ? 180 : 0, 70))
  await pdf.close()
  return plainPdf(sheets)
}

const load = `const {openReturned}=own('bundle/returned-pages.js');const pages=await openReturned(readFileSync(folder+'/scan.pdf'),2000);`
const decode = `${load}for(let i=0;i<pages.count;i++)await pages.picture(i,150)`
const read = `${load}const {recognise}=own('bundle/recognise.js');const {loadCodeReader}=own('bundle/mark-reader-files.js');
const seen=await recognise(pages,${JSON.stringify(markKey)},loadCodeReader());if(seen.filter((page)=>page.pageId!==null).length!==${count})throw new Error('not all recognised')`
const parse = `const {PDFDocument}=require('@cantoo/pdf-lib');await PDFDocument.load(readFileSync(folder+'/inked.pdf'),{updateMetadata:false})`
const cut = `const {CorrectionCutter}=own('bundle/cut-correction.js');const {loadBundleFonts}=own('bundle/bundle-fonts-files.js');
const bytes=readFileSync(folder+'/inked.pdf');const cutter=new CorrectionCutter(()=>bytes,{regularFont:loadBundleFonts().regularFont,title:'t',maxPages:2000});
for(let student=0;student<${students};student++){const pages=[];for(let page=0;page<${pagesEach};page++)pages.push({file:0,index:1+student*${pagesEach}+page,rotationDegCw:0});
writeFileSync(folder+'/copy.pdf',await cutter.cut(pages))}await cutter.close()`

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-bench-'))
  try {
    const bytes = await pile(folder)
    writeFileSync(join(folder, 'scan.pdf'), await scanned(bytes))
    writeFileSync(join(folder, 'inked.pdf'), await drawRedInk(bytes))
    const tell = (what: string, bare: Cost, own: Cost): void =>
      console.log(
        `${what}: ${own.cpuS.toFixed(2)} CPU s (${Math.round((own.cpuS / count) * 1000)} ms a page), ${own.wallS.toFixed(2)} s, ${Math.round(own.peakMb)} MB; ` +
          `bare ${bare.cpuS.toFixed(2)} CPU s, ${Math.round(bare.peakMb)} MB: CPU × ${(own.cpuS / bare.cpuS).toFixed(2)}, memory × ${(own.peakMb / bare.peakMb).toFixed(2)}`,
      )
    console.log(
      `${count} pages; scan ${(statSync(join(folder, 'scan.pdf')).size / 1e6).toFixed(1)} MB, annotated ${(statSync(join(folder, 'inked.pdf')).size / 1e6).toFixed(1)} MB`,
    )
    tell('recognising the scan', costOf(folder, decode), costOf(folder, read))
    tell(`cutting ${students} copies`, costOf(folder, parse), costOf(folder, cut))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

void main()
