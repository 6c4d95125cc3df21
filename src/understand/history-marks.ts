/** The words with which mail programs announce history: "Le … a écrit :", header blocks, forwarding lines, in the languages families use. */

// Who wrote, in the languages of the clients families use; the verb stands before or behind the name.
const verb =
  '(?:a écrit|à écrit|wrote|writes|schrieb|schreibt|escribi(?:ó|o)|escreveu|ha scritto|scrisse|schreef|skrev|napisa[łl]\\(?a?\\)?|a scris|kirjoitti|írta|ezt írta|пишет|написал\\(?а?\\)?|написав|je napisao|je napisala|napsal\\(?a?\\)?|έγραψε|yazd[ıi]|さんは書きました|写道|님이 작성)'
const lead = '(?:le|on|am|em|el|il|op|den|dnia|w dniu|dne|på|pe|at|a|ma|om|tarih)'
const ends = /(?:[:：>-]|wrote|a écrit|schrieb|skrev|napisał)[\s\u00a0-]*$/iu
const led = new RegExp(`^[\\W_]{0,10}${lead}\\b.{0,250}?${verb}(?![\\p{L}]).{0,200}$`, 'iu')
const told = new RegExp(`${verb}(?![\\p{L}])`, 'iu')
const clock = /\d{1,2}[:.h]\d{2}/
/** Without a verb: a date with an hour, then the address ("30.09.2017, 18.30, "X" <x@y>:"). */
const bare = /@[^\s<>]{1,200}>?\s*[:：]\s*$/

/**
 * How surely a line (or several joined) announces a quotation: `sure` names an address or an hour, `likely` needs a quotation behind it, as Hugo, too,
 * "a écrit :".
 */
export function attributionKind(text: string): 'sure' | 'likely' | null {
  const line = text.replace(/[\u200b-\u200f\u202a-\u202e\ufeff]/g, '').trim()
  if (line.length > 400 || !/\d/.test(line) || !ends.test(line)) return null
  const address = line.includes('@')
  if (led.test(line) || (told.test(line) && (address || line.includes('<')))) return address || clock.test(line) ? 'sure' : 'likely'
  return bare.test(line) && clock.test(line) ? 'sure' : /[:：]$/.test(line) && /(?:19|20)\d\d/.test(line) && line.length < 200 ? 'likely' : null
}

const separator =
  /^[\s>*_]*(?:[-_=\u2010-\u2015*]{2,}\s*)(?:original message|message (?:d['’]origine|original|transféré|forwarded|initial)|forwarded (?:message|by)|reply message|mensaje original|mensaje reenviado|messaggio (?:originale|inoltrato)|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht|mensagem (?:original|encaminhada)|oorspronkelijk bericht|doorgestuurd bericht|original meddelande|oprindelig (?:meddelelse|besked)|opprinnelig melding|wiadomość oryginalna|původní zpráva|пересылаемое сообщение|исходное сообщение|message transféré|courriel original|mail original|e-mail d['’]origine|original appointment)\b(?:.{0,80}$|\s*[-_=\u2010-\u2015]{2,})/iu

const forwardStart =
  /^[\s>*_]*(?:begin forwarded message|forwarded message(?=:)|début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|anfang der weitergeleiteten (?:nachricht|e-mail)|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reencaminhada)|begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt besked|videresendt melding|message transféré)\s*:?[\s-]*$/iu

export const isSeparator = (text: string): boolean => separator.test(text.slice(0, 300))

/** A line of nothing but dashes, underscores, stars or signs of equality; with words between dashes it may still be one before a header block. */
export const isRule = (text: string): boolean =>
  text.length <= 200 && /^[\s>]*[-_=*\u2010-\u2015\u2500\u2501]{3,}(?:.{1,60}?[-_=\u2010-\u2015]{2,})?\s*$/u.test(text)
export const isForwardStart = (text: string): boolean =>
  forwardStart.test(text.slice(0, 300)) ||
  (separator.test(text.slice(0, 300)) && /forward|transf|inoltrat|weitergeleit|reenviad|encaminhad|doorgestuurd|пересыл/iu.test(text.slice(0, 120)))

const key = (words: string): RegExp => new RegExp(`^[\\s*_>]*(?:${words})\\s*[*_]*\\s*[:：]`, 'iu')
const fromKey = key('de|from|von|da|van|fra|från|od|от|от кого|expéditeur|desde|差出人|发件人|보낸 사람|lähettäjä|feladó|expedient|de la')
const otherKeys = key(
  'message du|sujet|envoyé(?: le)?|sent|gesendet|enviad[oa](?: el)?|inviato|verzonden|sendt|skickat|datum|data|date|fecha|dato|päiväys|дата|отправлено|à|a|to|an|para|aan|til|till|per|do|кому|destinataire|objet|subject|betreff|asunto|oggetto|onderwerp|emne|ämne|assunto|temat|aihe|тема|cc|copie à|kopie|reply-to|répondre à|heure|件名|宛先|日時|主题|收件人|발송|제목|lähetetty|vastaanottaja|tárgy|címzett|dátum|subiect|către',
)

/** A block of header lines ("De :", "Envoyé :", "À :", "Objet :") that starts at `at`; `announced`: a line is drawn above it. */
export function isHeaderBlock(lines: readonly { text: string }[], at: number, announced: boolean): boolean {
  const first = lines[at]?.text ?? ''
  if (first.length > 400 || !(fromKey.test(first) || otherKeys.test(first))) return false
  // Without an address, an hour or a year these are lines of an exercise ("A : 12 cm").
  let dated = false
  let keys = 0
  let from = 0
  let seen = 0
  for (let i = at; i < Math.min(lines.length, at + 12) && seen < 8; i += 1) {
    const text = lines[i]?.text ?? ''
    if (text.trim() === '') {
      if (keys > 0 && i > at + 1) continue
      continue
    }
    seen += 1
    dated ||= /@|\d{1,2}[:h.]\d{2}|(?:19|20)\d\d/.test(text)
    if (fromKey.test(text)) from += 1
    else if (otherKeys.test(text)) keys += 1
    else if (keys + from === 0) break
  }
  return from >= 1 && keys >= 2 && (dated || announced)
}
