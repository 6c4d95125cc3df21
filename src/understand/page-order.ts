/** The order of a pupil's pages: what the names say, else the camera's numbers, else when they were taken, else as they arrived. */
import type { MailFile } from '../message/message'
import { capturedAt, headBytes } from './picture-head'

type Key = readonly (number | string)[]

/** 1 to 99 after "page", "p", "feuille". */
const saidPage = (file: MailFile): Key | null => {
  const match = /(?<![\p{L}])(?:page|p|pg|feuille|f)[ _.-]{0,2}(\d{1,2})(?!\d)/iu.exec(file.filename ?? '')
  return match ? [Number(match[1])] : null
}

const fileNumbers = (file: MailFile): Key | null => {
  const runs = (file.filename ?? '').replace(/\.[A-Za-z0-9]{1,5}$/, '').match(/\d{1,15}/g)
  return runs ? runs.map(Number) : null
}

const taken = (file: MailFile): Key | null => {
  const time = capturedAt(file.content.read(0, headBytes))
  return time === null ? null : [time]
}

const stem = (file: MailFile): string => (file.filename ?? '').toLowerCase().replace(/\d+/g, '0')

function compare(a: Key, b: Key): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left, right] = [a[at] ?? 0, b[at] ?? 0]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

/** By a key that every file has and no two share, else null. */
function sortedBy(files: MailFile[], key: (file: MailFile) => Key | null): MailFile[] | null {
  const keyed = files.map((file) => ({ file, key: key(file) }))
  const known = keyed.filter((each): each is { file: MailFile; key: Key } => each.key !== null)
  if (known.length < files.length) return null
  const sorted = known.toSorted((a, b) => compare(a.key, b.key))
  return sorted.some((each, at) => at > 0 && compare(each.key, sorted[at - 1]?.key ?? []) === 0) ? null : sorted.map((each) => each.file)
}

/** Page number said in every name; else the number in names of one form (IMG_0421, IMG_0422); else capture time; else arrival. */
export function inPageOrder(files: MailFile[]): MailFile[] {
  const oneForm = new Set(files.map(stem)).size === 1
  return sortedBy(files, saidPage) ?? (oneForm ? sortedBy(files, fileNumbers) : null) ?? sortedBy(files, taken) ?? files
}
