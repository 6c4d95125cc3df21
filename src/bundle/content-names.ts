/** Reads a content stream just far enough to know which resources it names. Interprets nothing. */

export interface ContentNames {
  /** Without slash, `#xx` decoded, one char a byte. */
  names: Set<string>
  /** `q` that no `Q` ends. */
  open: number
}

const white = new Set([0, 9, 10, 12, 13, 32])
const delimiter = new Set([...'()<>[]{}/%'].map((sign) => sign.charCodeAt(0)))

/** ISO 32000-1 §7.2 and §7.8.2; inline images are skipped (§8.9.7). Broken streams give what was read. */
export function contentNames(bytes: Uint8Array): ContentNames {
  const names = new Set<string>()
  let open = 0
  let at = 0
  const regular = (): string => {
    const start = at
    while (at < bytes.length && !white.has(bytes[at] ?? 0) && !delimiter.has(bytes[at] ?? 0)) at++
    return Buffer.from(bytes.subarray(start, at)).toString('latin1')
  }
  while (at < bytes.length) {
    const sign = String.fromCharCode(bytes[at] ?? 0)
    if (sign === '%') at = endOf(bytes, at, [10, 13])
    else if (sign === '(') at = afterString(bytes, at)
    else if (sign === '<' && bytes[at + 1] !== 0x3c) at = endOf(bytes, at, [0x3e]) + 1
    else if (sign === '/') {
      at++
      names.add(regular().replace(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
    } else if (white.has(bytes[at] ?? 0) || delimiter.has(bytes[at] ?? 0)) at++
    else {
      const word = regular()
      if (word === 'q') open++
      else if (word === 'Q') open = Math.max(0, open - 1)
      else if (word === 'ID') at = afterImage(bytes, at)
    }
  }
  return { names, open }
}

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
    else if (byte === 0x28) depth++
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
