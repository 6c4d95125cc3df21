/** Lines that no person wrote: device lines, links to get an app, antivirus and legal footers, placeholders, list footers. */

const device =
  /^[\s>*_.-]*(?:(?:envoyé|envoyée|expédié|sent|gesendet|von meinem|enviado|inviato|verzonden|verstuurd|skickat|sendt|wysłano|lähetetty|отправлено|odesláno|telefonomról|trimis|enviada)\s+(?:de|depuis|à partir de|from|via|avec|with|von|mit|desde|da|dal|do|van|met|från|fra|z|с|из|using|på|meu|meiner|meinem|mon|my|por|in|à l['’]aide d[eu]|ze|via)?\s*.{0,80}(?:iphone|ipad|android|samsung|galaxy|huawei|xiaomi|smartphone|mobile|téléphone|portable|outlook|mail|yahoo|orange|blackberry|windows|sfr|bouygues|free|laposte|protonmail|appareil|handy|phone|telefon|device|tablet|thunderbird|bluemail|aqua|nokia|sony|oneplus|oppo|motorola|lg|nine|spark|app|ios|missive|sparrow|mailbird|gmail|client|pixel|redmi|poco|móvil|cellulare)\b.{0,120}|(?:obtenez|obtenir|télécharger|téléchargez|get|holen sie sich|scarica|descarga|obtener|hankige|download)\s+[\p{L}\d .]{2,30}\s+(?:pour|for|für|per|para|auf|su)\s+(?:android|ios|iphone|ipad|windows|mac|mobile)\b.{0,60}|provenance\s*:\s*courrier.{0,60}|mail sent (?:from|via) .{1,60})$/iu

const exactDevice =
  /^[\s>*_.-]*(?:sent from my [\w -]{2,40}|envoyé de mon [\w -]{2,40}|sent from (?:mobile|mail)|envoyé à partir d['’]outlook.*|envoyé depuis .{2,60}|envoyé par (?:le service|l['’]application|mon) .{2,80}|sent via .{2,50})\.?\s*$/iu

const antivirus =
  /(?:l['’]absence de virus dans ce (?:courrier|mail|courriel)|(?:ce (?:courrier|mail|courriel|message)|this (?:e-?mail|message)) (?:a été vérifié|has been (?:checked|scanned))|(?:garanti )?sans virus\.|virus-free|avast|www\.avg\.com|avg\.com)/iu

const legal =
  /^(?:ce (?:message|courriel|mail|courrier)(?: électronique)?(?: et (?:toutes )?(?:ses|les|toute).{0,60})? (?:est|sont|peut|contient|s['’]adresse|\()|this (?:e-?mail|message|communication)(?: and any .{0,60})? (?:is|are|may|contains)\b.{0,80}(?:confidential|intended|privileged)|confidentialit(?:é|y)|avis de confidentialité|disclaimer|les informations contenues dans|the information (?:contained|in this)|pensez à l['’]environnement|avant d['’]imprimer|n['’]imprimez (?:ce|que)|please consider the environment|save paper|diese e-?mail (?:enthält|ist)|si vous (?:n['’]êtes pas|avez reçu ce)|if you (?:are not the intended|have received this)|questo messaggio)/iu

const placeholder =
  /^\s*(?:\[(?:cid:[^\]]{1,200}|image\s*:?[^\]]{0,200}|inline image[^\]]{0,100}|bild[^\]]{0,60}|photo|logo[^\]]{0,60}|https?:[^\]]{1,500}|pièce jointe[^\]]{0,100}|attachment[^\]]{0,100})\]\s*)+$/iu

/** A device line is short and no sentence: "Sent from my desk, is much easier" is a person's. */
export function isDeviceLine(text: string): boolean {
  const line = text
    .replace(/<[^>]{0,300}>/g, ' ')
    .replace(/https?:\S{1,300}/g, ' ')
    .trim()
  if (line.length > 160 || /[,;?!]\s+\p{L}/u.test(line) || line.split(/\s+/).length > 16) return false
  return exactDevice.test(line) || device.test(line)
}
export const isAntivirus = (text: string): boolean => text.length <= 400 && antivirus.test(text)
export const isLegal = (text: string): boolean => legal.test(text.trim().slice(0, 300))
export const isPlaceholder = (text: string): boolean => placeholder.test(text)

/** `[cid:…]`, `[image: …]` inside a line. */
export const withoutPlaceholders = (text: string): string => text.replace(/\[(?:cid:[^\]]{1,200}|image:[^\]]{0,200}|inline image[^\]]{0,100})\]/giu, ' ')
