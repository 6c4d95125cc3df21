/** Copies what a page draws from one PDF into another, and nothing else: no actions, scripts, files, metadata, no way to other pages, no resource the page does not name. */
import { constants, inflateSync } from 'node:zlib'
import * as source from '@cantoo/pdf-lib'
import * as target from 'pdf-lib'
import { type ContentNames, contentNames } from './content-names'
import type { PdfFile } from './pdf-file'

/** An uncompressed content stream of more is hostile (THREATS.md D8). */
const maxStreamBytes = 64_000_000
const maxDepth = 60

const common = ['Type', 'Subtype', 'Filter', 'DecodeParms']
const streamKeys: Record<string, string[]> = {
  '/Form': [...common, 'FormType', 'BBox', 'Matrix', 'Resources', 'Group'],
  '/Image': [
    ...common,
    ...['Width', 'Height', 'ColorSpace', 'BitsPerComponent', 'Intent', 'ImageMask', 'Mask', 'Decode', 'Interpolate', 'SMask', 'SMaskInData', 'Matte'],
  ],
}
/** Never of use for drawing, whatever dictionary they stand in. `F` of a stream names an outside file. */
const neverOfStreams = new Set([
  'F',
  'FFilter',
  'FDecodeParms',
  'Metadata',
  'PieceInfo',
  'AF',
  'Length',
  'StructParent',
  'StructParents',
  'OC',
  'OPI',
  'Ref',
  'LastModified',
])
const neverOfDicts = new Set(['Metadata', 'PieceInfo', 'AF', 'AA', 'StructParent', 'StructParents'])
/** Doors to the rest of the document. */
const closedTypes = new Set([
  '/Page',
  '/Pages',
  '/Catalog',
  '/Annot',
  '/StructElem',
  '/StructTreeRoot',
  '/Outlines',
  '/Action',
  '/Filespec',
  '/EmbeddedFile',
  '/Sig',
  '/OCG',
  '/OCMD',
])
const resourceKinds = ['Font', 'XObject', 'ExtGState', 'ColorSpace', 'Pattern', 'Shading'] as const

export class CleanCopier {
  private readonly copied = new Map<string, target.PDFObject>()

  constructor(
    private readonly context: source.PDFContext,
    private readonly pdf: PdfFile,
  ) {}

  /** Decoded content of a stream or an array of them, parts joined by a line feed. Throws where it cannot be read. */
  contentOf(object: source.PDFObject | undefined): Buffer {
    const value = this.context.lookup(object)
    if (value === undefined || value === source.PDFNull) return Buffer.alloc(0)
    if (value instanceof source.PDFArray) return Buffer.concat(value.asArray().flatMap((part) => [this.contentOf(part), Buffer.from('\n')]))
    if (value instanceof source.PDFRawStream) return decoded(value)
    throw new Error('content is no stream')
  }

  /** Only what the names need; the names of forms without resources of their own look here too (ISO 32000-1 §7.8.3, obsolete form). */
  resources(object: source.PDFObject | undefined, content: ContentNames, depth = 0): target.PDFDict {
    const out = this.pdf.dict({})
    const resources = this.context.lookup(object)
    if (!(resources instanceof source.PDFDict)) return out
    const names = new Set(content.names)
    this.addNamesOfForms(resources, names)
    for (const kind of resourceKinds) {
      const entries = this.context.lookup(resources.get(source.PDFName.of(kind)))
      if (!(entries instanceof source.PDFDict)) continue
      const kept = this.pdf.dict({})
      for (const [name, value] of entries.entries()) {
        if (names.has(bytesOf(name))) kept.set(nameOf(name), this.copy(value, depth + 1))
      }
      if (kept.keys().length > 0) out.set(target.PDFName.of(kind), kept)
    }
    // Property lists hold tags and layers; layers that hide something never come this far. The names stay, empty.
    const properties = this.context.lookup(resources.get(source.PDFName.of('Properties')))
    if (properties instanceof source.PDFDict) {
      const kept = this.pdf.dict({})
      for (const name of properties.keys()) if (names.has(bytesOf(name))) kept.set(nameOf(name), this.pdf.dict({}))
      out.set(target.PDFName.of('Properties'), kept)
    }
    return out
  }

  private addNamesOfForms(resources: source.PDFDict, names: Set<string>): void {
    const forms = this.context.lookup(resources.get(source.PDFName.of('XObject')))
    if (!(forms instanceof source.PDFDict)) return
    const seen = new Set<string>()
    // A form may name forms: until nothing new turns up.
    for (let grown = true; grown; ) {
      grown = false
      for (const [name, value] of forms.entries()) {
        const form = names.has(bytesOf(name)) && !seen.has(bytesOf(name)) ? this.context.lookup(value) : undefined
        if (!(form instanceof source.PDFRawStream) || form.dict.has(source.PDFName.of('Resources')) || kindOf(form.dict) !== '/Form') continue
        seen.add(bytesOf(name))
        for (const inner of contentNames(decoded(form)).names) names.add(inner)
        grown = true
      }
    }
  }

  /** A form that shows an annotation; its own stream, whatever its dictionary forgets to say. */
  copyForm(object: source.PDFObject): target.PDFRef {
    const copy = this.copy(object)
    if (!(copy instanceof target.PDFRef)) throw new Error('an appearance that cannot be copied')
    return copy
  }

  copy(object: source.PDFObject, depth = 0): target.PDFObject {
    if (depth > maxDepth) throw new Error('nested too deep')
    if (object instanceof source.PDFRef) return this.copyRef(object, depth)
    if (object instanceof source.PDFName) return nameOf(object)
    if (object instanceof source.PDFNumber) return target.PDFNumber.of(object.asNumber())
    if (object instanceof source.PDFBool) return object.asBoolean() ? target.PDFBool.True : target.PDFBool.False
    if (object instanceof source.PDFString) return target.PDFString.of(object.asString())
    if (object instanceof source.PDFHexString) return target.PDFHexString.of(object.asString())
    if (object instanceof source.PDFArray) {
      const out = this.pdf.context.obj([])
      for (const entry of object.asArray()) out.push(this.copy(entry, depth + 1))
      return out
    }
    if (object instanceof source.PDFDict) return this.copyDict(object, depth)
    if (object === source.PDFNull) return target.PDFNull
    throw new Error('an object that cannot be copied')
  }

  private copyRef(ref: source.PDFRef, depth: number): target.PDFObject {
    const known = this.copied.get(ref.toString())
    if (known) return known
    const value = this.context.lookup(ref)
    const dictionary = value instanceof source.PDFRawStream ? value.dict : value
    if (value === undefined || (dictionary instanceof source.PDFDict && isClosed(dictionary))) {
      this.copied.set(ref.toString(), target.PDFNull)
      return target.PDFNull
    }
    const own = this.pdf.reserve()
    this.copied.set(ref.toString(), own)
    if (value instanceof source.PDFRawStream) this.pdf.write(own, this.copyStream(value, depth + 1))
    else this.pdf.write(own, this.copy(value, depth + 1))
    return own
  }

  private copyStream(stream: source.PDFRawStream, depth: number): target.PDFRawStream {
    const allowed = streamKeys[kindOf(stream.dict)]
    const out = this.pdf.dict({})
    // Some apps leave the subtype of appearances out.
    if (stream.dict.has(source.PDFName.of('BBox')) && kindOf(stream.dict) === '') out.set(target.PDFName.of('Subtype'), target.PDFName.of('Form'))
    for (const [key, value] of stream.dict.entries()) {
      const name = key.asString().slice(1)
      if (neverOfStreams.has(name) || (allowed && !allowed.includes(name)) || name === 'Resources') continue
      out.set(nameOf(key), this.copy(value, depth))
    }
    const resources = stream.dict.get(source.PDFName.of('Resources'))
    if (resources) out.set(target.PDFName.of('Resources'), this.resources(resources, contentNames(decoded(stream)), depth))
    return target.PDFRawStream.of(out, stream.contents)
  }

  private copyDict(dictionary: source.PDFDict, depth: number): target.PDFObject {
    if (isClosed(dictionary)) return target.PDFNull
    const out = this.pdf.dict({})
    for (const [key, value] of dictionary.entries()) {
      if (!neverOfDicts.has(key.asString().slice(1))) out.set(nameOf(key), this.copy(value, depth + 1))
    }
    return out
  }
}

const bytesOf = (name: source.PDFName): string => Buffer.from(name.asBytes()).toString('latin1')
const nameOf = (name: source.PDFName): target.PDFName => target.PDFName.of(name.asString().slice(1))
const kindOf = (dictionary: source.PDFDict): string => dictionary.get(source.PDFName.of('Subtype'))?.toString() ?? ''

/** Actions without /Type are known by their /S. */
function isClosed(dictionary: source.PDFDict): boolean {
  const type = dictionary.get(source.PDFName.of('Type'))?.toString() ?? ''
  const action = dictionary.get(source.PDFName.of('S'))?.toString() ?? ''
  return (
    closedTypes.has(type) ||
    ['/JavaScript', '/Launch', '/URI', '/GoTo', '/GoToR', '/GoToE', '/SubmitForm', '/ImportData', '/Named', '/Rendition'].includes(action)
  )
}

function decoded(stream: source.PDFRawStream): Buffer {
  const filter = stream.dict.get(source.PDFName.of('Filter'))
  const plain = stream.dict.get(source.PDFName.of('DecodeParms')) === undefined
  if (filter === undefined) return Buffer.from(stream.contents)
  if (plain && filter.toString() === '/FlateDecode')
    return inflateSync(stream.contents, { maxOutputLength: maxStreamBytes, finishFlush: constants.Z_SYNC_FLUSH })
  const bytes = source.decodePDFRawStream(stream).decode()
  if (bytes.length > maxStreamBytes) throw new Error('stream too large')
  return Buffer.from(bytes)
}
