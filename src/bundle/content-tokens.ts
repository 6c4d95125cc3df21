/** The words of a content stream, one after the other. Interprets none of them. */

/** `name`: from the slash on; `word`: a number or an operator. Places in the stream. */
export interface ContentToken {
  kind: 'name' | 'word'
  start: number
  end: number
}

const white = new Set([0, 9, 10, 12, 13, 32])
const delimiter = new Set([...'()<>[]{}/%'].map((sign) => sign.charCodeAt(0)))
const [percent, round, less, slash] = [0x25, 0x28, 0x3c, 0x2f]

/** ISO 32000-1 §7.2 and §7.8.2; strings, comments and the data of inline images (§8.9.7) are passed over. Broken streams give what was read. */
export function* contentTokens(bytes: Uint8Array): Generator<ContentToken> {
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0
    if (byte === percent) at = endOf(bytes, at, [10, 13])
    else if (byte === round) at = afterString(bytes, at)
    else if (byte === less && bytes[at + 1] !== less) at = endOf(bytes, at, [0x3e]) + 1
    else if (byte === less) at += 2
    else if (byte === slash || !(white.has(byte) || delimiter.has(byte))) {
      const start = at++
      while (at < bytes.length && !white.has(bytes[at] ?? 0) && !delimiter.has(bytes[at] ?? 0)) at++
      yield { kind: byte === slash ? 'name' : 'word', start, end: at }
      // `ID`: what follows is an image's data, up to `EI`.
      if (at - start === 2 && byte === 0x49 && bytes[start + 1] === 0x44) {
        at = afterImage(bytes, at)
        yield { kind: 'word', start: at - 2, end: at }
      }
    } else at++
  }
}

/** One char a byte. */
export const tokenText = (bytes: Uint8Array, { start, end }: ContentToken): string => Buffer.from(bytes.subarray(start, end)).toString('latin1')

/** A name without its slash, `#xx` decoded. */
export const nameText = (bytes: Uint8Array, token: ContentToken): string =>
  tokenText(bytes, token)
    .slice(1)
    .replace(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

function endOf(bytes: Uint8Array, from: number, ends: number[]): number {
  let at = from
  while (at < bytes.length && !ends.includes(bytes[at] ?? 0)) at++
  return at
}

function afterString(bytes: Uint8Array, from: number): number {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x5c) at++
    else if (byte === round) depth++
    else if (byte === 0x29 && --depth === 0) return at + 1
  }
  return bytes.length
}

function afterImage(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 2 < bytes.length; at++) {
    const ends = white.has(bytes[at] ?? 0) && bytes[at + 1] === 0x45 && bytes[at + 2] === 0x49
    if (ends && (at + 3 >= bytes.length || white.has(bytes[at + 3] ?? 0))) return at + 3
  }
  return bytes.length
}
