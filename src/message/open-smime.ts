/** The message inside an opaque S/MIME signature (RFC 8551 §3.5.2, RFC 5652 §5). Verifies nothing: who wrote is asked elsewhere. */

// 1.2.840.113549.1.7.2 signed-data, …7.1 data (RFC 5652 §4, §5.1).
const signedData = '2a864886f70d010702'
const data = '2a864886f70d010701'

interface Node {
  tag: number
  /** Content octets; for indefinite length, up to the end of the parent. */
  start: number
  end: number
  indefinite: boolean
}

/** One BER head at `at` (X.690 §8.1); null when it does not fit. */
function nodeAt(bytes: Buffer, at: number, limit: number): Node | null {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null
  if (first === 0x80) return { tag, start: at + 2, end: limit, indefinite: true }
  if (first < 0x80) return at + 2 + first <= limit ? { tag, start: at + 2, end: at + 2 + first, indefinite: false } : null
  const count = first & 0x7f
  if (count > 4 || at + 2 + count > limit) return null
  const length = bytes.readUIntBE(at + 2, count)
  return at + 2 + count + length <= limit ? { tag, start: at + 2 + count, end: at + 2 + count + length, indefinite: false } : null
}

/** The octets of a primitive or constructed OCTET STRING, pieces joined (X.690 §8.7). Two levels at most. */
function octets(bytes: Buffer, node: Node, depth = 0): Buffer {
  if ((node.tag & 0x20) === 0) return bytes.subarray(node.start, node.end)
  const pieces: Buffer[] = []
  let at = node.start
  while (at < node.end && depth < 3) {
    const piece = nodeAt(bytes, at, node.end)
    if (!piece || (piece.tag === 0 && piece.start === piece.end) || (piece.tag & 0x1f) !== 4) break
    if (piece.indefinite) return Buffer.concat([...pieces, octets(bytes, piece, depth + 1)])
    pieces.push(octets(bytes, piece, depth + 1))
    at = piece.end
  }
  return Buffer.concat(pieces)
}

/** The MIME entity that was signed, or null when the bytes are no signed-data with content (encrypted mail stays closed). */
export function openSmime(bytes: Buffer): Buffer | null {
  const outer = nodeAt(bytes, 0, bytes.length)
  const kind = outer && nodeAt(bytes, outer.start, outer.end)
  if (!kind || bytes.subarray(kind.start, kind.end).toString('hex') !== signedData) return null
  const wrapped = nodeAt(bytes, kind.end, outer.end)
  const signed = wrapped && nodeAt(bytes, wrapped.start, wrapped.end)
  const version = signed && nodeAt(bytes, signed.start, signed.end)
  const digests = version && nodeAt(bytes, version.end, signed.end)
  const encapsulated = digests && !digests.indefinite ? nodeAt(bytes, digests.end, signed.end) : null
  const type = encapsulated && nodeAt(bytes, encapsulated.start, encapsulated.end)
  if (!type || bytes.subarray(type.start, type.end).toString('hex') !== data) return null
  const explicit = nodeAt(bytes, type.end, encapsulated.end)
  const content = explicit && nodeAt(bytes, explicit.start, explicit.end)
  return content ? octets(bytes, content) : null
}
