import { documentText } from '../../src/message/document-text'
import { xmlPieces } from '../../src/message/xml-pieces'
import { zip } from '../e2e/pictures'

type Parts = Record<string, string>
const office = (parts: Parts): Buffer =>
  Buffer.from(zip(Object.entries({ '[Content_Types].xml': '<Types/>', ...parts }).map(([name, text]) => ({ name, content: Buffer.from(text) }))).content)
const odf = (kind: string, content: string): Buffer => {
  const type = Buffer.from(`application/vnd.oasis.opendocument.${kind}`)
  // The media type stands first and stored.
  const head = Buffer.alloc(30)
  head.write('PK\x03\x04', 'latin1')
  const body = zip([{ name: 'content.xml', content: Buffer.from(content) }]).content as Buffer
  head.writeUInt32LE(type.length, 18)
  head.writeUInt32LE(type.length, 22)
  head.writeUInt16LE(8, 26)
  const first = Buffer.concat([head, Buffer.from('mimetype'), type])
  // The central directory still names the one part there is.
  const end = body.length - 22
  const fixed = Buffer.from(body)
  fixed.writeUInt32LE(body.readUInt32LE(end + 16) + first.length, end + 16)
  fixed.writeUInt32LE(first.length, body.readUInt32LE(end + 16) + 42)
  return Buffer.concat([first, fixed])
}
const word = (body: string): Buffer => office({ 'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>${body}</w:body></w:document>` })
const p = (text: string): string => `<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`

test.each<[string, Buffer, string | null]>([
  ['paragraphs of Word', word(p('Exercice 1') + p('AM/AB &lt; 2 &amp; &#233;t&#xE9;') + p('Ответ')), 'Exercice 1\nAM/AB < 2 & été\nОтвет'],
  ['tabs and breaks', word('<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>'), 'a\tb\nc'],
  [
    'a box said twice',
    word(`<mc:AlternateContent><mc:Choice>${p('une fois')}</mc:Choice><mc:Fallback>${p('une fois')}</mc:Fallback></mc:AlternateContent>`),
    'une fois',
  ],
  ['what was deleted', word('<w:p><w:del><w:r><w:delText>non</w:delText></w:r></w:del><w:r><w:t>oui</w:t></w:r></w:p>'), 'oui'],
  ['a table', word(`<w:tbl><w:tr><w:tc>${p('x')}</w:tc><w:tc>${p('2')}</w:tc></w:tr></w:tbl>`), 'x\n2'],
  ['an attribute with a bracket', word('<w:p w:a="1 > 0"><w:r><w:t>ok</w:t></w:r></w:p>'), 'ok'],
  [
    'slides in their order',
    office({ 'ppt/slides/slide10.xml': '<a:p><a:r><a:t>dix</a:t></a:r></a:p>', 'ppt/slides/slide2.xml': '<a:p><a:r><a:t>deux</a:t></a:r></a:p>' }),
    'deux\n\ndix',
  ],
  ['a sheet', office({
    'xl/sharedStrings.xml': '<sst><si><t>Longueur</t></si><si><r><t>A</t></r><r><t>B</t></r></si></sst>',
    'xl/worksheets/sheet1.xml': '<sheetData><row><c t="s"><v>0</v></c><c><v>4.5</v></c></row><row><c t="s"><v>1</v></c><c t="inlineStr"><is><t>fin</t></is></c></row></sheetData>',
  }), 'Longueur\t4.5\nAB\tfin'], // biome-ignore format: one row a case
  [
    'OpenDocument',
    odf(
      'text',
      '<office:text><text:tracked-changes><text:p>vieux</text:p></text:tracked-changes><text:h>Titre</text:h><text:p>un<text:s text:c="2"/>deux<text:tab/>trois<office:annotation><text:p>note</text:p></office:annotation></text:p>\n<text:p/></office:text>',
    ),
    'Titre\nun  deux\ttrois',
  ],
  [
    'RTF',
    Buffer.from("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\*\\generator X;}\\pard Th\\'e9or\\'e8me \\u8730?2\\par {\\b gras}\\tab \\{x\\}\\line fin}", 'latin1'),
    'Théorème √2\ngras\t{x}\nfin',
  ],
  ['no text', word('<w:p/>'), null],
  ['a zip that is cut', word(p('a')).subarray(0, 120), null],
  ['an old Word file', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000)]), null],
  ['a part of 60 MB', office({ 'word/document.xml': `<w:t>${' '.repeat(60_000_000)}a` }), null],
])('%s', async (_, bytes, text) => expect(await documentText(bytes)).toBe(text))

test('a document type’s entities are not expanded', async () => {
  const xml = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${p('&b;&b; &constructor;')}`
  expect(await documentText(office({ 'word/document.xml': xml }))).toBe('&b;&b; &constructor;')
})

test.each(['<', '<!--', '<![CDATA[', '<a b="', '&#', '<a <'])('%s a million times takes one pass', (bait) => {
  expect([...xmlPieces(bait.repeat(1_000_000))].length).toBeLessThanOrEqual(1_000_001)
})

test('a long document is cut', async () => expect((await documentText(word(p('mot '.repeat(100_000)))))?.length).toBe(200_000))
