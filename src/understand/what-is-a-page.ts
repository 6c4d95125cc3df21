/** Which files are homework pages, in page order, which ride along, and why the rest is set aside. */
import type { MailFile } from '../message/message'
import type { IgnoredReason, Reading } from './reading'

/** Where the HTML shows an inline picture: in what was newly written, in the history, or in a signature. */
export type PicturePlace = 'new' | 'quoted' | 'signature'

export interface PageQuestion {
  files: MailFile[]
  /** By content id, lower case. */
  places: ReadonlyMap<string, PicturePlace>
  text: string
}

export type PageAnswer = Pick<Reading, 'pages' | 'documents' | 'ignored'>

const pageTypes = /^(?:image\/(?:jpeg|png|heic|heif|webp|avif|tiff|gif|bmp)|application\/pdf)$/
const documentTypes = /^application\/(?:vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\..+|rtf|x-ole-storage)$/
const dangerousTypes = /^(?:application\/(?:x-msdownload|x-executable|x-sh)|text\/html)$/
const dangerousNames = /\.(?:exe|scr|com|bat|cmd|pif|js|jse|vbs|vbe|wsf|hta|msi|jar|ps1|lnk|dll|cpl|iso|img|html?|xhtml|svg|apk|app|reg)$/i

/** Machines' own parts: never a file that somebody sent. */
const silent = (file: MailFile): boolean =>
  /^application\/(?:x-)?pkcs7-signature$/.test(file.mediaType) ||
  /^(?:smime\.p7s|winmail\.dat|signature\.asc)$/i.test(file.filename ?? '') ||
  file.content.length === 0

interface Size {
  width: number
  height: number
}

/** Pixels of a picture by its head; null where the head does not say it simply. */
export function sizeOf(bytes: Uint8Array, type: string): Size | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'image/png' && view.length >= 24) return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) }
  if (type === 'image/gif' && view.length >= 10) return { width: view.readUInt16LE(6), height: view.readUInt16LE(8) }
  if (type === 'image/bmp' && view.length >= 26) return { width: view.readUInt32LE(18), height: Math.abs(view.readInt32LE(22)) }
  if (type !== 'image/jpeg') return null
  for (let at = 2; at + 9 < view.length && view[at] === 0xff; ) {
    const marker = view[at + 1] ?? 0
    // SOF0…SOF15 but DHT, JPG, DAC (ITU-T T.81 table B.1).
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return { width: view.readUInt16BE(at + 7), height: view.readUInt16BE(at + 5) }
    at += marker === 0xff ? 1 : 2 + view.readUInt16BE(at + 2)
  }
  return null
}

/** A smiley, a spacer, a line: too small in pixels to hold a written page. */
const isTiny = (file: MailFile): boolean => {
  const size = sizeOf(file.content, file.mediaType)
  return size !== null && (Math.max(size.width, size.height) <= 100 || Math.min(size.width, size.height) <= 16)
}

/** The name a client gives to pictures of a signature or a pasted icon. */
const iconName =
  /^(?:image0\d\d\.(?:png|gif|jpe?g)|outlook-[\w-]+\.(?:png|jpe?g|gif)|logo|icon|emoji|smiley|facebook|twitter|linkedin|instagram|signature|banner|bandeau|spacer|pixel|favicon)/i

function reasonFor(file: MailFile, question: PageQuestion): IgnoredReason | null {
  if (dangerousTypes.test(file.mediaType) || dangerousNames.test(file.filename ?? '')) return 'dangerous'
  if (!pageTypes.test(file.mediaType)) return 'unsupported'
  if (!file.mediaType.startsWith('image/')) return null
  const place = file.contentId === null ? undefined : question.places.get(file.contentId.toLowerCase())
  if (place === 'quoted') return 'quoted'
  if (place === 'signature') return 'signature'
  if (isTiny(file)) return 'decoration'
  const size = sizeOf(file.content, file.mediaType)
  const shownSmall = size !== null && Math.max(size.width, size.height) <= 400
  if (shownSmall && (place !== undefined || file.disposition === 'inline') && iconName.test(file.filename ?? '')) return 'decoration'
  return null
}

/** 1 to 99 after "page" or "p", or the number a name ends in; null where a name says none. */
const saidPage = (name: string | null): number | null => {
  const match = /(?<![\p{L}])(?:page|p|pg|feuille|f)[ _.-]{0,2}(\d{1,2})(?!\d)/iu.exec(name ?? '')
  return match ? Number(match[1]) : null
}
const fileNumber = (name: string | null): number | null => {
  const runs = (name ?? '').replace(/\.[A-Za-z0-9]{1,5}$/, '').match(/\d{1,15}/g)
  return runs ? Number(runs.join('').slice(0, 15)) : null
}

/** Page number said in the names, else the camera's number where all share their name's form, else arrival. */
export function inPageOrder(files: MailFile[]): MailFile[] {
  const byKey = (key: (file: MailFile) => number | null): MailFile[] | null => {
    const keys = files.map(key)
    if (keys.some((each) => each === null) || new Set(keys).size < keys.length) return null
    return files
      .map((file, at) => ({ file, key: keys[at] ?? 0, at }))
      .sort((a, b) => a.key - b.key || a.at - b.at)
      .map((each) => each.file)
  }
  const stem = (file: MailFile): string => (file.filename ?? '').toLowerCase().replace(/\d+/g, '0')
  const sameStem = new Set(files.map(stem)).size === 1
  return byKey((file) => saidPage(file.filename)) ?? (sameStem ? byKey((file) => fileNumber(file.filename)) : null) ?? files
}

/** Pages, documents and what was set aside. Of two files with the same bytes the first is a page, the second a duplicate. */
export function whatIsAPage(question: PageQuestion): PageAnswer {
  const answer: PageAnswer = { pages: [], documents: [], ignored: [] }
  const seen = new Set<string>()
  for (const file of question.files) {
    if (silent(file)) continue
    const reason = reasonFor(file, question)
    const put = (why: IgnoredReason): unknown => answer.ignored.push({ filename: file.filename, mediaType: file.mediaType, reason: why })
    if (reason === 'unsupported' && documentTypes.test(file.mediaType)) answer.documents.push(file)
    if (reason !== null) put(reason)
    else if (seen.has(file.sha256)) put('duplicate')
    else {
      seen.add(file.sha256)
      answer.pages.push(file)
    }
  }
  answer.pages = inPageOrder(answer.pages)
  return answer
}
