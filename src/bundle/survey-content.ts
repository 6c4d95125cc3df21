/** What a page's content consists of, without drawing it: how much of it is pictures, whether there is text or line art. It reads operators, no pixels. */
import { PDFArray, type PDFContext, PDFDict, PDFName, PDFNumber, type PDFObject, PDFRawStream } from '@cantoo/pdf-lib'
import type { Matrix } from './annotation'
import { contentTokens, nameText, tokenText } from './content-tokens'

export interface Survey {
  /** Area under pictures, in the page's units squared; what overlaps counts twice. */
  pictureArea: number
  /** Operators that show text one can see, and that paint paths. */
  texts: number
  paths: number
}

const showsText = new Set(['Tj', 'TJ', "'", '"'])
const paints = new Set(['f', 'F', 'f*', 'B', 'B*', 'b', 'b*', 's', 'S', 'sh'])
/** Tokens of all forms together; more is no homework. */
const maxTokens = 3_000_000
const maxDepth = 12

export type ContentOf = (object: PDFObject | undefined) => Buffer

/** Follows forms inside forms. Throws where the content is without bounds or cannot be read. */
export function surveyContent(content: Buffer, resources: PDFDict | undefined, context: PDFContext, contentOf: ContentOf): Survey {
  const walker = new Walker(context, contentOf)
  walker.walk(content, resources, [1, 0, 0, 1, 0, 0], 0)
  return walker.survey
}

class Walker {
  readonly survey: Survey = { pictureArea: 0, texts: 0, paths: 0 }
  private tokens = 0

  constructor(
    private readonly context: PDFContext,
    private readonly contentOf: ContentOf,
  ) {}

  walk(content: Buffer, resources: PDFDict | undefined, start: Matrix, depth: number): void {
    if (depth > maxDepth) throw new Error('nested too deep')
    const saved: { place: Matrix; mode: number }[] = []
    let [place, mode, name] = [start, 0, '']
    let numbers: number[] = []
    for (const token of contentTokens(content)) {
      if (++this.tokens > maxTokens) throw new Error('too much content')
      if (token.kind === 'name') {
        name = nameText(content, token)
        continue
      }
      const word = tokenText(content, token)
      const value = Number(word)
      if (!Number.isNaN(value)) {
        numbers = [...numbers.slice(-5), value]
        continue
      }
      if (word === 'q') saved.push({ place, mode })
      else if (word === 'Q') ({ place, mode } = saved.pop() ?? { place, mode })
      else if (word === 'cm') place = times(numbers, place)
      else if (word === 'Tr') mode = numbers.at(-1) ?? 0
      else if (word === 'Do') this.object(name, resources, place, depth)
      else if (word === 'ID') this.survey.pictureArea += areaOf(place)
      // Mode 3 is what text recognition lays under a scan, 7 only clips (ISO 32000-1 §9.3.6).
      else if (showsText.has(word)) this.survey.texts += mode === 3 || mode === 7 ? 0 : 1
      else if (paints.has(word)) this.survey.paths++
      numbers = []
    }
  }

  private object(name: string, resources: PDFDict | undefined, place: Matrix, depth: number): void {
    const objects = this.context.lookup(resources?.get(PDFName.of('XObject')))
    const stream = objects instanceof PDFDict ? this.context.lookup(objects.get(PDFName.of(name))) : undefined
    if (!(stream instanceof PDFRawStream)) return
    if (stream.dict.get(PDFName.of('Subtype')) === PDFName.of('Image')) {
      this.survey.pictureArea += areaOf(place)
      return
    }
    const own = this.context.lookup(stream.dict.get(PDFName.of('Resources')))
    const matrix = this.context.lookup(stream.dict.get(PDFName.of('Matrix')))
    const numbers = matrix instanceof PDFArray ? matrix.asArray().map((entry) => (entry instanceof PDFNumber ? entry.asNumber() : 0)) : []
    this.walk(this.contentOf(stream), own instanceof PDFDict ? own : resources, times(numbers, place), depth + 1)
  }
}

const areaOf = ([a, b, c, d]: Matrix): number => Math.abs(a * d - b * c)

/** `first` as an operator's six numbers, applied before `then`. */
function times(first: number[], then: Matrix): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = first
  const [A, B, C, D, E, F] = then
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F]
}
