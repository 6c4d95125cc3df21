/** Reads a TrueType font as far as plain text needs it (which glyph, how wide) and cuts a subset that keeps the glyphs' numbers. It shapes nothing. */

export interface PlainGlyph {
  /** Number in the font. */
  id: number
  /** Font units. */
  advanceWidth: number
  codePoints: number[]
}

interface Table {
  start: number
  length: number
}

/** Parts of the subset, sorted by name as the format asks (OpenType 1.9, "Organization of an OpenType Font"). */
const kept = ['cvt ', 'fpgm', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp', 'prep'] as const
/** Flags of a composite glyph's component (OpenType 1.9, glyf). */
const component = { wordArguments: 0x1, scale: 0x8, more: 0x20, twoScales: 0x40, matrix: 0x80 } as const

export class TrueType {
  readonly unitsPerEm: number
  readonly box: { minX: number; minY: number; maxX: number; maxY: number }
  readonly ascent: number
  readonly descent: number
  readonly postscriptName: string
  private readonly view: DataView
  private readonly tables = new Map<string, Table>()
  private readonly glyphs = new Map<number, number>()
  private readonly known = new Map<number, PlainGlyph>()
  private readonly wideMetrics: number
  private readonly longOffsets: boolean

  /** @param bytes a font with `glyf` outlines and a Unicode `cmap` of format 4. */
  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const count = this.view.getUint16(4)
    for (let at = 12; at < 12 + count * 16; at += 16)
      this.tables.set(this.text(at, 4), { start: this.view.getUint32(at + 8), length: this.view.getUint32(at + 12) })
    const head = this.table('head').start
    this.unitsPerEm = this.view.getUint16(head + 18)
    const [minX, minY, maxX, maxY] = [36, 38, 40, 42].map((offset) => this.view.getInt16(head + offset)) as [number, number, number, number]
    this.box = { minX, minY, maxX, maxY }
    this.longOffsets = this.view.getInt16(head + 50) === 1
    const hhea = this.table('hhea').start
    this.ascent = this.view.getInt16(hhea + 4)
    this.descent = this.view.getInt16(hhea + 6)
    this.wideMetrics = this.view.getUint16(hhea + 34)
    this.postscriptName = this.readPostscriptName()
    this.readCharacterMap()
  }

  has(codePoint: number): boolean {
    return this.glyphs.has(codePoint)
  }

  /** Glyph 0 (the empty box) where there is none. */
  glyphOf(codePoint: number): PlainGlyph {
    const known = this.known.get(codePoint)
    if (known) return known
    const id = this.glyphs.get(codePoint) ?? 0
    const glyph = { id, advanceWidth: this.advanceOf(id), codePoints: [codePoint] }
    this.known.set(codePoint, glyph)
    return glyph
  }

  /** A font file with the outlines of these glyphs, and of what they are composed of, under their own numbers. */
  subset(ids: Iterable<number>): Uint8Array {
    const wanted = this.closed(ids)
    const count = Math.max(0, ...wanted) + 1
    const outlines: Uint8Array[] = []
    const offsets = new DataView(new ArrayBuffer((count + 1) * 4))
    const metrics = new DataView(new ArrayBuffer(count * 4))
    let used = 0
    for (let id = 0; id < count; id++) {
      offsets.setUint32(id * 4, used)
      if (!wanted.has(id)) continue
      const outline = this.outline(id)
      outlines.push(outline)
      used += outline.length
      // Outlines begin at even places.
      if (outline.length % 2 === 1) outlines.push(new Uint8Array(1))
      used += outline.length % 2
      metrics.setUint16(id * 4, this.advanceOf(id))
      metrics.setInt16(id * 4 + 2, this.bearingOf(id))
    }
    offsets.setUint32(count * 4, used)
    const changed: Record<string, Uint8Array> = {
      glyf: Buffer.concat(outlines),
      head: this.changed('head', (view) => {
        view.setUint32(8, 0)
        view.setInt16(50, 1)
      }),
      hhea: this.changed('hhea', (view) => view.setUint16(34, count)),
      hmtx: new Uint8Array(metrics.buffer),
      loca: new Uint8Array(offsets.buffer),
      maxp: this.changed('maxp', (view) => view.setUint16(4, count)),
    }
    return fontFile(kept.flatMap((name) => (changed[name] || this.tables.has(name) ? [[name, changed[name] ?? this.body(name)] as const] : [])))
  }

  private text(at: number, length: number): string {
    return Buffer.from(this.bytes.subarray(at, at + length)).toString('latin1')
  }

  private table(name: string): Table {
    const table = this.tables.get(name)
    if (!table) throw new Error(`a font without ${name}`)
    return table
  }

  private body(name: string): Uint8Array {
    const { start, length } = this.table(name)
    return this.bytes.subarray(start, start + length)
  }

  private changed(name: string, change: (view: DataView) => void): Uint8Array {
    const copy = Uint8Array.from(this.body(name))
    change(new DataView(copy.buffer))
    return copy
  }

  private advanceOf(id: number): number {
    return this.view.getUint16(this.table('hmtx').start + Math.min(id, this.wideMetrics - 1) * 4)
  }

  private bearingOf(id: number): number {
    const { start } = this.table('hmtx')
    if (id < this.wideMetrics) return this.view.getInt16(start + id * 4 + 2)
    return this.view.getInt16(start + this.wideMetrics * 4 + (id - this.wideMetrics) * 2)
  }

  private outline(id: number): Uint8Array {
    const { start } = this.table('loca')
    const place = (index: number): number => (this.longOffsets ? this.view.getUint32(start + index * 4) : this.view.getUint16(start + index * 2) * 2)
    const glyf = this.table('glyf').start
    return this.bytes.subarray(glyf + place(id), glyf + place(id + 1))
  }

  /** With the parts of composed glyphs. Glyph 0 is always there. */
  private closed(ids: Iterable<number>): Set<number> {
    const wanted = new Set<number>()
    const open = [0, ...ids]
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (wanted.has(id)) continue
      wanted.add(id)
      open.push(...this.componentsOf(id))
    }
    return wanted
  }

  private componentsOf(id: number): number[] {
    const outline = this.outline(id)
    const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength)
    if (outline.length < 10 || view.getInt16(0) >= 0) return []
    const parts: number[] = []
    for (let at = 10, flags: number = component.more; (flags & component.more) !== 0; ) {
      flags = view.getUint16(at)
      parts.push(view.getUint16(at + 2))
      at += 4 + ((flags & component.wordArguments) !== 0 ? 4 : 2)
      if ((flags & component.scale) !== 0) at += 2
      else if ((flags & component.twoScales) !== 0) at += 4
      else if ((flags & component.matrix) !== 0) at += 8
    }
    return parts
  }

  private readPostscriptName(): string {
    const { start } = this.table('name')
    const strings = start + this.view.getUint16(start + 4)
    for (let at = start + 6, left = this.view.getUint16(start + 2); left > 0; at += 12, left--) {
      const [platform, nameId, length, offset] = [0, 6, 8, 10].map((place) => this.view.getUint16(at + place)) as [number, number, number, number]
      // Macintosh names are plain bytes.
      if (platform === 1 && nameId === 6) return this.text(strings + offset, length)
    }
    return 'Font'
  }

  /** The map of the basic plane (format 4) and, where there is one, of all planes (format 12). */
  private readCharacterMap(): void {
    const { start } = this.table('cmap')
    for (let index = this.view.getUint16(start + 2); index > 0; index--) {
      const at = start + this.view.getUint32(start + 4 + (index - 1) * 8 + 4)
      const format = this.view.getUint16(at)
      if (format === 4) this.readSegments(at)
      else if (format === 12) this.readGroups(at)
    }
  }

  private readSegments(at: number): void {
    const { view } = this
    const doubled = view.getUint16(at + 6)
    for (let place = 0; place < doubled; place += 2) {
      const last = view.getUint16(at + 14 + place)
      const first = view.getUint16(at + 16 + doubled + place)
      const delta = view.getUint16(at + 16 + 2 * doubled + place)
      const rangeAt = at + 16 + 3 * doubled + place
      const range = view.getUint16(rangeAt)
      for (let code = first; code <= last && code !== 0xffff; code++) {
        const found = range === 0 ? code : view.getUint16(rangeAt + range + (code - first) * 2)
        const id = found === 0 ? 0 : (found + delta) & 0xffff
        if (id !== 0) this.glyphs.set(code, id)
      }
    }
  }

  private readGroups(at: number): void {
    for (let group = at + 16, left = this.view.getUint32(at + 12); left > 0; group += 12, left--) {
      const [first, last, id] = [0, 4, 8].map((place) => this.view.getUint32(group + place)) as [number, number, number]
      for (let code = first; code <= last; code++) this.glyphs.set(code, id + code - first)
    }
  }
}

/** Table directory, tables on multiples of four, checksums (OpenType 1.9, "Calculating Checksums"). */
function fontFile(tables: (readonly [name: string, body: Uint8Array])[]): Uint8Array {
  const places: number[] = []
  let size = 12 + tables.length * 16
  for (const [, body] of tables) {
    places.push(size)
    size += (body.length + 3) & ~3
  }
  const file = Buffer.alloc(size)
  const power = 2 ** Math.floor(Math.log2(tables.length))
  file.writeUInt32BE(0x00010000, 0)
  file.writeUInt16BE(tables.length, 4)
  file.writeUInt16BE(power * 16, 6)
  file.writeUInt16BE(Math.log2(power), 8)
  file.writeUInt16BE((tables.length - power) * 16, 10)
  tables.forEach(([name, body], index) => {
    const [at, entry] = [places[index] ?? 0, 12 + index * 16]
    file.set(body, at)
    file.write(name, entry, 'latin1')
    file.writeUInt32BE(checksum(file, at, (body.length + 3) & ~3), entry + 4)
    file.writeUInt32BE(at, entry + 8)
    file.writeUInt32BE(body.length, entry + 12)
  })
  const head = places[tables.findIndex(([name]) => name === 'head')]
  if (head !== undefined) file.writeUInt32BE((0xb1b0afba - checksum(file, 0, size)) >>> 0, head + 8)
  return file
}

function checksum(file: Buffer, start: number, length: number): number {
  let sum = 0
  for (let at = start; at < start + length; at += 4) sum = (sum + file.readUInt32BE(at)) >>> 0
  return sum
}
