/** A mail's body as lines with what the markup says of them: how deep in a quotation, whether a signature, which pictures stand there. */

export interface Line {
  text: string
  /** Levels of quotation: `>` signs or blockquotes. */
  depth: number
  /** The `>` signs as they stood, '' where none. */
  prefix: string
  /** What the client's own markup calls it; null where it says nothing. */
  mark: 'quote' | 'signature' | null
  /** Content ids of the pictures in it, lower case. */
  pictures: string[]
}

const prefix = /^[ \t]?(?:(?:>|&gt;)[ \t]?)+/

/** Lines of plain text: `>` prefixes become depth. */
export function linesOfText(text: string): Line[] {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => {
      const quote = prefix.exec(line.slice(0, 400))?.[0] ?? ''
      const pictures = [...line.matchAll(/\[cid:([^\]\s]{1,200})\]/gi)].map((match) => (match[1] ?? '').toLowerCase())
      return { text: line.slice(quote.length), depth: quote.replace(/[^>]/g, '').length, prefix: quote, mark: null, pictures }
    })
}
