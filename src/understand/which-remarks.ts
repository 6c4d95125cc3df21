/** Marks and remarks that a teacher types in an answer: "Zoé : 15/20, bien", "Martin Hugo 12", a pasted table. Pure; a name that fits nobody or several is told, never guessed. */
import type { PersonId } from '../school/people'
import { pupilsMeant } from './pupils-meant'

export interface Remark {
  student: PersonId
  /** "15/20", "B+"; null: words alone. */
  mark: string | null
  /** '' where only a mark was given. */
  words: string
}

/** A line that gives something to somebody who is not one of the class, or could be several. */
export interface UnclearName {
  /** As typed. */
  name: string
  /** Who may be meant; empty: nobody is called that. */
  candidates: string[]
}

export interface Remarks {
  remarks: Remark[]
  unclear: UnclearName[]
}

interface TypedLine {
  name: string
  /** No name: a number. */
  isNumber?: boolean
  mark: string | null
  words: string
}

const mostLines = 300
const number = String.raw`\d{1,3}(?:[.,]\d{1,2})?`
const markSource = String.raw`(?:${number}\s?(?:\/\s?\d{1,3}|sur\s\d{1,3}|out of\s\d{1,3}|%|(?:pts?|points?)(?![\p{L}]))?|[A-F][+-]?(?![\p{L}\p{N}'’]))`
const mark = new RegExp(`^${markSource}(?![\\p{L}\\p{N}/:])`, 'u')
const name = String.raw`\p{L}[\p{L}\p{M}'’.-]*(?:\s\p{L}[\p{L}\p{M}'’.-]*){0,4}`
/** Name, sign, anything. Dashes stand between blanks: others are part of a name. */
const withSign = new RegExp(String.raw`^(${name})\s?(?:\s[–—=-]\s|[:=|;→\t]|\s{2,})\s*(.+)$`, 'u')
const nameThenMark = new RegExp(String.raw`^(${name})\s(${markSource})(?:\s*$|\s*[,;:.–—-]\s*(.*)$|\s(.*)$)`, 'u')
const markThenName = new RegExp(String.raw`^(${number}\s?\/\s?\d{1,3})\s?(?:[:,–—-]\s?)?(${name})$`, 'u')
/** A pupil said by a number: the pile shows none that stays the same, so it is asked about. A number alone must give a mark out of something, or it may be an hour. */
const numbered = new RegExp(
  String.raw`^((?:copie|[ée]l[èe]ve|copy|pupil|student)\s?(?:n[°ºo]\s?)?\d{1,3})\s?[:=–—-]\s*\S|^((?:P|n[°ºo]\.?|num[ée]ro|number|#)?\s?\d{1,3})\s?[:–—-]\s*${number}\s?/\s?\d{1,3}(?!\S)`,
  'iu',
)
/** What may stand right behind a bare mark and belong to it: "15 bien", not "2 pages manquent". */
const praise =
  /^(?:très|tres|bien|bon(?:ne)?|assez|bravo|excellent|attention|parfait|passable|insuffisant|moyen|correct|super|mieux|peut|à revoir|a revoir|travail|well|very|good|nice|great|excellent|fair|poor|keep|see|more|work|needs?)(?![\p{L}])/iu
/** Words before a mark that name no pupil. */
const noName =
  /^(?:pour|note|notes|moyenne|barème|bareme|total|maximum|minimum|max|min|médiane|mediane|classe|exercices?|exo|ex|questions?|parties?|devoirs?|contrôle|controle|coefficient|coef|page|p|ps|nb|rappel|bonus|malus|résultats?|resultats?|nom|prénom|prenom|élève|eleve|remarques?|merci|bonjour|bonsoir|objet|date|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|le|la|les|un|une|for|mark|marks|average|mean|total|class|exercise|question|part|homework|test|name|student|pupil|remarks?|comments?|thanks|hello|dear|subject|date|monday|tuesday|wednesday|thursday|friday|saturday|sunday|the|a|an|to|from|de|du|à|cc|salle|room|t[ée]l|t[ée]l[ée]phone|phone|groupe|group|chapitre|chapter|s[ée]ance|semaine|week|lot|version|figure|code)(?![\p{L}])/iu

/** Whether the text has any line that could give something to somebody: worth asking who is in the class. */
export const looksLikeRemarks = (text: string): boolean => linesOf(text).length > 0

/** Later lines about the same pupil are added to earlier ones; the later mark counts. */
export function remarksIn(text: string, students: readonly { person: PersonId; name: string }[]): Remarks {
  const found = new Map<PersonId, Remark>()
  const unclear = new Map<string, UnclearName>()
  for (const line of linesOf(text)) {
    const meant = pupilsMeant(line.name, students)
    const [one] = meant
    if (one && meant.length === 1) {
      const before = found.get(one.person)
      const words = [before?.words, line.words].filter((part) => part !== undefined && part !== '').join('\n')
      found.set(one.person, { student: one.person, mark: line.mark ?? before?.mark ?? null, words })
    } else if (meant.length > 1) unclear.set(line.name, { name: line.name, candidates: meant.map((each) => each.name) })
    // Without a mark it may be any sentence with a colon.
    else if (line.isNumber || (line.mark !== null && looksLikeName(line.name))) unclear.set(line.name, { name: line.name, candidates: [] })
  }
  return { remarks: [...found.values()], unclear: [...unclear.values()] }
}

const looksLikeName = (typed: string): boolean => !noName.test(typed) && /^\p{Lu}/u.test(typed)

function linesOf(text: string): TypedLine[] {
  return text
    .normalize('NFC')
    .split('\n')
    .slice(0, mostLines)
    .flatMap((raw) => {
      const line = raw
        .replace(/[\u00a0\u202f]/gu, ' ')
        .trim()
        .replace(/^(?:[-•*·▪]\s+|\d{1,2}[.)]\s+|\|\s*)/u, '')
        .replace(/\s*\|$/u, '')
      return line.length === 0 || line.length > 600 ? [] : (severalOn(line) ?? [typedLine(line)].filter((one) => one !== null))
    })
}

/** "Zoé 15, Hugo 12/20 ; Léa 8,5": only where each part is a name and a mark, and nothing else. */
function severalOn(line: string): TypedLine[] | null {
  const parts = line.split(/\s*(?:;|,(?!\d))\s*/u).filter((part) => part !== '')
  if (parts.length < 2) return null
  const read = parts.map((part) => typedLine(part))
  return read.every((one): one is TypedLine => one !== null && one.mark !== null && one.words === '') ? read : null
}

function typedLine(line: string): TypedLine | null {
  const byNumber = numbered.exec(line)
  if (byNumber) return { name: (byNumber[1] ?? byNumber[2] ?? '').trim(), isNumber: true, mark: null, words: '' }
  const reversed = markThenName.exec(line)
  if (reversed) return { name: reversed[2] ?? '', mark: tidyMark(reversed[1] ?? ''), words: '' }
  const bare = nameThenMark.exec(line)
  if (bare) {
    const [, who = '', given = '', after, beside] = bare
    if (beside === undefined || given.includes('/') || praise.test(beside)) return { name: who, mark: tidyMark(given), words: tidyWords(after ?? beside ?? '') }
  }
  const signed = withSign.exec(line)
  if (!signed) return null
  const [, who = '', rest = ''] = signed
  const given = mark.exec(rest)?.[0]
  if (given === undefined) return { name: who.trim(), mark: null, words: tidyWords(rest) }
  const words = rest.slice(given.length)
  // "Zoé : 2 pages manquent" begins with a number that is no mark.
  if (/^\s+\p{L}/u.test(words) && !/[/%]|sur|out of|[A-F]/u.test(given) && !praise.test(words.trim()))
    return { name: who.trim(), mark: null, words: tidyWords(rest) }
  return { name: who.trim(), mark: tidyMark(given), words: tidyWords(words) }
}

const tidyMark = (given: string): string =>
  given
    .replace(/\s*(?:sur|out of|\/)\s*/u, '/')
    .replace(/\s+/gu, ' ')
    .trim()

const tidyWords = (words: string): string =>
  words
    .replace(/^[\s,;:.|–—\t-]+/u, '')
    .replace(/\s*[|\t]\s*/gu, ' ')
    .trim()
