/** A file name that is safe to show: no folders, controls, bidi marks; never used as a path on disk. */
import { limits } from './limits'

/** The base name, NFC, at most 100 characters with its extension kept; null when nothing is left. */
export function cleanFilename(name: string | null | undefined): string | null {
  const base = (name ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .split(/[\\/]/)
    .filter((part) => part !== '')
    .pop()
  const bare = (base ?? '').trim()
  if (bare === '' || /^\.+$/.test(bare)) return null
  const signs = [...bare]
  if (signs.length <= limits.filenameChars) return bare
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(bare)?.[0] ?? ''
  return signs.slice(0, limits.filenameChars - extension.length).join('') + extension
}
