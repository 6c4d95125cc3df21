/** The boxes of a HEIF file that we must know before its decoder runs: is it whole, how many pixels, does it turn itself. Reads structure only. */
import { Fault } from '../errors'

interface Box {
  type: string
  /** First octet after the box's head, and the octet after the box. */
  start: number
  end: number
}

/** Boxes of a range (ISO/IEC 14496-12 §4.2). A box that runs past its parent: Fault `picture-undecodable`. */
function boxesIn(view: DataView, from: number, to: number): Box[] {
  const boxes: Box[] = []
  for (let at = from; at + 8 <= to; ) {
    let size = view.getUint32(at)
    let head = 8
    if (size === 1) {
      if (at + 16 > to) throw new Fault('picture-undecodable')
      size = Number(view.getBigUint64(at + 8))
      head = 16
    } else if (size === 0) size = to - at
    if (size < head || at + size > to) throw new Fault('picture-undecodable')
    const type = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7))
    boxes.push({ type, start: at + head, end: at + size })
    at += size
  }
  return boxes
}

export interface HeicFacts {
  /** An irot that turns, or an imir, is there: the decoder turns the picture, and EXIF must not turn it again. Some writers put an irot of 0° beside an EXIF that turns. */
  turnsItself: boolean
  /** Its colours are of Display P3 (nclx primaries 12 of ITU-T H.273, or a profile of that name), which the decoder does not turn into sRGB. */
  isDisplayP3: boolean
  /** Pixels of the largest picture in it. */
  pixels: number
}

/** A truncated file decodes without error into a half-grey picture: so the boxes are walked first. Fault `picture-undecodable`. */
export function heicFacts(bytes: Uint8Array): HeicFacts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const meta = boxesIn(view, 0, bytes.length).find((box) => box.type === 'meta')
  // `meta` is a full box: four octets of version and flags come first.
  const properties = meta && boxesIn(view, meta.start + 4, meta.end).find((box) => box.type === 'iprp')
  const container = properties && boxesIn(view, properties.start, properties.end).find((box) => box.type === 'ipco')
  if (!container) throw new Fault('picture-undecodable')
  const found = boxesIn(view, container.start, container.end)
  const sizes = found
    .filter((box) => box.type === 'ispe' && box.end - box.start >= 12)
    .map((box) => view.getUint32(box.start + 4) * view.getUint32(box.start + 8))
  const turns = (box: Box): boolean => box.type === 'imir' || (box.type === 'irot' && box.end > box.start && (view.getUint8(box.start) & 3) !== 0)
  return {
    turnsItself: found.some(turns),
    isDisplayP3: found.some((box) => isDisplayP3(bytes.subarray(box.start, box.end), box.type)),
    pixels: Math.max(0, ...sizes),
  }
}

/** Content of a `colr` box (ISO/IEC 14496-12 §12.1.5). A profile's name stands in it in UTF-16 or in ASCII. */
function isDisplayP3(content: Uint8Array, type: string): boolean {
  if (type !== 'colr' || content.length < 6) return false
  const text = Buffer.from(content.buffer, content.byteOffset, Math.min(content.length, 4096)).toString('latin1')
  if (text.startsWith('nclx')) return content[4] === 0 && content[5] === 12
  return text.replaceAll('\0', '').includes('Display P3')
}
