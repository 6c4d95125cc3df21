/** Headings of French school exports (PRONOTE, SIECLE, spreadsheets) → what they mean. Accents, case and signs do not matter. */

export type PersonField = 'family' | 'given' | 'full' | 'email' | 'id'
export type Column =
  | { of: 'person'; field: PersonField | 'class' | 'groups' | 'role' | 'subject' | 'language' }
  | { of: 'guardian'; number: number; field: PersonField | 'right' }

/** "Prénom (usuel)" → "prenomusuel". */
export const keyOf = (heading: string): string =>
  heading
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/gu, '')

/** First that fits wins. `prenom` stands before `nom`, which is in it. */
const personFields: [RegExp, PersonField | 'class' | 'groups' | 'role' | 'subject' | 'language'][] = [
  [/^(ine|identifiant(national|unique|eleve|pronote|interne)?(ine)?|id(eleve|national)?|numero(national|eleve|interne)|nine|elenoet|numen)$/, 'id'],
  [/^(adresse|addresse)?(e?mail|courriel|mel|adresseelectronique|messagerie)(s|1|eleve|deleleve|personnel|principal|professeur|enseignant)*$/, 'email'],
  [/^prenoms?(1|usuel|eleve|deleleve|professeur|enseignant)*$/, 'given'],
  [/^(nomprenoms?|nometprenoms?|prenometnom|nomcomplet|identite|eleves?|professeurs?|enseignants?)$/, 'full'],
  [/^nom(s|defamille|dusage|usage|usuel|legal|eleve|deleleve|professeur|enseignant)*$/, 'family'],
  [/^(classes?|divisions?|div|(code|libelle|nom)?(classe|division|structure)(s|derattachement|actuelle|eleve)*)$/, 'class'],
  [/^(groupes?|codegroupes?)$/, 'groups'],
  [/^(profil|role|fonction|type|categorie)$/, 'role'],
  [/^(matieres?|disciplines?|matiereenseignee)$/, 'subject'],
  [/^langue(maternelle|parlee|de(s)?communication)?$/, 'language'],
]

const guardianWords = /(responsables?|resp|representants?|rep|parents?|tuteurs?)(legal(e|aux|al|ux)?|leg)?/u

/** Null: a heading of no use here (addresses of streets, telephones, options …). */
export function columnOf(heading: string): Column | null {
  const key = keyOf(heading)
  const asPerson = personFields.find(([pattern]) => pattern.test(key))
  if (asPerson) return { of: 'person', field: asPerson[1] }
  if (!guardianWords.test(key)) return null
  const number = Number(/[1-9]/u.exec(key)?.[0] ?? 1)
  const rest = key.replace(guardianWords, '').replace(/[0-9]|^(de|du|d|l)+|(de|du)$/gu, '')
  const field = guardianField(rest)
  return field === null ? null : { of: 'guardian', number, field }
}

function guardianField(rest: string): PersonField | 'right' | null {
  if (/^(adresse)?(e?mail|courriel|mel|electronique)/u.test(rest)) return 'email'
  if (/^prenom/u.test(rest)) return 'given'
  if (/^(nomprenom|nometprenom|nomcomplet|identite)?$/u.test(rest)) return 'full'
  if (/^nom/u.test(rest)) return 'family'
  return /^(id|identifiant|numero)$/u.test(rest) ? 'id' : null
}
