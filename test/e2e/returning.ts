/** The pile in the teacher's hands, for the tests of its way back: bundled, scanned, looked at. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { type BundlePool, createBundlePool } from '../../src/bundle/bundle-pool'
import { plainPdf } from '../../src/bundle/plain-pdf'
import { openPdf, pixelsToJpeg } from '../../src/pages/pdf-to-picture'
import { findPage } from '../../src/store/submissions'
import { teacher } from './people'
import { jpeg } from './pictures'
import { type Left, markKey, type School } from './school'
import type { FileToSend } from './writing'

export const zoe = 'zoe.martin@famille.example'
export const yanis = 'yanis.moreau@famille.example'
export const emily = 'emily@clarke.example'

/** Two pages of Zoé's, one of Yanis', one of Emily's; after the deadline the teacher has the pile. */
export async function bundled(school: School): Promise<{ code: string; pile: FileToSend }> {
  const { code } = await school.post()
  await school.reply('zoe', { files: [await jpeg(1), await jpeg(2)] })
  await school.reply('yanis', { files: [await jpeg(3)] })
  await school.reply('emily', { files: [await jpeg(4)] })
  await school.goTo('2020-03-20T18:16:00+01:00')
  return { code, pile: pdfOf(await school.one({ to: teacher, template: 'bundle' })) }
}

export function pdfOf(mail: Left): FileToSend {
  const file = mail.message.files.find((one) => one.mediaType === 'application/pdf')
  if (!file) throw new Error(`no PDF in ${mail.template} to ${mail.to}`)
  return { name: file.filename, mediaType: 'application/pdf', content: file.content }
}

/** What a copier makes of a sheet: degrees it is turned and askew, and whether both its marks were covered. */
export interface Feed {
  page: number
  turn?: number
  skew?: number
  covered?: boolean
}

/** A scan of these pages of the pile, as JPEGs. */
export async function scan(pile: FileToSend, feeds: Feed[], dpi = 150): Promise<{ jpeg: Buffer; widthPx: number; heightPx: number }[]> {
  const pdf = await openPdf(pile.content)
  const sheets = []
  for (const { page, turn = 0, skew = 0, covered = false } of feeds) {
    const { jpeg: sheet, widthPx, heightPx } = await pixelsToJpeg(await pdf.render(page, dpi))
    const side = Math.round((34 / 25.4) * dpi)
    const white = { input: { create: { width: side, height: side, channels: 3 as const, background: '#fff' } } }
    const hands = covered
      ? [
          { ...white, left: widthPx - side, top: 0 },
          { ...white, left: 0, top: heightPx - side },
        ]
      : []
    const fed = await sharp(await sharp(sheet).composite(hands).toBuffer())
      .rotate(turn + skew, { background: '#fff' })
      .toColourspace('b-w')
      .jpeg({ quality: 70 })
      .toBuffer({ resolveWithObject: true })
    sheets.push({ jpeg: fed.data, widthPx: fed.info.width, heightPx: fed.info.height })
  }
  await pdf.close()
  return sheets
}

export const scannedPdf = async (pile: FileToSend, feeds: Feed[], name = 'scan0001.pdf'): Promise<FileToSend> => ({
  name,
  mediaType: 'application/pdf',
  content: await plainPdf(await scan(pile, feeds)),
})

export const photographed = async (pile: FileToSend, feed: Feed): Promise<FileToSend> => {
  const [sheet] = await scan(pile, [feed])
  if (!sheet) throw new Error('no sheet')
  // On a table, seen a little from the side.
  const content = await sharp(sheet.jpeg)
    .extend({ top: 90, bottom: 60, left: 420, right: 380, background: '#6b5a48' })
    .affine([1, 0.03, -0.02, 1], { background: '#6b5a48' })
    .jpeg()
    .toBuffer()
  return { name: 'IMG_2001.jpg', mediaType: 'image/jpeg', content }
}

let pool: BundlePool | null = null
export const closePool = async (): Promise<void> => pool?.close()

/** Whose each page of a PDF is by its mark, with the page's number; null where no mark is. */
export async function ownersOf(school: School, bytes: Uint8Array): Promise<(string | null)[]> {
  pool ??= createBundlePool()
  const file = join(school.folder, 'looked-at.pdf')
  writeFileSync(file, bytes)
  const owners: (string | null)[] = []
  for (const page of await pool.recognise(file, markKey, { maxPages: 100 })) {
    const own = page.pageId === null ? null : await findPage(school.gateway.database.db, page.pageId)
    owners.push(own?.student ?? null)
  }
  return owners
}

/** Who got a corrected copy, with its pages' owners. */
export async function returned(school: School): Promise<Record<string, (string | null)[]>> {
  const copies: Record<string, (string | null)[]> = {}
  for (const mail of await school.left({ template: 'returned-copy' })) copies[mail.to] = await ownersOf(school, pdfOf(mail).content)
  return copies
}
