/** What the head of a picture says of it: pixels, and when it was taken. Decodes no pixel; null where the head does not say it simply. */

/** Octets of a picture within which its head stands: EXIF, profiles and previews come before the size. */
export const headBytes = 512 * 1024

interface Size {
  width: number
  height: number
}

/** Pixels of a picture by its head; null where the head does not say it simply. */
export function sizeOf(bytes: Uint8Array, type: string): Size | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'image/png' && view.length >= 24) return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) }
  if (type === 'image/gif' && view.length >= 10) return { width: view.readUInt16LE(6), height: view.readUInt16LE(8) }
  if (type === 'image/bmp' && view.length >= 26) return { width: view.readUInt32LE(18), height: Math.abs(view.readInt32LE(22)) }
  if (type !== 'image/jpeg') return null
  for (let at = 2; at + 9 < view.length && view[at] === 0xff; ) {
    const marker = view[at + 1] ?? 0
    // SOF0…SOF15 but DHT, JPG, DAC (ITU-T T.81 table B.1).
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return { width: view.readUInt16BE(at + 7), height: view.readUInt16BE(at + 5) }
    at += marker === 0xff ? 1 : 2 + view.readUInt16BE(at + 2)
  }
  return null
}

/** EXIF "YYYY:MM:DD hh:mm:ss" (Exif 2.32 §4.6.5, DateTimeOriginal) as written, for ordering only; null where there is none. */
export function capturedAt(bytes: Uint8Array): string | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const exif = view.indexOf('Exif\0\0', 0, 'latin1')
  if (exif < 0) return null
  const times = view
    .subarray(exif, exif + 16 * 1024)
    .toString('latin1')
    .match(/(?:19|20)\d\d:[01]\d:[0-3]\d [0-2]\d:[0-5]\d:[0-6]\d/g)
  // DateTime (last change) stands before DateTimeOriginal.
  return times?.at(-1) ?? null
}
