/** The type that bytes show, whatever the mail calls them. */
import { mediaTypeOf } from '../../src/message/file-type'

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))))
const box = (...brands: string[]): Buffer =>
  bytes([0, 0, 0, 8 + 8 + 4 * (brands.length - 1)], 'ftyp', brands[0] ?? '', [0, 0, 0, 0], ...brands.slice(1), 'xxxx')

test.each([
  ['JPEG', bytes([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg'],
  ['PNG', bytes([0x89], 'PNG\r\n\x1a\n'), 'image/png'],
  ['GIF', bytes('GIF89a'), 'image/gif'],
  ['WebP', bytes('RIFF', [1, 0, 0, 0], 'WEBPVP8 '), 'image/webp'],
  ['TIFF, little endian', bytes('II*', [0]), 'image/tiff'],
  ['TIFF, big endian', bytes('MM', [0], '*'), 'image/tiff'],
  ['HEIC', box('heic', 'mif1'), 'image/heic'],
  ['HEIC whose first brand is mif1', box('mif1', 'mif1', 'heic'), 'image/heic'],
  ['HEIF of another codec', box('mif1', 'miaf'), 'image/heif'],
  ['AVIF', box('avif', 'mif1'), 'image/avif'],
  ['a film', box('qt  '), 'video/quicktime'],
  ['PDF', bytes('%PDF-1.7\n'), 'application/pdf'],
  ['PDF with bytes before its head', bytes('\n\n\x00junk%PDF-1.4'), 'application/pdf'],
  ['zip', bytes('PK\x03\x04', 'x'.repeat(60)), 'application/zip'],
  [
    'docx',
    bytes('PK\x03\x04', 'x'.repeat(26), '[Content_Types].xml', 'word/document.xml'),
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ],
  ['odt', bytes('PK\x03\x04', 'x'.repeat(26), 'mimetypeapplication/vnd.oasis.opendocument.textPK'), 'application/vnd.oasis.opendocument.text'],
  ['TNEF', bytes([0x78, 0x9f, 0x3e, 0x22, 1, 0]), 'application/ms-tnef'],
  ['a program', bytes('MZ\x90'), 'application/x-msdownload'],
  ['HTML', bytes('  <!DOCTYPE html><p>'), 'text/html'],
  ['SVG', bytes('<?xml version="1.0"?>\n<svg xmlns="x">'), 'image/svg+xml'],
  ['text', Buffer.from('été'), 'text/plain'],
  ['nothing known', bytes([0, 1, 2, 3]), 'application/octet-stream'],
])('knows %s', (_, content, type) => {
  expect(mediaTypeOf(content)).toBe(type)
})

test('believes the mail only for kinds of text and signatures', () => {
  expect(mediaTypeOf(Buffer.from('BEGIN:VCALENDAR'), 'text/calendar')).toBe('text/calendar')
  expect(mediaTypeOf(Buffer.from('<html>'), 'image/jpeg')).toBe('text/html')
  expect(mediaTypeOf(Buffer.from([0x30, 0x80]), 'application/pkcs7-signature')).toBe('application/pkcs7-signature')
  expect(mediaTypeOf(Buffer.from([0, 1]), 'image/jpeg')).toBe('application/octet-stream')
})
