import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { isFault } from '../../src/errors'
import { openPicturePages } from '../../src/pages/picture-pages'

const faultOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  )
const plain = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#fff' } })

test.each([
  ['JPEG', () => plain(600, 800).jpeg().toBuffer()],
  ['PNG', () => plain(600, 800).png().toBuffer()],
  ['WebP', () => plain(600, 800).webp().toBuffer()],
  ['TIFF', () => plain(600, 800).tiff().toBuffer()],
  ['JPEG held sideways', () => plain(800, 600).jpeg().withMetadata({ orientation: 6 }).toBuffer()],
])('%s is upright, and only as large as asked', async (_, make) => {
  const pages = await openPicturePages(await make(), 10)
  expect(pages.count).toBe(1)
  const sizes = [await pages.pixels(0, 4000), await pages.pixels(0, 400), await pages.pixels(0, 1600, true)].map((pixels) => [pixels.widthPx, pixels.heightPx])
  expect(sizes).toEqual([
    [600, 800],
    [300, 400],
    [1200, 1600],
  ])
  expect((await pages.pixels(0, 400)).data).toHaveLength(300 * 400 * 4)
})

test('HEIC of a phone', async () => {
  const pages = await openPicturePages(readFileSync(join(__dirname, '..', 'photos', 'squared-upright.heic')), 10)
  const { widthPx, heightPx, data } = await pages.pixels(0, 800)
  expect(Math.max(widthPx, heightPx)).toBe(800)
  expect(data).toHaveLength(widthPx * heightPx * 4)
})

test.each([
  ['nothing', () => Buffer.alloc(0), 'empty-file'],
  ['a text', () => Buffer.from('Bonjour'), 'not-a-picture'],
  ['a cut JPEG', () => readFileSync(join(__dirname, '..', 'photos', 'worksheet-upright.jpg')).subarray(0, 3000), 'picture-undecodable'],
])('%s is a fault', async (_, bytes, code) => expect(await faultOf(openPicturePages(bytes(), 10))).toBe(code))
