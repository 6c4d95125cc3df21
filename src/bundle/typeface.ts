/** One embedded font: measures, shapes and encodes text, then writes the glyphs that were used. What the font lacks is said, never drawn as an empty box. */
import { createRequire } from 'node:module'
import type { Font } from '@pdf-lib/fontkit'
import { type PdfFile, pdfNumber } from './pdf-file'
import { PDFHexString, type PDFRef } from './pdf-objects'
import { drawable, hasRightToLeft, textRuns } from './text-runs'
import { type PlainGlyph, TrueType } from './true-type'

export interface ShapedText {
  /** In thousandths of the font size. */
  width: number
  /** `TJ` operators (with `Ts` where marks are raised), for a font size of 1 to be scaled by `Tf`. */
  operators(size: number): string
  /** What the line says where its glyphs alone do not: right-to-left, joined letters. Else null. */
  actualText: string | null
}

interface Placed {
  glyph: PlainGlyph
  /** Font units. */
  position: { xAdvance: number; xOffset: number; yOffset: number }
}

/** Latin, Greek, Cyrillic and punctuation without combining marks: the font's layout tables would change nothing but kerning. */
const plainScript = /^[\u0020-\u02af\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*$/

/** Loaded where a script needs it: most piles do not, and it takes as long as drawing 60 sheets. */
const loadShaper = (): typeof import('@pdf-lib/fontkit') => createRequire(__filename)('@pdf-lib/fontkit') as typeof import('@pdf-lib/fontkit')

export class Typeface {
  private readonly font: TrueType
  private shaper: Font | null = null
  /** Glyph number → glyph, for widths and the way back to text. */
  private readonly used = new Map<number, PlainGlyph>()
  private readonly shapes = new Map<string, ShapedText>()
  private readonly scale: number

  constructor(
    private readonly fontFile: Uint8Array,
    /** Resource name on pages: "R", capital letters. */
    readonly key: string,
    readonly ref: PDFRef,
  ) {
    this.font = new TrueType(fontFile)
    this.scale = 1000 / this.font.unitsPerEm
  }

  /** Whether any text was set in it. */
  get isUsed(): boolean {
    return this.used.size > 0
  }

  canDraw(sign: string): boolean {
    const point = sign.codePointAt(0) ?? 0
    return point <= 0x20 || this.font.has(point)
  }

  /** Width in points. */
  width(text: string, size: number): number {
    return (this.shape(text).width * size) / 1000
  }

  shape(text: string): ShapedText {
    const known = this.shapes.get(text)
    if (known) return known
    const line = drawable(text)
    const placed = plainScript.test(line) ? this.inARow(line) : textRuns(line).flatMap((run) => this.laidOut(run.text))
    const plain = placed.map(({ glyph }) => String.fromCodePoint(...glyph.codePoints)).join('')
    const shaped: ShapedText = {
      width: placed.reduce((sum, { position }) => sum + position.xAdvance, 0) * this.scale,
      operators: (size) => this.operators(placed, size),
      actualText: !hasRightToLeft(line) && plain !== line ? line : null,
    }
    // A pile repeats its few lines; typed work does not, and must not fill the memory.
    if (this.shapes.size < 2000) this.shapes.set(text, shaped)
    return shaped
  }

  /** One glyph a sign, without kerning. */
  private inARow(text: string): Placed[] {
    return [...text].map((sign) => {
      const glyph = this.font.glyphOf(sign.codePointAt(0) ?? 0)
      return { glyph, position: { xAdvance: glyph.advanceWidth, xOffset: 0, yOffset: 0 } }
    })
  }

  /** Through the font's tables: joined letters, raised marks. */
  private laidOut(text: string): Placed[] {
    this.shaper ??= loadShaper().create(this.fontFile)
    const { glyphs, positions } = this.shaper.layout(text, { liga: false, clig: false })
    return glyphs.flatMap((glyph, index): Placed[] => (positions[index] ? [{ glyph, position: positions[index] }] : []))
  }

  /** `[<0001> -20 <0002>] TJ`: a number moves left by thousandths (ISO 32000-1 §9.4.3). */
  private operators(placed: Placed[], size: number): string {
    let out = ''
    let open = ''
    let hex = ''
    const flush = (): void => {
      if (hex) open += `<${hex}>`
      hex = ''
    }
    for (const { glyph, position } of placed) {
      const rise = position.yOffset * this.scale
      const before = -position.xOffset * this.scale
      const after = (glyph.advanceWidth - position.xAdvance + position.xOffset) * this.scale
      if (rise !== 0) {
        flush()
        if (open) out += `[${open}] TJ `
        open = ''
        out += `${pdfNumber((rise * size) / 1000)} Ts `
      }
      if (Math.abs(before) > 0.5) {
        flush()
        open += pdfNumber(before)
      }
      hex += this.codeOf(glyph).toString(16).padStart(4, '0')
      if (Math.abs(after) > 0.5) {
        flush()
        open += pdfNumber(after)
      }
      if (rise !== 0) {
        flush()
        out += `[${open}] TJ 0 Ts `
        open = ''
      }
    }
    flush()
    return open ? `${out}[${open}] TJ` : out
  }

  private codeOf(glyph: PlainGlyph): number {
    if (!this.used.has(glyph.id)) this.used.set(glyph.id, glyph)
    return glyph.id
  }

  /** Writes the font under `ref`: composite, Identity-H, subset, with the way back to Unicode (ISO 32000-1 §9.7, §9.10.3). Once, when all is drawn. */
  write(pdf: PdfFile): void {
    const { font } = this
    const name = `${this.key.toUpperCase().padEnd(6, 'A')}+${font.postscriptName}`
    const file = pdf.writeStream(pdf.reserve(), {}, font.subset(this.used.keys()))
    const round = (units: number): number => Math.round(units * this.scale)
    const descriptor = pdf.add({
      Type: 'FontDescriptor',
      FontName: name,
      Flags: 4,
      FontBBox: [round(font.box.minX), round(font.box.minY), round(font.box.maxX), round(font.box.maxY)],
      ItalicAngle: 0,
      Ascent: round(font.ascent),
      Descent: round(font.descent),
      CapHeight: round(font.ascent),
      StemV: 80,
      FontFile2: file,
    })
    const codes = [...this.used].sort(([a], [b]) => a - b)
    const descendant = pdf.add({
      Type: 'Font',
      Subtype: 'CIDFontType2',
      BaseFont: name,
      CIDSystemInfo: {
        Registry: PDFHexString.of(Buffer.from('Adobe').toString('hex')),
        Ordering: PDFHexString.of(Buffer.from('Identity').toString('hex')),
        Supplement: 0,
      },
      FontDescriptor: descriptor,
      CIDToGIDMap: 'Identity',
      DW: 1000,
      W: codes.flatMap(([code, glyph]) => [code, [round(glyph.advanceWidth)]]),
    })
    const toUnicode = pdf.writeStream(pdf.reserve(), {}, toUnicodeMap(codes))
    pdf.write(this.ref, { Type: 'Font', Subtype: 'Type0', BaseFont: name, Encoding: 'Identity-H', DescendantFonts: [descendant], ToUnicode: toUnicode })
  }
}

const utf16 = (glyph: PlainGlyph): string =>
  Buffer.from(String.fromCodePoint(...glyph.codePoints), 'utf16le')
    .swap16()
    .toString('hex')

function toUnicodeMap(codes: [number, PlainGlyph][]): string {
  const lines = codes.filter(([, glyph]) => glyph.codePoints.length > 0).map(([code, glyph]) => `<${code.toString(16).padStart(4, '0')}> <${utf16(glyph)}>`)
  const blocks: string[] = []
  // At most 100 lines a block (Adobe technical note 5014).
  for (let start = 0; start < lines.length; start += 100) {
    const block = lines.slice(start, start + 100)
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`)
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
${blocks.join('\n')}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`
}
