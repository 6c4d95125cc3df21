/** Writes on a bundle as a teacher's tablet would: red ink annotations with an appearance, nothing flattened. For the demo and the tests. */
import { PDFArray, PDFDocument, PDFName, PDFNumber, PDFString } from 'pdf-lib'

/** A tick, from its corner, in points. */
const tick: [number, number][] = [
  [0, 14],
  [10, 0],
  [34, 44],
]

/** Pages other than covers (those with a page key of ours) get a tick and a remark in red. */
export async function drawRedInk(pdf: Uint8Array): Promise<Uint8Array> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false })
  for (const page of document.getPages()) {
    const { width, height } = page.getSize()
    const [x, y] = [width - 150, height / 2]
    const strokes = tick.map(([dx, dy]) => [x + dx, y + dy] as const)
    const path = `1 0 0 RG 3 w 1 J 1 j ${strokes.map(([px, py], index) => `${px.toFixed(1)} ${py.toFixed(1)} ${index === 0 ? 'm' : 'l'}`).join(' ')} S`
    const box = [x - 5, y - 5, x + 45, y + 55]
    const form = document.context.stream(path, { Type: 'XObject', Subtype: 'Form', BBox: box })
    const ink = document.context.obj({
      Type: 'Annot',
      Subtype: 'Ink',
      Rect: box,
      InkList: [strokes.flatMap(([px, py]) => [px, py])],
      C: [1, 0, 0],
      F: 4,
      BS: { W: 3 },
      AP: { N: document.context.register(form) },
    })
    ink.set(PDFName.of('Contents'), PDFString.of('Bien'))
    ink.set(PDFName.of('CA'), PDFNumber.of(1))
    const annotations = page.node.lookupMaybe(PDFName.of('Annots'), PDFArray) ?? document.context.obj([])
    annotations.push(document.context.register(ink))
    page.node.set(PDFName.of('Annots'), annotations)
  }
  return document.save()
}
