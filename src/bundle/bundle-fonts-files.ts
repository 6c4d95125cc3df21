/** Loads the fonts of the pile. */
import { readFileSync } from 'node:fs'

const load = (name: string): Uint8Array => readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`))

/** DejaVu Sans Condensed: Latin, Vietnamese, Cyrillic, Greek, Arabic, Hebrew, Georgian, Armenian … and quiet on a page. */
export const loadBundleFonts = (): { regularFont: Uint8Array; boldFont: Uint8Array } => ({
  regularFont: load('DejaVuSansCondensed'),
  boldFont: load('DejaVuSansCondensed-Bold'),
})
