/** Whether what was copied looks the same in every reader: fonts that are there and whole, pictures in filters that all know. */
import { inflateSync } from 'node:zlib'
import { PDFArray, PDFDict, PDFName, type PDFObject, PDFRawStream, type PDFRef } from 'pdf-lib'

/** ISO 32000-1 §9.6.2.2: every reader has these. */
const standardFonts = new Set(
  ['Courier', 'Helvetica']
    .flatMap((name) => [name, `${name}-Bold`, `${name}-Oblique`, `${name}-BoldOblique`])
    .concat(
      ['Roman', 'Bold', 'Italic', 'BoldItalic'].map((style) => `Times-${style}`),
      ['Symbol', 'ZapfDingbats'],
    ),
)
/** The first two readers' most attacked decoders, and what a printer's language can do. */
const refusedFilters = /\/(?:JBIG2Decode|JPXDecode|Crypt)\b/
const maxFontBytes = 20_000_000

/** @param objects by number, as written: references lead to others of them. */
export function areSound(objects: ReadonlyMap<number, PDFObject>): boolean {
  const look = (object: PDFObject | undefined): PDFObject | undefined =>
    object !== undefined && 'objectNumber' in object ? objects.get((object as PDFRef).objectNumber) : object
  const isSound = (object: PDFObject): boolean => {
    if (object instanceof PDFArray) return object.asArray().every(isSound)
    const dictionary = object instanceof PDFRawStream ? object.dict : object
    if (!(dictionary instanceof PDFDict)) return true
    if (refusedFilters.test(dictionary.get(PDFName.of('Filter'))?.toString() ?? '')) return false
    if (dictionary.get(PDFName.of('Subtype')) === PDFName.of('PS')) return false
    if (dictionary.get(PDFName.of('Type')) === PDFName.of('Font') && !isSoundFont(dictionary, look)) return false
    return dictionary.values().every(isSound)
  }
  return [...objects.values()].every(isSound)
}

function isSoundFont(font: PDFDict, look: (object: PDFObject | undefined) => PDFObject | undefined): boolean {
  const kind = font.get(PDFName.of('Subtype'))?.toString() ?? ''
  // Their parts are looked at by themselves.
  if (kind === '/Type0' || kind === '/Type3') return true
  const descriptor = look(font.get(PDFName.of('FontDescriptor')))
  if (descriptor instanceof PDFDict) {
    for (const key of ['FontFile', 'FontFile2', 'FontFile3']) {
      const file = look(descriptor.get(PDFName.of(key)))
      if (file instanceof PDFRawStream) return isSoundFile(file)
    }
  }
  return kind !== '/CIDFontType0' && kind !== '/CIDFontType2' && standardFonts.has((font.get(PDFName.of('BaseFont'))?.toString() ?? '').slice(1))
}

/** Begins as a font does and, where it has a directory, holds the tables it names. */
function isSoundFile(stream: PDFRawStream): boolean {
  const filter = stream.dict.get(PDFName.of('Filter'))?.toString()
  if (filter !== undefined && filter !== '/FlateDecode' && filter !== '[ /FlateDecode ]') return false
  let bytes: Buffer
  try {
    bytes = filter === undefined ? Buffer.from(stream.contents) : inflateSync(stream.contents, { maxOutputLength: maxFontBytes })
  } catch {
    // Cut, damaged or far too large: whatever zlib says, no reader is to try.
    return false
  }
  if (bytes.length < 12) return false
  const start = bytes.subarray(0, 4).toString('latin1')
  if (start.startsWith('%!') || bytes[0] === 0x80) return true
  // A bare CFF font: major version 1, header of at least four bytes (Adobe technical note 5176).
  if (bytes[0] === 1 && bytes[1] === 0 && (bytes[2] ?? 0) >= 4 && (bytes[3] ?? 0) >= 1 && (bytes[3] ?? 0) <= 4) return true
  if (start !== '\x00\x01\x00\x00' && start !== 'true' && start !== 'OTTO') return false
  const count = bytes.readUInt16BE(4)
  if (count === 0 || 12 + count * 16 > bytes.length) return false
  for (let at = 12; at < 12 + count * 16; at += 16) if (bytes.readUInt32BE(at + 8) + bytes.readUInt32BE(at + 12) > bytes.length) return false
  return true
}
