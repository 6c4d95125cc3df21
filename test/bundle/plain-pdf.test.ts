/** What `cartable scan -o` writes. */
import { PDFDocument } from 'pdf-lib'
import sharp from 'sharp'
import { plainPdf } from '../../src/bundle/plain-pdf'

const jpegOf = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: 'white' } })
    .jpeg()
    .toBuffer()

test('pages of memory that they share, as small ones do', async () => {
  const [one, other] = [await jpegOf(60, 80), await jpegOf(80, 60)]
  const shared = Buffer.concat([Buffer.from('before'), one, other])
  const pages = [
    { jpeg: shared.subarray(6, 6 + one.length), widthPx: 60, heightPx: 80 },
    { jpeg: shared.subarray(6 + one.length), widthPx: 80, heightPx: 60 },
  ]
  const document = await PDFDocument.load(await plainPdf(pages))
  expect(document.getPages().map((page) => page.getWidth() < page.getHeight())).toEqual([true, false])
})
