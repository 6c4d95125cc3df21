/** Pages, their order, and why files are set aside. */
import { sourceOfBytes } from '../../src/message/byte-source'
import { createHash } from 'node:crypto'
import { mediaTypeOf } from '../../src/message/file-type'
import type { MailFile } from '../../src/message/message'
import { inPageOrder } from '../../src/understand/page-order'
import { whatIsAPage } from '../../src/understand/what-is-a-page'
import { isCourtesyOnly, whatIntents } from '../../src/understand/what-intent'

const jpeg = (width: number, height: number, seed = ''): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 17, 0]), Buffer.from(seed)])
const file = (filename: string | null, content: Buffer = jpeg(1200, 1600, filename ?? ''), more: Partial<MailFile> = {}): MailFile => ({
  filename,
  mediaType: mediaTypeOf(content),
  declaredType: '',
  disposition: 'attachment',
  contentId: null,
  content: sourceOfBytes(content),
  sha256: createHash('sha256').update(content).digest('hex'),
  origin: 'part',
  within: null,
  ...more,
})
const names = (files: MailFile[]): (string | null)[] => files.map((each) => each.filename)
const asked = (files: MailFile[], places: [string, 'new' | 'quoted' | 'signature'][] = []): { pages: (string | null)[]; ignored: string[] } => {
  const answer = whatIsAPage({ files, places: new Map(places), text: '' })
  return { pages: names(answer.pages), ignored: answer.ignored.map((each) => `${each.filename}:${each.reason}`) }
}

test('takes photos and PDFs, by content', () => {
  expect(asked([file('a.jpg'), file('b.bin'), file('c.pdf', Buffer.from('%PDF-1.4'))])).toEqual({ pages: ['a.jpg', 'b.bin', 'c.pdf'], ignored: [] })
})

test.each([
  ['a program', file('a.jpg', Buffer.from('MZ\x90')), 'a.jpg:dangerous'],
  ['a program’s name', file('a.jpg.exe'), 'a.jpg.exe:dangerous'],
  ['HTML called JPEG', file('a.jpg', Buffer.from('<html>')), 'a.jpg:dangerous'],
  ['a film', file('a.mov', Buffer.from('\0\0\0\x14ftypqt  xxxx', 'latin1')), 'a.mov:unsupported'],
  ['a spacer', file('x.gif', Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1')), 'x.gif:decoration'],
  ['a small logo in the text', file('image001.jpg', jpeg(300, 90), { disposition: 'inline', contentId: 'l' }), 'image001.jpg:decoration'],
])('sets aside %s', (_, one, reason) => {
  expect(asked([one], [['l', 'new']])).toEqual({ pages: [], ignored: [reason] })
})

test('sets aside pictures of the history and of signatures, and second copies', () => {
  const inline = (name: string): MailFile => file(name, jpeg(900, 900, name), { disposition: 'inline', contentId: name })
  expect(
    asked(
      [inline('new'), inline('old'), inline('logo')],
      [
        ['new', 'new'],
        ['old', 'quoted'],
        ['logo', 'signature'],
      ],
    ),
  ).toEqual({ pages: ['new'], ignored: ['old:quoted', 'logo:signature'] })
  expect(asked([file('image0.jpeg', jpeg(900, 900)), file('image1.jpeg', jpeg(900, 900))])).toEqual({
    pages: ['image0.jpeg'],
    ignored: ['image1.jpeg:duplicate'],
  })
  expect(asked([file('cours.jpg', jpeg(900, 900)), file('devoir.jpg', jpeg(900, 900))])).toEqual({ pages: ['cours.jpg', 'devoir.jpg'], ignored: [] })
})

test('keeps a damaged PDF a page, so that its sender hears of it, and office files as documents', () => {
  expect(asked([file('a.pdf', Buffer.from('blah'), { declaredType: 'application/pdf' })]).pages).toEqual(['a.pdf'])
  const answer = whatIsAPage({ files: [file('a.rtf', Buffer.from('{\\rtf1'))], places: new Map(), text: '' })
  expect([names(answer.documents), answer.ignored[0]?.reason]).toEqual([['a.rtf'], 'unsupported'])
})

const taken = (name: string, time: string): MailFile => file(name, Buffer.concat([jpeg(900, 900, name), Buffer.from(`Exif\0\0${time}`, 'latin1')]))

test.each([
  ['the page number said', [file('maths page 2.jpg'), file('maths-p1.jpg')], ['maths-p1.jpg', 'maths page 2.jpg']],
  ['the camera’s number', [file('IMG_10.jpg'), file('IMG_9.jpg')], ['IMG_9.jpg', 'IMG_10.jpg']],
  ['long camera names', [file('PXL_20200317_184502123.jpg'), file('PXL_20200317_184501999.jpg')], ['PXL_20200317_184501999.jpg', 'PXL_20200317_184502123.jpg']],
  ['capture time', [taken('b.jpg', '2020:03:16 18:02:00'), taken('a.jpg', '2020:03:16 18:01:00')], ['a.jpg', 'b.jpg']],
  ['arrival', [file('b.jpg'), file('a.jpg')], ['b.jpg', 'a.jpg']],
  ['arrival, where two say the same page', [file('page 2 b.jpg'), file('page 2 a.jpg')], ['page 2 b.jpg', 'page 2 a.jpg']],
])('orders pages by %s', (_, files, expected) => {
  expect(names(inPageOrder(files))).toEqual(expected)
})

test.each([
  ['Bonjour madame, voilà mon devoir. Merci, Zoé', false, []],
  ['ci-joint', false, []],
  ['Here it is. Thanks, Tom', false, []],
  ['', true, ['work']],
  ['Je n’ai pas compris la question 3', true, ['work', 'question']],
  ['Est-ce que je peux rendre jeudi ?', false, ['question']],
  ['Je suis malade jusqu’à jeudi.', false, ['absence']],
  ['x = 12 donc y = 3', false, ['work']],
])('reads the intent of %j', (text, pages, intents) => {
  expect(whatIntents(text, pages)).toEqual(intents)
  expect(isCourtesyOnly('La photosynthèse est un processus')).toBe(false)
})
