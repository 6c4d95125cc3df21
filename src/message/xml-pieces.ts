/** The pieces of an XML text, in order: tags and the text between them. Checks nothing, expands no entity of a document type. */

export interface XmlPiece {
  /** Local name; '' for text. */
  tag: string
  kind: 'open' | 'close' | 'empty' | 'text'
  /** Attributes as written, or the text, decoded. */
  text: string
}

// No part may cross the next beginning of its kind: hostile text costs one pass.
const piece =
  /<!--(?:(?!<!--)[^])*?-->|<!\[CDATA\[((?:(?!<!\[CDATA)[^])*?)\]\]>|<[?!][^<>]*>|<(\/?)(?:[\w.-]+:)?([\w.-]+)((?:"[^"<]*"|'[^'<]*'|[^<>"'])*)>|([^<]+)/g
const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export function* xmlPieces(xml: string): Generator<XmlPiece> {
  for (const [, data, slash, tag, attributes = '', text] of xml.matchAll(piece)) {
    if (data !== undefined) yield { tag: '', kind: 'text', text: data }
    else if (text !== undefined) yield { tag: '', kind: 'text', text: decoded(text) }
    else if (tag !== undefined) yield { tag, kind: slash === '/' ? 'close' : attributes.endsWith('/') ? 'empty' : 'open', text: attributes }
  }
}

const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,5}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole
    const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : ''
  })

/** Value of an attribute, whatever its prefix; null without. */
export const attribute = (attributes: string, name: string): string | null =>
  new RegExp(`(?:^|[\\s:])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
    .exec(attributes)
    ?.slice(1)
    .find((value) => value !== undefined) ?? null
