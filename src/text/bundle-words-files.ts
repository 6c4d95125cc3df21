/** Loads the words of a pile from templates/. It chooses no language. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BundleWords } from './bundle-words'

const loaded = new Map<string, BundleWords>()

/** Words in that language; templates/ stands beside src/ and dist/. Read once. A missing or broken file throws: the package is incomplete. */
export function loadBundleWords(locale: 'fr' | 'en'): BundleWords {
  const known = loaded.get(locale)
  if (known) return known
  const words = JSON.parse(readFileSync(join(__dirname, '..', '..', 'templates', locale, 'bundle.json'), 'utf8')) as BundleWords
  loaded.set(locale, words)
  return words
}
