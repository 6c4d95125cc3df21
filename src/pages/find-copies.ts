/** Which pages of a set show a sheet that another of them shows better. Decides; who looks closely is passed in. */
import { looksAlike, type Placed } from './near-duplicate'
import type { MadePage } from './page'

export type Compared = Pick<MadePage, 'fingerprint' | 'quality'>

/** A page is looked at closely with at most so many others: they look alike by chance, as pages of one form do. */
const mostCloseLooks = 4

/** For each page the index of the better one of the same sheet, or null. Of equals the first is kept. `areSame` gets indices: same-sheet.ts. Pairs without a new page were compared before. */
export async function findCopies(
  pages: readonly Compared[],
  areSame: (one: number, other: number, placed: Placed) => Promise<boolean>,
  isNew: (index: number) => boolean = () => true,
): Promise<(number | null)[]> {
  const copyOf: (number | null)[] = pages.map(() => null)
  for (const [index, page] of pages.entries()) {
    let looks = 0
    for (let earlier = 0; earlier < index && looks < mostCloseLooks; earlier++) {
      const kept = pages[earlier]
      if (copyOf[earlier] !== null || !kept || !(isNew(index) || isNew(earlier))) continue
      const placed = looksAlike(kept.fingerprint, page.fingerprint)
      if (!placed) continue
      looks++
      if (!(await areSame(earlier, index, placed))) continue
      if (!isBetter(page, kept)) {
        copyOf[index] = earlier
        break
      }
      for (const [at, of] of copyOf.entries()) if (of === earlier) copyOf[at] = index
      copyOf[earlier] = index
    }
  }
  return copyOf
}

/** Sharper by more than two photos of one hand differ. */
const clearly = 1.1

export const isBetter = (one: Compared, other: Compared): boolean =>
  one.quality.verdict === 'good' && other.quality.verdict !== 'good'
    ? true
    : (one.quality.verdict === 'good') === (other.quality.verdict === 'good') && one.quality.sharpness > other.quality.sharpness * clearly
