/** Which files are homework pages, in page order, which ride along, and why the rest is set aside. */
import type { MailFile } from '../message/message'
import { inPageOrder } from './page-order'
import { headBytes, sizeOf } from './picture-head'
import type { IgnoredReason, Reading } from './reading'

/** Where the HTML shows an inline picture: in what was newly written, in the history, or in a signature. */
export type PicturePlace = 'new' | 'quoted' | 'signature'

export interface PageQuestion {
  files: MailFile[]
  /** By content id, lower case. */
  places: ReadonlyMap<string, PicturePlace>
  text: string
}

export interface PageAnswer extends Record<'pages' | 'documents' | 'others', MailFile[]> {
  ignored: Reading['ignored']
}

const pageTypes = /^(?:image\/(?:jpeg|png|heic|heif|webp|avif|tiff|gif|bmp)|application\/pdf)$/
const documentTypes = /^application\/(?:vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\..+|rtf|x-ole-storage)$/
/** What clients attach by themselves. */
const cardTypes = /^text\/(?:calendar|(?:x-)?vcard|directory|html)$/
const dangerousTypes = /^(?:application\/(?:x-msdownload|x-executable|x-sh)|text\/html)$/
const dangerousNames = /\.(?:exe|scr|com|bat|cmd|pif|js|jse|vbs|vbe|wsf|hta|msi|jar|ps1|lnk|dll|cpl|iso|img|html?|xhtml|svg|apk|app|reg)$/i

/** Machines' own parts: never a file that somebody sent. */
const silent = (file: MailFile): boolean =>
  /^application\/(?:x-)?pkcs7-signature$/.test(file.mediaType) ||
  /^(?:smime\.p7s|winmail\.dat|signature\.asc)$/i.test(file.filename ?? '') ||
  (file.content.size === 0 && !isDamagedPage(file))

/** A smiley, a spacer, a line: too small in pixels to hold a written page. */
const isTiny = (file: MailFile): boolean => {
  const size = sizeOf(file.content.read(0, headBytes), file.mediaType)
  return size !== null && (Math.max(size.width, size.height) <= 100 || Math.min(size.width, size.height) <= 16)
}

/** The name a client gives to pictures of a signature or a pasted icon. */
const iconName =
  /^(?:image0\d\d\.(?:png|gif|jpe?g)|outlook-[\w-]+\.(?:png|jpe?g|gif)|logo|icon|emoji|smiley|facebook|twitter|linkedin|instagram|signature|banner|bandeau|spacer|pixel|favicon)/i

/** Named and declared a PDF or a photo, but the bytes show nothing: a damaged page, which its sender must hear of, not an unknown file. */
const isDamagedPage = (file: MailFile): boolean =>
  /^(?:application\/octet-stream|text\/plain)$/.test(file.mediaType) &&
  pageTypes.test(file.declaredType) &&
  /\.(?:pdf|jpe?g|png|hei[cf]|webp|avif|tiff?|gif|bmp)$/i.test(file.filename ?? '')

function reasonFor(file: MailFile, question: PageQuestion): IgnoredReason | null {
  if (dangerousTypes.test(file.mediaType) || dangerousNames.test(file.filename ?? '')) return 'dangerous'
  if (isDamagedPage(file)) return null
  if (!pageTypes.test(file.mediaType)) return 'unsupported'
  if (!file.mediaType.startsWith('image/')) return null
  const place = file.contentId === null ? undefined : question.places.get(file.contentId.toLowerCase())
  if (place === 'quoted') return 'quoted'
  if (place === 'signature') return 'signature'
  if (isTiny(file)) return 'decoration'
  const size = sizeOf(file.content.read(0, headBytes), file.mediaType)
  const shownSmall = size !== null && Math.max(size.width, size.height) <= 400
  if (shownSmall && (place !== undefined || file.disposition === 'inline') && iconName.test(file.filename ?? '')) return 'decoration'
  return null
}

/** What a client leaves of a name when it numbers its files: `image0.jpeg`, `image1.jpeg`, `devoir (1).jpg`. */
const bareName = (file: MailFile): string => (file.filename ?? '').toLowerCase().replace(/copy|copie|[\d\s()_-]+/g, '')

/**
 * Pages, documents and what was set aside. Of two files with the same bytes the first is a page, the second a duplicate; two that somebody
 * gave names of their own are both shown, and kept once.
 */
export function whatIsAPage(question: PageQuestion): PageAnswer {
  const answer: PageAnswer = { pages: [], documents: [], others: [], ignored: [] }
  const seen = new Map<string, string>()
  for (const file of question.files) {
    if (silent(file)) continue
    const reason = reasonFor(file, question)
    const put = (why: IgnoredReason): unknown => answer.ignored.push({ filename: file.filename, mediaType: file.mediaType, reason: why })
    if (reason === 'unsupported' && documentTypes.test(file.mediaType)) answer.documents.push(file)
    else if (reason === 'unsupported' && !cardTypes.test(file.mediaType)) answer.others.push(file)
    if (reason !== null) put(reason)
    else if (seen.get(file.sha256) === bareName(file) || (seen.has(file.sha256) && file.filename === null)) put('duplicate')
    else {
      seen.set(file.sha256, bareName(file))
      answer.pages.push(file)
    }
  }
  answer.pages = inPageOrder(answer.pages)
  return answer
}
