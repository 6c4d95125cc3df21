/** What the boxes of a HEIC say: turned by itself or not, which colours, how many pixels. Files are built here, box by box. */
import { heicFacts } from '../../src/pages/heic-boxes'

const box = (type: string, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length + 8)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}
const numbers = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255])))
const heic = (...properties: Buffer[]): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from('heic')),
    box('meta', numbers(0), box('iprp', box('ipco', box('ispe', numbers(0, 4032, 3024)), box('ispe', numbers(0, 320, 240)), ...properties))),
  ])
const utf16 = (text: string): Buffer => Buffer.from([...text].flatMap((letter) => [0, letter.charCodeAt(0)]))

test.each([
  ['no turn at all', heic(), false],
  ['irot of 90°', heic(box('irot', Buffer.from([3]))), true],
  ['irot of 0°: EXIF decides', heic(box('irot', Buffer.from([0]))), false],
  ['mirrored', heic(box('imir', Buffer.from([1]))), true],
])('%s', (_story, bytes, turnsItself) => {
  expect(heicFacts(bytes)).toMatchObject({ turnsItself, pixels: 4032 * 3024 })
})

test.each([
  ['no colour box', heic(), false],
  ['nclx of BT.709', heic(box('colr', Buffer.from('nclx'), Buffer.from([0, 1, 0, 13, 0, 6, 128]))), false],
  ['nclx of P3', heic(box('colr', Buffer.from('nclx'), Buffer.from([0, 12, 0, 13, 0, 6, 128]))), true],
  ["a phone's profile", heic(box('colr', Buffer.from('prof'), Buffer.alloc(40), utf16('Display P3'))), true],
  ['another profile', heic(box('colr', Buffer.from('prof'), Buffer.alloc(40), utf16('sRGB IEC61966-2.1'))), false],
  ['a colour box too short', heic(box('colr', Buffer.from('nc'))), false],
])('colours: %s', (_story, bytes, isDisplayP3) => {
  expect(heicFacts(bytes).isDisplayP3).toBe(isDisplayP3)
})

test('boxes that run past their parent are refused', () => {
  expect(() => heicFacts(heic().subarray(0, 60))).toThrow(expect.objectContaining({ code: 'picture-undecodable' }) as Error)
})
