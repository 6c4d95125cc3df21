/** What a reply without or with pages wants: work, an answer, an excuse; courtesy alone wants nothing (CONTRACT, section 10). */
import type { Intent } from './reading'

const absence = /(?:(?<![\p{L}])(?:absente?s?|absence|malade|hospitalis|maladie|rendez-vous (?:médical|chez le médecin)|ill\b|sick\b|away\b|absent\b))/iu
const question =
  /\?|je n['’]ai pas (?:bien )?compris|je ne comprends? pas|j['’]arrive pas|je n['’]y arrive pas|pas compris|comprends pas|je ne sais pas (?:comment|quoi|si|où)|i (?:don['’]t|do not|didn['’]t) (?:understand|get|know)|can you (?:help|explain)|pouvez-vous|peux-tu|pourriez-vous|est-ce que|could you/iu
const courtesy =
  /(?<![\p{L}])(?:bonjour|bonsoir|coucou|salut|hello|hi|dear|madame|monsieur|mme|m\.|mr|mrs|miss|professeure?|voilà|voila|voici|ci-joint(?:e|s)?|ci joint|en pièces? jointes?|pièces? jointes?|here (?:it|they) (?:is|are)|here is|attached|please find|find|vous trouverez|trouverez|veuillez trouver|trouver|je vous (?:envoie|rends|remets|transmets)|mon|ma|mes|le|la|les|my|the|de|du|des|votre|your|l['’]|d['’]|devoirs?|exercices?|exos?|travail|copies?|homework|work|photos?|maths?|français|anglais|merci|thanks|thank you|d['’]avance|beaucoup|cordialement|bien à vous|bonne (?:journée|soirée|réception|semaine|lecture)|bon (?:week-?end|après-midi)|à (?:bientôt|demain)|regards|best|kind|et|and|avec|pour|for|à|a|bisous|respectueusement|sincèrement|salutations)(?![\p{L}])/giu
/** A link alone is no work either: nobody follows it (CONTRACT, section 10). */
const link = /https?:\/\/\S+/giu
const preference = /(?<![\p{L}])(?:chaque (?:jour|semaine)|ne (?:plus|pas) recevoir|moins de mails?|résumé)(?![\p{L}])/iu

/** True when nothing but greetings, "voilà, ci-joint" and names stands there. */
export function isCourtesyOnly(text: string): boolean {
  const rest =
    text
      .normalize('NFC')
      .slice(0, 2000)
      .replace(link, ' ')
      .replace(courtesy, ' ')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  // What is left are names: capitals, two of them on a line.
  return rest.every((word) => /^\p{Lu}/u.test(word) && !/\d/.test(word)) && rest.length <= 6
}

/** Every intent found, the weightiest first; empty for courtesy alone. */
export function whatIntents(text: string, hasPages: boolean): Intent[] {
  const intents: Intent[] = []
  const written = text.trim()
  if (hasPages) intents.push('work')
  if (absence.test(written)) intents.push('absence')
  if (question.test(written)) intents.push('question')
  if (intents.length === 0 && preference.test(written)) intents.push('preference')
  if (intents.length === 0 && written !== '' && !isCourtesyOnly(written)) intents.push('work')
  return intents
}
