/** File names of piles: say class, code and title, and are safe on every system. */
import { firstNameOf } from '../school/people'

/** Windows' device names, with or without extension. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i
const maxTitleLength = 60

/** `Théorème de Thalès` → `Theoreme-de-Thales`: ASCII letters, digits and dashes; signs without a Latin base letter are left out. '' where nothing is left. */
export function fileWord(text: string): string {
  const latin = text
    .replace(/[œŒ]/g, (sign) => (sign === 'œ' ? 'oe' : 'Oe'))
    .replace(/[æÆ]/g, (sign) => (sign === 'æ' ? 'ae' : 'Ae'))
    .replace(/ß/g, 'ss')
    .replace(/[łŁ]/g, (sign) => (sign === 'ł' ? 'l' : 'L'))
    .replace(/[øØ]/g, (sign) => (sign === 'ø' ? 'o' : 'O'))
    .replace(/[đĐ]/g, (sign) => (sign === 'đ' ? 'd' : 'D'))
    .replace(/ı/g, 'i')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[’']/g, '-')
  return latin.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
}

/**
 * CONTRACT.md section 5: `CLASS_CODE_title.pdf`, `part` from 1 where the pile is cut.
 * bundleFileName({ className: '3B', code: 'K7Q2', title: 'Théorème de Thalès' })  →  '3b_K7Q2_Theoreme-de-Thales.pdf'
 */
export function bundleFileName({ className, code, title, part = null }: { className: string; code: string; title: string; part?: number | null }): string {
  return fileName(classWord(className), fileWord(code), shortWord(title), part)
}

/**
 * One pupil's file: family name first, so that a folder sorts as a roster does. A name in another script falls back to the roster's id.
 * studentFileName({ name: 'Zoé Martin', id: 'e-101', className: '3B', code: 'K7Q2' })  →  'MARTIN-Zoe_3b_K7Q2.pdf'
 */
export function studentFileName(about: { name: string; id: string; className: string; code: string; part?: number | null }): string {
  const first = firstNameOf(about.name)
  const family = shortWord(about.name.trim().slice(first.length)).toUpperCase()
  const words = [family, shortWord(first)].filter((word) => word !== '').join('-')
  return fileName(words || shortWord(about.id) || 'copie', classWord(about.className), fileWord(about.code), about.part ?? null)
}

const shortWord = (text: string): string => fileWord(text).slice(0, maxTitleLength).replace(/-+$/, '')

function classWord(className: string): string {
  const label = fileWord(className).toLowerCase()
  return reserved.test(label) || label === '' ? `classe-${label}`.replace(/-$/, '') : label
}

const fileName = (...[first, second, third, part]: [string, string, string, number | null]): string =>
  `${[first, second, third, part === null ? '' : String(part)].filter((word) => word !== '').join('_')}.pdf`
