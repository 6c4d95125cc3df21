/** The words with which mail programs announce history: "Le … a écrit :", header blocks, forwarding lines, in the languages families use. */

// Language notes stand in docs/quirks.md; each form is of a client seen in the wild.
const wrote = [
  /^(?:\W{0,4})(?:le|on|am|em|el|il|op|den|dnia|w dniu|på|pe|em)\b.{4,200}?(?:a écrit|wrote|schrieb|escribi(?:ó|o)|escreveu|ha scritto|scrisse|schreef|skrev|napisa[łl]\(?a?\)?|a scris|kirjoitti|írta|геsponse)\s*(?:<[^>]{1,200}>\s*)?:?\s*$/iu,
  /^.{0,200}(?:a écrit|wrote|schrieb|escribió|escreveu|ha scritto|schreef|skrev|napisa[łl]\(?a?\)?|a scris|kirjoitti|írta|пишет|написал\(?а?\)?|さんは書きました|写道|님이 작성)\s*[:：]\s*$/iu,
]

/** "Le lun. 16 mars 2020 à 18:00, X <x@y> a écrit :", on one line or joined from several. */
export const isAttribution = (text: string): boolean => text.length <= 400 && wrote.some((pattern) => pattern.test(text.trim()))

const separator =
  /^[\s>*_]*(?:[-_=\u2013\u2014*]{2,}\s*)(?:original message|message (?:d['’]origine|original|transféré|forwarded|initial)|forwarded (?:message|by)|reply message|mensaje original|mensaje reenviado|messaggio (?:originale|inoltrato)|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht|mensagem (?:original|encaminhada)|oorspronkelijk bericht|doorgestuurd bericht|original meddelande|oprindelig meddelelse|opprinnelig melding|wiadomość oryginalna|původní zpráva|пересылаемое сообщение|исходное сообщение|message transféré|courriel original|mail original|original appointment)\b.{0,80}$/iu

const forwardStart =
  /^[\s>*_]*(?:begin forwarded message|début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|anfang der weitergeleiteten (?:nachricht|e-mail)|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reencaminhada)|begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt besked|videresendt melding|message transféré)\s*:?[\s-]*$/iu

export const isSeparator = (text: string): boolean => text.length <= 200 && separator.test(text)
export const isForwardStart = (text: string): boolean =>
  text.length <= 200 &&
  (forwardStart.test(text) || (separator.test(text) && /forward|transf|inoltrat|weitergeleit|reenviad|encaminhad|doorgestuurd|пересыл/iu.test(text)))

const key = (words: string): RegExp => new RegExp(`^[\\s*_>]*(?:${words})\\s*[*_]*\\s*[:：]`, 'iu')
const fromKey = key('de|from|von|da|van|fra|från|od|от|от кого|expéditeur|desde|差出人|发件人|보낸 사람|lähettäjä|feladó|expedient|de la')
const otherKeys = key(
  'envoyé(?: le)?|sent|gesendet|enviad[oa](?: el)?|inviato|verzonden|sendt|skickat|datum|data|date|fecha|dato|päiväys|дата|отправлено|à|a|to|an|para|aan|til|till|per|do|кому|destinataire|objet|subject|betreff|asunto|oggetto|onderwerp|emne|ämne|assunto|temat|aihe|тема|cc|copie à|kopie|reply-to|répondre à|heure|件名|宛先|日時|主题|收件人|발송|제목|lähetetty|vastaanottaja|tárgy|címzett|dátum|subiect|către',
)

/** A block of header lines ("De :", "Envoyé :", "À :", "Objet :") that starts at `at`. */
export function isHeaderBlock(lines: readonly { text: string }[], at: number): boolean {
  const first = lines[at]?.text ?? ''
  if (first.length > 400 || !(fromKey.test(first) || otherKeys.test(first))) return false
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
    if (fromKey.test(text)) from += 1
    else if (otherKeys.test(text)) keys += 1
    else if (keys + from === 0) break
  }
  return from >= 1 && keys >= 2
}
