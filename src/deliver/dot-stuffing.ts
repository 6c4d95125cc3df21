/** Lets attachments in wire form past the library's dot-stuffing (RFC 5321 §4.5.2), which looks at every byte: half of all CPU of a fan-out (bench/fan-out.ts). */
import type { Readable, TransformCallback } from 'node:stream'
import { isWireChunk } from './composed-mail'

/** What the library pipes a mail into; names as in its smtp-connection/data-stream.js. */
interface DataStream {
  inByteCount: number
  outByteCount: number
  lastByte: number | false
  push(chunk: Buffer): boolean
  _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void
}

/**
 * The same stream; once piped into the library's, base64 lines of ours go by untouched: none begins with a dot, none holds a bare CR or LF.
 * Everything else is stuffed as ever, and so is all where the library is not as we know it.
 */
export function sparingStuffing(mail: Readable): Readable {
  const pipe = mail.pipe.bind(mail)
  mail.pipe = (target, options) => {
    if (isDataStream(target)) spare(target)
    return pipe(target, options)
  }
  return mail
}

function spare(stuffing: DataStream): void {
  const stuff = stuffing._transform.bind(stuffing)
  stuffing._transform = (chunk, encoding, done) => {
    if (!isWireChunk(chunk)) return stuff(chunk, encoding, done)
    stuffing.inByteCount += chunk.length
    stuffing.outByteCount += chunk.length
    stuffing.lastByte = chunk[chunk.length - 1] ?? stuffing.lastByte
    stuffing.push(chunk)
    done()
  }
}

const isDataStream = (target: object): target is DataStream =>
  '_transform' in target && 'inByteCount' in target && 'outByteCount' in target && 'lastByte' in target
