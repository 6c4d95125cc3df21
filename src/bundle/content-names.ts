/** What a content stream needs around it: the resources it names, and the graphics states it leaves open. */
import { contentTokens, nameText, tokenText } from './content-tokens'

export interface ContentNames {
  /** Without slash, `#xx` decoded, one char a byte. */
  names: Set<string>
  /** `q` that no `Q` ends. */
  open: number
}

export function contentNames(bytes: Uint8Array): ContentNames {
  const names = new Set<string>()
  let open = 0
  for (const token of contentTokens(bytes)) {
    if (token.kind === 'name') names.add(nameText(bytes, token))
    else if (token.end - token.start === 1) {
      const word = tokenText(bytes, token)
      if (word === 'q') open++
      else if (word === 'Q') open = Math.max(0, open - 1)
    }
  }
  return { names, open }
}
