/** The font reader beside fontkit, which knows all of the format. */
import { create } from '@pdf-lib/fontkit'
import { loadBundleFonts } from '../../src/bundle/bundle-fonts-files'
import { TrueType } from '../../src/bundle/true-type'

describe.each(Object.entries(loadBundleFonts()))('%s', (_, bytes) => {
  const own = new TrueType(bytes)
  const peer = create(bytes)

  test('has the same glyphs and widths for every code point', () => {
    const wrong = peer.characterSet.filter((point) => {
      const glyph = peer.glyphForCodePoint(point)
      return own.glyphOf(point).id !== glyph.id || own.glyphOf(point).advanceWidth !== glyph.advanceWidth
    })
    expect(wrong).toEqual([])
    expect(peer.characterSet.length).toBeGreaterThan(5000)
    expect([0x674e, 0x1f600, 0xffff].filter((point) => own.has(point) !== peer.hasGlyphForCodePoint(point))).toEqual([])
    expect(own.glyphOf(0x674e).id).toBe(0)
  })

  test('has the same measures', () => {
    expect([own.unitsPerEm, own.ascent, own.descent, own.postscriptName]).toEqual([peer.unitsPerEm, peer.ascent, peer.descent, peer.postscriptName])
    expect(own.box).toEqual({ minX: peer.bbox.minX, minY: peer.bbox.minY, maxX: peer.bbox.maxX, maxY: peer.bbox.maxY })
  })

  test('a subset draws its glyphs, composed ones too, and is small', () => {
    const ids = [...'ÉßŁễІЖΩ→q1'].map((sign) => own.glyphOf(sign.codePointAt(0) ?? 0).id)
    const subset = own.subset(ids)
    const read = create(subset)
    for (const id of ids) {
      const [cut, whole] = [read.getGlyph(id), peer.getGlyph(id)]
      expect(whole.path.toSVG().length).toBeGreaterThan(20)
      expect([id, cut.path.toSVG(), cut.advanceWidth]).toEqual([id, whole.path.toSVG(), whole.advanceWidth])
    }
    expect(subset.length).toBeLessThan(bytes.length / 5)
  })

  test('the checksum of a subset is the one the format asks for', () => {
    const file = Buffer.from(own.subset([own.glyphOf(65).id]))
    let sum = 0
    for (let at = 0; at < file.length; at += 4) sum = (sum + file.readUInt32BE(at)) >>> 0
    expect(sum).toBe(0xb1b0afba)
  })
})
