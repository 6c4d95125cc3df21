/** The words of courtesy, names and addresses that end a mail, told apart from what it says. */

const closing =
  /^[\s*_>]*(?:(?:bien |très |plus )?(?:cordialement|sincèrement|respectueusement|amicalement)|cdlt|cdt|bien à (?:vous|toi)|(?:avec )?(?:mes|nos)? ?(?:sincères |respectueuses |meilleures |cordiales )?salutations(?: distinguées)?|(?:best|kind|warm|warmest) (?:regards|wishes)|best|regards|sincerely|yours(?: sincerely| faithfully| truly)?|cheers|thanks(?: again| a lot| so much)?|many thanks|thank you|thx|merci(?: d['’]avance| beaucoup| encore)?|bonne (?:journée|soirée|réception|fin de journée)(?: à vous)?|à bientôt|mit freundlichen grüßen|viele grüße|liebe grüße|mfg|saludos|un saludo|cordiali saluti|distinti saluti|med venlig hilsen|met vriendelijke groet(?:en)?|atenciosamente|pozdrawiam)[\s,.!*_]*(?:\p{Extended_Pictographic}\s*)*$/iu

export const isClosing = (text: string): boolean => text.length <= 80 && closing.test(text)

const contact = [
  /[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,40}/,
  /(?:^|[\s:(])(?:\+?\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]\d{2,4}){2,5}\s*$/,
  /^\W{0,3}(?:t[ée]l|tel|téléphone|phone|mobile|mob|port|portable|fax|gsm|bureau|cell|skype|e-?mail|mail|courriel|web|site|t|f|m|p)\s?[.:]\s?\S/iu,
  /(?:^|\s)(?:www\.|https?:\/\/)\S+\s*$/i,
  /(?:^|\s)(?:\d{1,4},? (?:bis |ter )?(?:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai)\s|(?:f-)?\d{5} \p{Lu})/iu,
  /^(?:professeure?|enseignante?|assistante?|direct(?:eur|rice)|principale?|secrétaire|responsable|ingénieure?|chef(?:fe)?|manager|teacher|head of|director|engineer|developer|consultante?|docteur|infirmière|conseill(?:er|ère)|gérante?|président|coll[eè]ge|lyc[ée]e|école|académie|société|product manager|ceo|cto)\b.{0,80}$/iu,
]

/** A telephone number, an address, a title, a web site: lines that no homework ends in. */
export const isContact = (text: string): boolean => text.length <= 160 && contact.some((pattern) => pattern.test(text.trim()))

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[^\p{L}\p{N} ]/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()

/** The line is a person's name as the From field gives it, in any order of its words. */
export function isOwnName(text: string, name: string): boolean {
  const words = plain(name)
    .split(' ')
    .filter((word) => word !== '')
  if (words.length < 2 || text.length > 80) return false
  return plain(text).split(' ').toSorted().join(' ') === words.toSorted().join(' ')
}

/** Two to four capitalised words: what a name looks like. */
export const looksLikeName = (text: string): boolean =>
  /^\s*(?:\p{Lu}[\p{L}\p{M}'’.-]{0,30}\s+){0,3}\p{Lu}[\p{L}\p{M}'’.-]{0,30}\s*$/u.test(text) && text.length <= 60

/** "--Geoff", "— Anne": a name right behind a dash. */
export const isDashedName = (text: string): boolean => /^\s*(?:--|\u2014|\u2013)\s?\p{Lu}[\p{L}\p{M}'’. -]{1,40}$/u.test(text)
