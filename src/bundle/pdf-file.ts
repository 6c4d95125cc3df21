/** Writes a PDF object by object to a sink and keeps only offsets, so that a pile of any size needs little memory. It knows the file format, not what is drawn. */
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { PDFContext, PDFDict, PDFHexString, PDFName, type PDFObject, PDFRawStream, PDFRef } from './pdf-objects'

/** Takes the bytes in order; may be called many times. */
export type ByteSink = (chunk: Uint8Array) => void
/** Strings are names, as in pdf-lib's `context.obj`. */
export type Literal = string | number | boolean | null | PDFObject | Literal[] | { [key: string]: Literal }

export class PdfFile {
  /** Makes objects; holds none of those written. */
  readonly context = PDFContext.create()
  private readonly offsets: number[] = []
  private readonly hash = createHash('sha256')
  private position = 0

  /** @param firstObject numbers below are left to objects of another file, which `adopt` takes over. */
  constructor(
    private readonly sink: ByteSink,
    firstObject = 1,
  ) {
    this.context.largestObjectNumber = firstObject - 1
    // ISO 32000-1 §7.5.2: four bytes above 127 in a comment tell that the file is binary.
    this.put(Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'))
  }

  get bytes(): number {
    return this.position
  }

  reserve(): PDFRef {
    return this.context.nextRef()
  }

  /** Writes an object under its number at once; each number once. */
  write(ref: PDFRef, value: Literal): PDFRef {
    const object = this.object(value)
    const body = new Uint8Array(object.sizeInBytes())
    object.copyBytesInto(body, 0)
    this.open(ref)
    this.put(body)
    this.put(Buffer.from('\nendobj\n'))
    return ref
  }

  /** Takes an object over as it stands in another file of ours, under its number there. */
  adopt(number: number, bytes: Uint8Array): PDFRef {
    const ref = PDFRef.of(number)
    this.claim(ref)
    this.put(bytes)
    return ref
  }

  add(value: Literal): PDFRef {
    return this.write(this.reserve(), value)
  }

  /** A stream of text or binary, deflated. */
  writeStream(ref: PDFRef, dictionary: Record<string, Literal>, content: string | Uint8Array): PDFRef {
    const bytes = deflateSync(typeof content === 'string' ? Buffer.from(content, 'latin1') : content, { level: 6 })
    return this.write(ref, PDFRawStream.of(this.dict({ ...dictionary, Filter: 'FlateDecode' }), bytes))
  }

  /** Bytes as they are (a JPEG): no copy is made. They do not enter the file's identity, their length does. */
  writeBytes(ref: PDFRef, dictionary: Record<string, Literal>, bytes: Uint8Array): PDFRef {
    this.open(ref)
    this.put(Buffer.from(`${this.dict({ ...dictionary, Length: bytes.length }).toString()}\nstream\n`, 'latin1'))
    this.put(bytes, false)
    this.put(Buffer.from('\nendstream\nendobj\n'))
    return ref
  }

  dict(literal: Record<string, Literal>): PDFDict {
    return this.context.obj(literal as Record<string, never>)
  }

  object(literal: Literal): PDFObject {
    return isPdfObject(literal) ? literal : this.context.obj(literal as Record<string, never>)
  }

  /** Adds entries to the dictionary that stands under a key of another, made where there is none. */
  extend(dictionary: PDFDict, key: string, entries: Map<string, Literal>): void {
    if (entries.size === 0) return
    const own = dictionary.get(PDFName.of(key))
    const inner = own instanceof PDFDict ? own : this.dict({})
    for (const [name, value] of entries) inner.set(PDFName.of(name), this.object(value))
    dictionary.set(PDFName.of(key), inner)
  }

  /** Cross-reference table and trailer. The file identifier is a hash of the content: same input, same bytes. */
  finish(root: PDFRef, info: PDFRef | null): void {
    const start = this.position
    const size = this.context.largestObjectNumber + 1
    const lines = [`xref\n0 ${size}\n0000000000 65535 f \n`]
    for (let number = 1; number < size; number++) {
      const offset = this.offsets[number]
      lines.push(offset === undefined ? '0000000000 00000 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`)
    }
    const id = PDFHexString.of(this.hash.copy().digest('hex').slice(0, 32))
    const trailer = this.dict({ Size: size, Root: root, ...(info ? { Info: info } : {}), ID: [id, id] })
    this.put(Buffer.from(`${lines.join('')}trailer\n${trailer.toString()}\nstartxref\n${start}\n%%EOF\n`, 'latin1'))
  }

  private claim(ref: PDFRef): void {
    if (this.offsets[ref.objectNumber] !== undefined) throw new Error(`PDF object ${ref.objectNumber} written twice`)
    this.offsets[ref.objectNumber] = this.position
  }

  private open(ref: PDFRef): void {
    this.claim(ref)
    this.put(Buffer.from(`${ref.objectNumber} 0 obj\n`))
  }

  private put(chunk: Uint8Array, identity = true): void {
    if (identity) this.hash.update(chunk)
    this.position += chunk.length
    this.sink(chunk)
  }
}

const isPdfObject = (value: unknown): value is PDFObject =>
  typeof value === 'object' && value !== null && 'copyBytesInto' in value && typeof value.copyBytesInto === 'function'

/** Text for people in the file's dictionaries: UTF-16 (ISO 32000-1 §7.9.2.2). */
export const pdfText = (text: string): PDFHexString => PDFHexString.fromText(text.replace(/\p{Cs}/gu, ''))

/** A number as PDF writes it: no exponent, at most three decimals. */
export const pdfNumber = (value: number): string => (Number.isFinite(value) ? String(Math.round(value * 1000) / 1000) : '0')
