/** The deadline a teacher's words set, and the words. Never guesses: no deadline word, no deadline. */
import { DateTime } from 'luxon'
import type { Holiday } from '../school/quiet-time'
import { type Clock, timeAt } from './clock-words'
import { type DateFound, datesIn, plainOf } from './date-words'

export interface Due {
  due: Date
  /** The words it came from. */
  phrase: string
}

export interface DueContext {
  now: Date
  /** IANA name; an unknown one counts as UTC. */
  timezone: string
  locale: 'fr' | 'en'
  /** Of the school's calendar, where one is configured: what "la rentrée" means. */
  holidays?: readonly Holiday[]
}

const { max } = Math
const maxChars = 8000

/** Words that make the date right behind them a deadline. */
const leads: [pattern: RegExp, weight: number][] = [
  [
    /(?:reportee?s?|repoussee?s?|decalee?s?|prolongee?s?|avancee?s?|deplacee?s?|postponed|moved|extended|pushed(?: back)?) +(?:(?:a|au|to|until|till|jusqu'a|jusqu'au) +)(?:le +|la +)?$/,
    8,
  ],
  [/(?:mais|but) +(?:bien +)?(?:pour|for|by) +(?:le +|la +)?$/, 7],
  [
    /(?:date (?:limite|butoir)|echeance|deadline|date de (?:rendu|remise|retour)|due date|dernier (?:delai|jour)|delai|(?:heure )?limite|(?:retour|remise|depot|envoi|rendu) (?:des|du|de (?:vos|votre|la)) (?:copies?|devoirs?|travaux|travail|dm|exercices?|exos?|fiches?|reponses?|photos?|redactions?|productions?|documents?|questionnaires?|comptes rendus)|limite d(?:'envoi|e depot)|a rendre|due|due in|due on|rendu|remise)(?: +(?:est|fixee?|is))? *[:=\u2013-]? *(?:(?:a|au|le|pour|pour le|avant|avant le|on|by|for|before|the|ce) +)*$/,
    6,
  ],
  [/(?:au plus tard|pas plus tard que|no later than|not later than|at the latest)(?: +(?:le|la|pour|pour le|by|on|the))? *[:,]? *$/, 6],
  [/(?:prevue?s? +|initialement +)pour +(?:le +)?$/, 1],
  [/(?:merci|thanks|thank you) +(?:pour|for) +(?:le +)?$/, 0],
  [/(?:d'ici|jusqu'a|jusqu'au|avant|until|till|by|before)(?: +(?:a|au|le|la|ce|the|on|end of))* *$/, 5],
  [/(?:pour|pr|for)(?: +(?:le|la|les|ce|the|this))*(?: +(?:rentree(?: d[eu])?|semaine prochaine|prochaine fois|cours d[eu]))?[ ,(]*$/, 5],
]

/** Asks for work: with one of these in its sentence a date counts even without a lead. Imperative, infinitive or passive, never "j'envoie". */
const asks =
  /(?<![\p{L}])(?:a (?:me )?(?:rendre|renvoyer|envoyer|remettre|deposer|faire|finir|terminer|retourner|transmettre)|rendre|renvoyer|remettre|rendez(?!-vous)|renvoyez|envoyez|remettez|deposez|retournez|transmettez|terminez|finissez|envoie-moi|rends-moi|m'envoyer|me (?:rendre|renvoyer|renverrez|rendrez|retourner|enverrez)|attendue?s?|recevoir|parvenir|parvenue?s?|rendue?s?|je (?:releverai|ramasserai|recupererai|relev(?:e|erai)|ramasse) (?:les|vos|le|la|votre)|(?:j'attends|je (?:veux|voudrais|souhaite)) (?:vos|votre|tes|ton|ta|les|le|la) (?:copies?|devoirs?|travaux|travail|dm|exercices?|exos?|fiches?|reponses?|photos?|redactions?|productions?|documents?|questionnaires?|comptes rendus)|(?:hand|turn) (?:it |them |this |these |(?:your|the) \w+ )?in|(?:be|due to be) (?:handed in|turned in|returned|submitted|sent)|submit|send (?:me|it|them|back|your)|return|finish|complete|due|deadline|date limite|echeance)(?![\p{L}])/u

const tails =
  /^[ ,]*(?:au plus tard|dernier delai|dernier carat|inclus|compris|grand maximum|max(?:imum)?|delai de rigueur|at the latest|sharp|latest|precises?)(?![\p{L}])/u

/** Dates that are told, not set: of the past, of history, of a lesson, negated, or the hours of a meeting. */
const toldBefore =
  /(?:(?<![\p{L}])(?:pas|plus|not|n'est pas) +(?:pour|avant|for|by|due|a rendre)(?: +(?:le|la))? +|(?<![\p{L}])(?<!rentree )(?:du|de|des|depuis|of|from|since|entre|between|ne le|nee le) +(?:ce |la |le |l')?)$/u
const toldBehind =
  /^ *(?:derniere?(?! +(?:delai|carat|limite))|passee?|last|precedente?|(?:,? +)?(?:de|from|entre|between) +\d{1,2} *(?:h\d*|:\d\d|am|pm)? *(?:a|to|et|and|-) *\d)(?![\p{L}])/u
/** "Ne rendez rien avant le 20": the day from which, not until which. "N'oubliez pas de rendre avant" is none of these. */
const notBefore =
  /(?<![\p{L}])(?:n(?:e +|')(?!oubli|tard|hesit|attend)[\p{L}-]+ +(?:pas|rien|jamais|plus)(?! +(?:de|d'|a) )|(?:do not|don't|never) (?!forget|wait|hesitate)\p{L}+)[^.!?\n]{0,40} (?:avant|before) +(?:le |the )?$/u
const lastBefore = /(?:last|dernier) +$/

const joints = /^(?:[ ,]+|(?= *[(@]))?(?:(?:(?:avant|at|a|by|before|vers|des|pour|jusqu'a)(?![\p{L}])|@|-|\/|\u2013|,|\() *)*/u

interface Candidate {
  start: number
  end: number
  at: DateTime
  score: number
}

const sentenceAround = (plain: string, raw: string, start: number, end: number): string => {
  // A dot ends a sentence when a blank and a capital follow; "p. 12" and "20.03" do not.
  const before = raw.slice(Math.max(0, start - 400), start)
  const breaks = [...before.matchAll(/[.!?] +(?=\p{Lu})|\n/gu)].at(-1)
  const from = breaks ? Math.max(0, start - 400) + breaks.index + breaks[0].length : Math.max(0, start - 400)
  // A month takes its dot along ("3 avril. À rendre"), which may have ended the sentence.
  const last = raw[end - 1] === '.' ? end - 1 : end
  const behind = /[!?\n]|\. *(?:\p{Lu}|$)/u.exec(raw.slice(last, last + 300))
  return plain.slice(from, behind ? last + behind.index : Math.min(plain.length, last + 300))
}

/** An hour before the date: "by 5pm tomorrow", "avant midi vendredi". */
function timeBefore(plain: string, start: number): { clock: Clock; start: number } | null {
  const before = plain.slice(Math.max(0, start - 40), start)
  const joint = /(?: +(?:on|le|the|of|du|de|ce))*[ ,]+$/.exec(before)
  if (!joint) return null
  const end = start - joint[0].length
  for (let at = Math.max(0, end - 22); at < end; at += 1) {
    if (/[\p{L}\p{N}:.]/u.test(plain[at - 1] ?? ' ')) continue
    const time = timeAt(plain, at)
    if (time && time.end === end) return { clock: time.clock, start: at }
  }
  return null
}

function candidateOf(plain: string, raw: string, found: DateFound, now: DateTime, holidays: readonly Holiday[]): Candidate | null {
  const day = found.day(now, holidays)
  if (!day) return null
  let { start, end } = found
  let clock = found.time
  const joint = joints.exec(plain.slice(end, end + 40))?.[0] ?? ''
  const tail = tails.exec(plain.slice(end, end + 40))?.[0].length ?? 0
  const behindTail = tail > 0 ? timeAt(plain, end + tail + (/^[ ,(:]+(?:a +)?/.exec(plain.slice(end + tail))?.[0].length ?? 0)) : null
  const after = behindTail ?? timeAt(plain, end + joint.length)
  if (after && (joint !== '' || behindTail)) {
    clock = after.clock
    end = after.end
    const exact = after.named ? timeAt(plain, end + (/^ +(?:a +|avant +|at +|,? *)?/.exec(plain.slice(end))?.[0].length ?? 0)) : null
    if (exact && !exact.named) {
      clock = exact.clock
      end = exact.end
    }
  } else {
    const before = timeBefore(plain, start)
    if (before) {
      clock = before.clock
      start = before.start
    }
  }
  const at = clock ? day.set({ ...clock, second: 0, millisecond: 0 }) : day.set({ hour: 23, minute: 59, second: 0, millisecond: 0 })
  if (at < now.startOf('day') || at > now.plus({ days: 400 })) return null
  const until = after && clock && /(?:avant|before|by|jusqu'a)/.test(joint) ? 5 : 0
  const score = scoreOf(plain, raw, { start, end, weak: found.weak, until })
  return score === null ? null : { start: start - score.lead, end, at, score: score.value }
}

interface Span {
  start: number
  end: number
  weak: boolean
  /** Weight of an hour "before" which, behind the day. */
  until: number
}

function scoreOf(plain: string, raw: string, { start, end, weak, until }: Span): { value: number; lead: number } | null {
  const before = plain.slice(Math.max(0, start - 80), start)
  if (toldBefore.test(before) || notBefore.test(before) || toldBehind.test(plain.slice(end, end + 40)) || lastBefore.test(before)) return null
  const lead = leads.map(([pattern, weight]) => ({ match: pattern.exec(before), weight })).find((each) => each.match)
  const tail = tails.test(plain.slice(end, end + 40)) ? 4 : 0
  const asked = asks.test(sentenceAround(plain, raw, start, end)) ? 3 : 0
  const article = /(?:^|[ '(])(?:le|the) +$/.test(before)
  // "3/4" or "12.5" alone is a fraction or a chapter.
  if (weak && !lead?.weight && !(article && (asked || tail)) && !tail) return null
  const duration = /^(?:dans|sous|d'ici|within|vous avez|tu as|you have)/.test(plain.slice(start, start + 10)) ? 2 : 0
  const value = max(lead?.weight ?? 0, until) + tail + asked + duration
  return value >= 2 ? { value, lead: lead?.match?.[0].length ?? 0 } : null
}

/** "Renvoyez la photo avant 17h": an hour alone, today or, if past, tomorrow. */
function hourAlone(plain: string, raw: string, now: DateTime): Candidate | null {
  for (const match of plain.matchAll(/(?<![\p{L}])(?:avant|jusqu'a|au plus tard a|pour|by|before|until|no later than) +/gu)) {
    const time = timeAt(plain, match.index + match[0].length)
    if (!time || !asks.test(sentenceAround(plain, raw, match.index, time.end))) continue
    const at = now.set({ ...time.clock, second: 0, millisecond: 0 })
    return { start: match.index, end: time.end, at: at > now ? at : at.plus({ days: 1 }), score: 3 }
  }
  return null
}

/** The argument of a command: nothing but a date, with at most a preposition before and `pour Zoé` behind. */
function bareDate(plain: string, now: DateTime, holidays: readonly Holiday[]): Candidate | null {
  if (plain.length > 120) return null
  const start = /^ *(?:(?:au|a|le|la|pour|jusqu'au|jusqu'a|until|to|till|for|by|on|the) +)*/.exec(plain)?.[0].length ?? 0
  const found = datesIn(plain).find((date) => date.start <= start + 4 && date.end > start)
  const lead = `pour ${plain.slice(start)}`
  const moved = found ? { ...found, start: Math.max(5, found.start - start + 5), end: found.end - start + 5 } : null
  const candidate = moved ? candidateOf(lead, lead, moved, now, holidays) : null
  if (!candidate) return null
  const end = candidate.end + start - 5
  return /^[ .!,;]*(?:(?:pour|for) +[\p{L}\p{M}' ,-]{1,60})?[ .!]*$/u.test(plain.slice(end)) ? { ...candidate, start, end } : null
}

/** The words as a person would quote them: one blank, no emphasis, no open parenthesis. */
const wordsOf = (raw: string, found: Candidate): string =>
  raw
    .slice(found.start, found.end)
    .replace(/[*_(\s]+/g, ' ')
    .replace(/[\s.,;:]+$/, '')
    .trim()

/**
 * The deadline that `text` sets, and the words it came from; null when it sets none.
 * A day without an hour is due at 23:59 of that day. Numbers are day first. Relative words count from `now`. Of several, the one with the clearest
 * words wins; of equals, the latest. History, lessons, meetings and quotations of past dates set none. A text that is nothing but a date (the argument of
 * `extend`) is taken at its word.
 * dueIn('à rendre pour vendredi 20 mars 18h', …)  →  { due: 2020-03-20T17:00Z, phrase: 'pour vendredi 20 mars 18h' }
 */
export function dueIn(text: string, context: DueContext): Due | null {
  const zoned = DateTime.fromJSDate(context.now, { zone: context.timezone })
  const now = zoned.isValid ? zoned : DateTime.fromJSDate(context.now, { zone: 'utc' })
  const raw = text.normalize('NFC').slice(0, maxChars)
  const plain = plainOf(raw)
  const holidays = context.holidays ?? []
  const dates = datesIn(plain)
  const all = dates.map((found) => candidateOf(plain, raw, found, now, holidays)).filter((candidate) => candidate !== null)
  // "Friday, end of day": what another took as its hour is no day of its own.
  const candidates = all.filter((each) => !all.some((other) => other !== each && other.start <= each.start && each.end <= other.end))
  const whole = bareDate(plain, now, holidays)
  if (whole) return { due: whole.at.toJSDate(), phrase: wordsOf(raw, whole) }
  // An hour beside a day that nobody knows is no hour of today.
  const isDayUnknown = (): boolean => dates.some((found) => found.day(now, holidays) === null)
  const best = candidates.toSorted((a, b) => b.score - a.score || b.at.toMillis() - a.at.toMillis())[0] ?? (isDayUnknown() ? null : hourAlone(plain, raw, now))
  return best ? { due: best.at.toJSDate(), phrase: wordsOf(raw, best) } : null
}
