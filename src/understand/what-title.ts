/** The title of an assignment: the subject where it says something, else the first sentence of the text. */

const prefix = /^\s*(?:(?:re|r[ée]f|tr|fwd?|aw|wg|rv|enc)\s*(?:\[\d+\])?\s*:\s*|\[[^\]\n]{1,20}\]\s*|\([2-9A-HJ-KM-NP-Z]{4}\)\s*$)/iu
/** What copiers and phones write when nobody typed a subject. */
const empty =
  /^(?:\(?(?:sans objet|no subject|aucun objet)\)?|message from .*|scan(?:ned)?(?: (?:from|document|image).*)?|num[ée]risation.*|img_?\d+.*|photos?|document\d*|test)$/iu

/** Longest title taken from a sentence, in characters (FEATURES.md, A3). */
const sentenceLength = 60
const subjectLength = 120

/**
 * titleOf('Re: [3B] Théorème de Thalès', …) → 'Théorème de Thalès'
 * titleOf('', 'Bonjour,\nfaire les exercices 3 et 4. Merci') → 'faire les exercices 3 et 4'
 * Null when neither says anything.
 */
export function titleOf(subject: string, text: string): string | null {
  let title = subject.replace(/\s+/gu, ' ').trim()
  for (let before = ''; before !== title; ) {
    before = title
    title = title.replace(prefix, '').trim()
  }
  const isPlain = title === subject.replace(/\s+/gu, ' ').trim()
  if (title !== '' && !empty.test(title) && (isPlain || title.length > 2)) return cut(title, subjectLength)
  const line = text
    .split('\n')
    .map((one) => one.trim())
    .find(
      (one) =>
        one.length > 3 &&
        !/^(?:bonjour|bonsoir|salut|coucou|hello|hi|dear|chers?|ch[èe]res?|good (?:morning|afternoon|evening))\b[^,.!?]{0,40}[,.!]?$/iu.test(one) &&
        !/^(?:pour|for)\s*:/iu.test(one),
    )
  if (line === undefined) return null
  const withoutGreeting = line.replace(/^(?:bonjour|bonsoir|hello|hi)(?: [^,.!?]{0,30})?[,!.]\s*/iu, '')
  const sentence = /^.*?[.!?](?=\s|$)/u.exec(withoutGreeting)?.[0] ?? withoutGreeting
  return cut(sentence.replace(/[.!\s]+$/u, ''), sentenceLength) || null
}

/** Cuts at a blank, with an ellipsis. */
function cut(text: string, length: number): string {
  const signs = Array.from(text)
  if (signs.length <= length) return text
  const head = signs.slice(0, length - 1).join('')
  const blank = head.lastIndexOf(' ')
  return `${(blank > length / 2 ? head.slice(0, blank) : head).replace(/[\s,;:–-]+$/u, '')}…`
}
