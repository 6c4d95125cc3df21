/** Opens pupils' own files for a pile, each in a child apart: what kills its reader costs its drawing or its text alone. */
import { rm } from 'node:fs/promises'
import type { ChildPool } from '../pages/child-pool'
import type { BundleInput, BundlePage } from './bundle-input'
import type { BundleJob, BundleJobResult } from './bundle-job'
import { draftOf } from './pile-files'
import type { Redrawn, RedrawnFile, WantedDrawing } from './redrawn'

type Opener = Pick<ChildPool<BundleJob, BundleJobResult>, 'run'>

/** Pages of PDFs as drawings, a file beside the pile for each PDF. What cannot be drawn keeps its picture, whatever the reason. */
export async function drawingsFor(input: BundleInput, outFile: string, pool: Opener): Promise<Redrawn[]> {
  const drawn: Redrawn[] = []
  let firstObject = 1
  for (const [source, wanted] of originalsIn(input)) {
    const file = `${outFile}.${drawn.length}.drawn`
    try {
      const made = (await pool.run({ kind: 'redraw', file: source, wanted, firstObject, outFile: file })) as RedrawnFile
      drawn.push({ file, ...made })
      firstObject = made.objects.reduce((next, [number]) => Math.max(next, number + 1), firstObject)
    } catch {
      await Promise.all([file, draftOf(file)].map((each) => rm(each, { force: true })))
    }
  }
  return drawn
}

/** Documents with the text they hold. One that cannot be read keeps none. */
export async function withTexts(input: BundleInput, pool: Opener): Promise<BundleInput> {
  const textOf = async (file: string): Promise<string | null> => {
    try {
      return (await pool.run({ kind: 'read-document', file })) as string | null
    } catch {
      return null
    }
  }
  const read = async (page: BundlePage): Promise<BundlePage> =>
    page.kind === 'document' && page.text === null && page.file !== undefined ? { ...page, text: await textOf(page.file) } : page
  const students = await Promise.all(input.students.map(async (student) => ({ ...student, pages: await Promise.all(student.pages.map(read)) })))
  return { ...input, students }
}

function originalsIn({ students }: BundleInput): Map<string, WantedDrawing[]> {
  const originals = new Map<string, WantedDrawing[]>()
  for (const page of students.flatMap(({ pages }) => pages)) {
    if (page.kind !== 'picture' || !page.original) continue
    const { file, index, turnDegCw } = page.original
    originals.set(file, [...(originals.get(file) ?? []), { pageId: page.id, index, turnDegCw, picture: page.file }])
  }
  return originals
}
