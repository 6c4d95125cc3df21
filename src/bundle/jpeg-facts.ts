/** What a PDF must know of a JPEG to embed its bytes unchanged: size, components, depth. Reads headers only, decodes nothing. */

export interface JpegFacts {
  widthPx: number
  heightPx: number
  components: 1 | 3 | 4
  bits: number
}

/** Null where the bytes are no JPEG with a frame header (ITU-T T.81, annex B.1.1.3: SOF markers but DHT, JPG and DAC). */
export function jpegFacts(bytes: Uint8Array): JpegFacts | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return frame(view, at)
    at += 2 + view.getUint16(at + 2)
  }
  return null
}

function frame(view: DataView, at: number): JpegFacts | null {
  const [bits, heightPx, widthPx, components] = [view.getUint8(at + 4), view.getUint16(at + 5), view.getUint16(at + 7), view.getUint8(at + 9)]
  if (widthPx === 0 || heightPx === 0 || (components !== 1 && components !== 3 && components !== 4)) return null
  return { widthPx, heightPx, components, bits }
}
