/** The language of a short text, by its commonest small words. Says null rather than guess. */

const small: Record<string, string> = {
  fr: 'le la les un une des du de et est je tu il elle nous vous mon ma mes votre vos notre ce cette que qui ne pas pour dans avec sur au aux bonjour bonsoir merci voici voilà ci-joint devoir madame monsieur à été suis ai mais où donc par page exercice exercices c d j l m n qu s coucou salut',
  en: 'the a an and is are i you he she we they my your our this that which not for in with on at to of hello hi dear thanks thank please here attached homework was have has had but where from be do does did it page exercise',
  de: 'der die das ein eine und ist ich du er sie wir ihr mein nicht für mit auf zu von hallo danke bitte den dem im zum grüße sehr geehrte',
  es: 'el los las una y es yo tú nosotros mi su que no por para con en hola gracias adjunto buenos días del al está',
  it: 'il lo gli una e è io noi mio che non per con in ciao grazie allegato buongiorno della sono di',
  pt: 'o os as uma e é eu nós meu que não por para com em olá obrigado obrigada bom dia do da está',
  nl: 'de het een en is ik jij wij mijn niet voor met op van hallo bedankt groet',
  pl: 'i w na z do nie się jest to że dzień dobry dziękuję proszę',
}

const codes = Object.keys(small)
/** Languages, by place in `codes`, that have a word. */
const languagesOf = new Map<string, number[]>()
for (const [at, words] of Object.values(small).entries()) for (const word of words.split(' ')) languagesOf.set(word, [...(languagesOf.get(word) ?? []), at])

/** ISO 639-1 code, or null when nothing speaks clearly. Only the first 4,000 characters count. */
export function whatLanguage(text: string): string | null {
  const words =
    text
      .slice(0, 4000)
      .toLowerCase()
      .match(/[\p{L}]+(?:-[\p{L}]+)?/gu) ?? []
  const found = codes.map(() => 0)
  for (const word of words) for (const at of languagesOf.get(word) ?? []) found[at] = (found[at] ?? 0) + 1
  const counts = codes.map((code, at) => [code, found[at] ?? 0] as const).sort((a, b) => b[1] - a[1])
  const [best, second] = counts
  if (!best || best[1] === 0) return null
  if (second && second[1] === best[1]) return /[àâçéèêëîïôùûœ]/i.test(text) && (best[0] === 'fr' || second[0] === 'fr') ? 'fr' : null
  return best[0]
}
