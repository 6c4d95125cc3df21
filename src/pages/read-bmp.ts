/** BMP to pixels: 1, 4, 8, 16, 24 and 32 bits, palettes, bit fields and both run-length codes. sharp's own decoder has none. */
import { Fault } from '../errors'
import type { Pixels } from './pdf-to-picture'

interface Header {
  width: number
  height: number
  topDown: boolean
  bits: number
  compression: number
  offset: number
  palette: Uint8Array
  masks: [number, number, number]
}

const damaged = (): never => {
  throw new Fault('picture-undecodable')
}

/** BITMAPINFOHEADER and its elders and followers ([MS-WMF] §2.2.2). Faults: `picture-undecodable`, `picture-too-large`. */
export function readBmp(bytes: Uint8Array, maxPixels: number): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 30) return damaged()
  const header = headerOf(view, bytes)
  if (header.width * header.height > maxPixels) throw new Fault('picture-too-large')
  const data = new Uint8Array(header.width * header.height * 4).fill(255)
  if (header.compression === 1 || header.compression === 2) readRuns(bytes, header, data)
  else readRows(view, header, data)
  return { widthPx: header.width, heightPx: header.height, data }
}

function headerOf(view: DataView, bytes: Uint8Array): Header {
  const size = view.getUint32(14, true)
  const isOld = size === 12
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true)
  const signedHeight = isOld ? view.getInt16(20, true) : view.getInt32(22, true)
  const bits = isOld ? view.getUint16(24, true) : view.getUint16(28, true)
  const compression = isOld || bytes.length < 54 ? 0 : view.getUint32(30, true)
  const colours = isOld || bytes.length < 54 ? 0 : view.getUint32(46, true)
  if (width <= 0 || signedHeight === 0 || ![1, 4, 8, 16, 24, 32].includes(bits) || ![0, 1, 2, 3, 6].includes(compression)) damaged()
  const hasMasks = compression === 3 || compression === 6
  const masksAt = 14 + 40
  const masks: Header['masks'] = hasMasks
    ? [view.getUint32(masksAt, true), view.getUint32(masksAt + 4, true), view.getUint32(masksAt + 8, true)]
    : bits === 16
      ? [0x7c00, 0x03e0, 0x001f]
      : [0xff0000, 0xff00, 0xff]
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits,
    compression,
    offset: view.getUint32(10, true),
    palette: paletteOf(bytes, { size, isOld, bits, colours, hasMasks }),
    masks,
  }
}

function paletteOf(
  bytes: Uint8Array,
  { size, isOld, bits, colours, hasMasks }: { size: number; isOld: boolean; bits: number; colours: number; hasMasks: boolean },
): Uint8Array {
  if (bits > 8) return new Uint8Array()
  const step = isOld ? 3 : 4
  const count = Math.min(256, colours || 2 ** bits)
  const start = 14 + size + (hasMasks && size === 40 ? 12 : 0)
  const palette = new Uint8Array(256 * 3)
  for (let index = 0; index < count; index++) for (let part = 0; part < 3; part++) palette[index * 3 + part] = bytes[start + index * step + (2 - part)] ?? 0
  return palette
}

const put = (data: Uint8Array, at: number, red: number, green: number, blue: number): void => {
  data[at] = red
  data[at + 1] = green
  data[at + 2] = blue
}

/** Value of a bit field, stretched to 8 bits. */
function fieldOf(value: number, mask: number): number {
  if (mask === 0) return 0
  const shift = 31 - Math.clz32(mask & -mask)
  const most = mask >>> shift
  return Math.round((((value & mask) >>> shift) * 255) / most)
}

function readRows(view: DataView, header: Header, data: Uint8Array): void {
  const { width, height, bits, palette, masks } = header
  const stride = Math.floor((width * bits + 31) / 32) * 4
  for (let row = 0; row < height; row++) {
    const start = header.offset + row * stride
    if (start + Math.ceil((width * bits) / 8) > view.byteLength) damaged()
    const y = header.topDown ? row : height - 1 - row
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      if (bits <= 8) {
        const byte = view.getUint8(start + ((x * bits) >> 3))
        const index = (byte >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1)
        put(data, at, palette[index * 3] ?? 0, palette[index * 3 + 1] ?? 0, palette[index * 3 + 2] ?? 0)
      } else if (bits === 24) put(data, at, view.getUint8(start + x * 3 + 2), view.getUint8(start + x * 3 + 1), view.getUint8(start + x * 3))
      else {
        const value = bits === 16 ? view.getUint16(start + x * 2, true) : view.getUint32(start + x * 4, true)
        put(data, at, fieldOf(value, masks[0]), fieldOf(value, masks[1]), fieldOf(value, masks[2]))
      }
    }
  }
}

/** RLE8 and RLE4: pairs of count and value; 0 begins an escape (end of line, end of picture, jump, literal run). */
function readRuns(bytes: Uint8Array, header: Header, data: Uint8Array): void {
  const { width, height, bits, palette } = header
  let at = header.offset
  let x = 0
  let row = 0
  const draw = (index: number): void => {
    if (x < width && row < height) {
      const y = header.topDown ? row : height - 1 - row
      put(data, (y * width + x) * 4, palette[index * 3] ?? 0, palette[index * 3 + 1] ?? 0, palette[index * 3 + 2] ?? 0)
    }
    x++
  }
  const signAt = (from: number, index: number): number =>
    bits === 8 ? (bytes[from + index] ?? 0) : ((bytes[from + (index >> 1)] ?? 0) >> (index & 1 ? 0 : 4)) & 15
  while (at + 1 < bytes.length && row < height) {
    const count = bytes[at] ?? 0
    const value = bytes[at + 1] ?? 0
    at += 2
    if (count > 0) for (let index = 0; index < count; index++) draw(bits === 8 ? value : (value >> (index & 1 ? 0 : 4)) & 15)
    else if (value === 0) {
      x = 0
      row++
    } else if (value === 1) return
    else if (value === 2) {
      x += bytes[at] ?? 0
      row += bytes[at + 1] ?? 0
      at += 2
    } else {
      for (let index = 0; index < value; index++) draw(signAt(at, index))
      const used = bits === 8 ? value : (value + 1) >> 1
      at += used + (used & 1)
    }
  }
}
