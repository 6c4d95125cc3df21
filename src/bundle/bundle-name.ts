/** File names of piles: say class, code and title, and are safe on every system. */

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
  const word = fileWord(title).slice(0, maxTitleLength).replace(/-+$/, '')
  const label = fileWord(className).toLowerCase()
  const safeLabel = reserved.test(label) || label === '' ? `classe-${label}`.replace(/-$/, '') : label
  return `${[safeLabel, fileWord(code), ...(word ? [word] : []), ...(part === null ? [] : [String(part)])].join('_')}.pdf`
}
