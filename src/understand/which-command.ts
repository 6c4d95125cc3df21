/** The command a mail gives: in the subject of a mail without text, or alone on its first written line. Sentences are no commands. */
import type { Command } from './reading'
import { bundleVariant } from './bundle-variant'
import { type ArgumentShape, commandRows, type CommandRow } from './command-words'
import { plainOf } from './date-words'
import { oneErrorApart } from './typing-error'
import { type DueContext, dueIn } from './when-due'

export interface CommandQuestion {
  subject: string
  /** What the person newly wrote. */
  text: string
  /** The mail answers another, or names one of our codes. */
  inThread: boolean
}

const forms = (word: string): string[] => {
  const [first = '', ...rest] = word.split(' ')
  if (!first.endsWith('er') || /^(?:order|remember)$/.test(first)) return [word]
  return [first, `${first.slice(0, -1)}z`, first.slice(0, -1)].map((each) => [each, ...rest].join(' '))
}

interface Word {
  row: CommandRow
  word: string
}

const words: Word[] = commandRows.flatMap((row) => row.words.flatMap(forms).map((word) => ({ row, word }))).sort((a, b) => b.word.length - a.word.length)

// "Bonjour à tous" greets; it must never be the command that writes to all.
const politeBefore =
  /^(?:(?:(?:bonjour|bonsoir)(?! +(?:a|et) +tou)|merci de|merci d'|veuillez|svp|stp|s'il (?:vous|te) plait|please|could you|can you|pouvez-vous|peux-tu|je voudrais|je souhaite)[ ,:]+)+/
const politeBehind =
  /(?:[ ,.!;]+(?:merci(?: (?:d'avance|beaucoup|bien))?|svp|s\.v\.p|stp|s'il (?:vous|te) plait|please|thanks|thank you|cordialement))+[ .!;]*$/

const name = "[\\p{L}][\\p{L}\\p{M}'.-]*"
const names = new RegExp(`^(?:${name})(?: ${name}){0,3}(?:(?:,| et | and |, et )\\s*${name}(?: ${name}){0,3}){0,30}$`, 'u')
/** Small words that show a sentence, not a name. */
const sentence =
  /(?<![\p{L}])(?:le|la|les|un|une|des|du|de la|que|qui|est|sont|pour|dans|avec|vous|je|il|elle|nous|mon|ma|mes|ce|cet|cette|moi|toi|me|us|the|a|an|to|of|that|is|are|for|with|you|i|my|this)(?![\p{L}])/iu

/** "C'est difficile", "it's done": told of the work, not of a person. Names are known to the roster alone, and may be in lower case. */
const predicate =
  /^(?:tres |trop |so |very )?(?:bon|bien|ok|fait|faux|juste|vrai|fini|note|termine|parfait|super|genial|facile|dur|long|compris|pareil|envoye|tout|clair|fou|nul|ca|cela|lui|elle|urgent|cool|done|good|fine|hard|easy|true|wrong|right|great|finished|ready|late|over|here|\p{L}+(?:able|ible|icile|ant|eux|eant|ult))(?![\p{L}])/u

const shapes: Record<ArgumentShape, (argument: string, plain: string, context: DueContext) => boolean> = {
  none: () => false,
  date: (argument, _plain, context) => dueIn(argument, context) !== null,
  until: (argument, plain, context) =>
    dueIn(argument.replace(/^(?:jusqu['’]à|jusqu['’]au|until)\s+/iu, ''), context) !== null || /^(?:jusqu'|until )/.test(plain),
  names: (argument, plain) =>
    plain === 'tous' || plain === 'all' || plain === 'toutes' || (names.test(argument) && !sentence.test(argument) && argument.length <= 120),
  person: (argument, plain, context) => !predicate.test(plain) && shapes.names(argument, plain, context),
  pages: (argument, plain) =>
    /\d/.test(plain) && new RegExp(`^(?:(?:${name}) ){0,4}(?:page )?(?:p ?)?\\d{1,3}(?:(?:[ ,;>-]+| et | and )\\d{1,3})*$`, 'u').test(argument),
  text: (argument) => argument.length > 0,
  bundle: (argument) => bundleVariant(argument) !== null,
  solution: (argument, plain, context) => /^(?:aux rendus|to submitters)$/.test(plain) || dueIn(argument, context) !== null,
  language: (_argument, plain) => /^[\p{L}-]{2,20}$/u.test(plain),
  address: (argument) => /^[^\s@<>]{1,64}@[^\s@<>]+(?:\s+\S.{0,60})?$/u.test(argument),
  ex: () => false,
}

const assignPage = /^p ?\d{1,4} *= *[\p{L}][\p{L}\p{M}' .-]{0,60}(?:[;,] *p ?\d{1,4} *= *[\p{L}][\p{L}\p{M}' .-]{0,60})*$/u
const place = /^(?:= ?(\d{1,3})|(\d))$/

function exact(line: string, plain: string, question: CommandQuestion, context: DueContext, inSubject: boolean): Command | null {
  for (const { row, word } of words) {
    if (!plain.startsWith(word)) continue
    const next = plain[word.length]
    if (next !== undefined && !/[ :,]/.test(next)) continue
    const argument = line
      .slice(word.length)
      .replace(row.argument === 'address' ? /[<>]/g : '', '')
      .replace(/^[\s:,]+/u, '')
      .trim()
    if (row.threadOnly === true && !question.inThread && !inSubject) continue
    const fits =
      argument === ''
        ? row.argument === 'none' || row.optional === true || (row.argument === 'text' && restOf(question.text) !== '')
        : shapes[row.argument](argument, plainOf(argument), context)
    if (fits) return { name: row.name, argument: [row.implied, argument].filter((part) => part).join(' ') }
  }
  return null
}

/** One typing error in a first word of five letters or more, if only one command is meant. */
function misspelt(line: string, plain: string, question: CommandQuestion, context: DueContext, inSubject: boolean): Command | null {
  const first = /^[\p{L}']+/u.exec(plain)?.[0] ?? ''
  if (first.length < 5) return null
  const near = [...new Set(words.filter(({ word }) => word.length >= 5 && !word.includes(' ') && oneErrorApart(word, first)).map(({ word }) => word))]
  const meant = near
    .map((word) => exact(`${word}${line.slice(first.length)}`, `${word}${plain.slice(first.length)}`, question, context, inSubject))
    .filter((each) => each !== null)
  return new Set(meant.map((each) => each.name)).size === 1 ? (meant[0] ?? null) : null
}

const restOf = (text: string): string => text.trim().split('\n').slice(1).join('\n').trim()

function commandIn(source: string, question: CommandQuestion, context: DueContext, inSubject: boolean): Command | null {
  let line = source
    .normalize('NFC')
    .replace(/[\u00a0\u202f]/g, ' ')
    .trim()
    .replace(/^[«"“*_\s]+|[»"”*_\s]+$/gu, '')
    .replace(/[\s.!?…;:]+$/u, '')
    .replace(/\s+/g, ' ')
  if (line === '' || line.length > 300) return null
  line = line.slice(politeBefore.exec(plainOf(line))?.[0].length ?? 0)
  const behind = politeBehind.exec(plainOf(line))
  if (behind && behind.index > 0) line = line.slice(0, behind.index)
  const plain = plainOf(line)
  if (assignPage.test(plain)) return { name: 'assign-page', argument: line }
  const digit = place.exec(plain)
  if (digit && (digit[1] !== undefined || question.inThread)) return { name: 'place', argument: digit[1] ?? digit[2] ?? '' }
  return exact(line, plain, question, context, inSubject) ?? misspelt(line, plain, question, context, inSubject)
}

const greeting = /^(?:bonjour|bonsoir|salut|coucou|hello|hi|dear|cher|chère|madame|monsieur|mesdames)\b[^.!?]{0,40}[,.!]?$/iu
/** "P7 = Zoé" may stand on several lines. */
const assignLine = /^\s*p ?\d{1,4} *= *\S/iu

/** The command, or null. The argument is what followed the word, as written; `daily`, `weekly`, `stop`, `resume`, `remove` where the word itself says it. */
export function whichCommand(question: CommandQuestion, context: DueContext): Command | null {
  const lines = question.text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  // "Bonjour, CLORE svp" is both.
  const first = lines.findIndex((line) => !greeting.test(line) || commandIn(line, question, context, false) !== null)
  if (lines.length === 0) return commandIn(subjectLine(question.subject), question, context, true)
  const line = lines[first]
  if (line === undefined) return null
  if (assignLine.test(line) && lines.length > first + 1)
    return commandIn(
      lines
        .slice(first)
        .filter((each) => assignLine.test(each))
        .join('; '),
      question,
      context,
      false,
    )
  const found = commandIn(line, question, context, false)
  if (!found) return null
  const rest = lines.slice(first + 1).join('\n')
  if (found.name === 'amend' || found.name === 'to-all') return { ...found, argument: [found.argument, rest].filter((part) => part !== '').join('\n') }
  return found
}

/** Marks that clients and gateways set before a subject (`Re[2]:`, `WG:`, `[EXTERNE]`). */
const before =
  /^\s*(?:(?:re|ré|rép|rep|réf|aw|antw|antwort|sv|vs|res|rif|ynt|odp|отв|tr|rv|wg|i|enc|doorst|fwd?)\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]\s*|\[[^\]]{0,40}\]\s*)+/iu

/** Without `Re:` and our bracketed class and code. Bare, four capitals are a code only with a digit among them: it might be a word. */
const subjectLine = (subject: string): string =>
  subject
    .replace(before, '')
    .replace(/\[[^\]]{0,40}\]/gu, ' ')
    .replace(/\(?(?<![A-Z0-9])[23456789ABCDEFGHJKMNPQRSTUVWXYZ]{4}\)?\s*$/u, (found) => (/\d|^\(/.test(found) ? ' ' : found))
    .trim()
