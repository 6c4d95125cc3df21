/** Hours as French and English teachers write them. */

export interface Clock {
  hour: number
  minute: number
}

export const evening: Clock = { hour: 23, minute: 59 }
export const noon: Clock = { hour: 12, minute: 0 }
export const afternoon: Clock = { hour: 18, minute: 0 }

const clock24 = "(?<h>[01]?\\d|2[0-4]) *(?:h(?:eures?)?|:(?=[0-5]\\d)) *(?<min>[0-5]\\d)?(?: +(?<part>du matin|du soir|de l'apres[- ]midi))?"
const clock12 = '(?<h>1[0-2]|0?[1-9])(?:[:.](?<min>[0-5]\\d))? *(?<half>am|pm|a\\.m\\.?|p\\.m\\.?)'
const named = '(?<named>midi|minuit|noon|midday|midnight|matin|soir|apres[- ]midi|morning|evening|afternoon|night|fin de (?:la )?journee|end of (?:the )?day)'
const timePatterns = [clock12, clock24, `(?:in the +|le +|au +|dans la +)?${named}`].map((source) => new RegExp(`${source}(?![\\p{L}\\p{N}])`, 'uy'))

const namedClock = (word: string): Clock => {
  if (/^(?:midi|noon|midday)/.test(word)) return noon
  if (/^(?:matin|morning)/.test(word)) return noon
  return /^(?:apres|afternoon)/.test(word) ? afternoon : evening
}

/** An hour that begins exactly at `at`, and where it ends; null when there is none. Midnight is the end of its day. */
export function timeAt(plain: string, at: number): { clock: Clock; end: number; named: boolean } | null {
  for (const pattern of timePatterns) {
    pattern.lastIndex = at
    const match = pattern.exec(plain)
    const groups = match?.groups
    if (!match || !groups) continue
    const end = pattern.lastIndex
    if (groups.named) return { clock: namedClock(groups.named), end, named: true }
    const minute = Number(groups.min ?? 0)
    const hour = Number(groups.h)
    if (groups.half) return { clock: { hour: (hour % 12) + (groups.half.startsWith('p') ? 12 : 0), minute }, end, named: false }
    const later = groups.part !== undefined && groups.part !== 'du matin' && hour < 12 ? 12 : 0
    return { clock: hour === 24 || (hour === 0 && minute === 0) ? evening : { hour: hour + later, minute }, end, named: false }
  }
  return null
}
