/** The files of a zip, within limits of number, size and ratio. Nothing is written anywhere; archives inside archives stay closed. */
import iconv from 'iconv-lite'
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl'
import type { ByteSource } from './byte-source'
import { utf8Of } from './decode-charset'
import { limits } from './limits'
import type { Shelf, Shelved } from './shelf-files'

export interface ZippedFile extends Shelved {
  filename: string
}

export interface ZipContent {
  files: ZippedFile[]
  problems: string[]
}

// APPNOTE 4.4.4: bit 11 says UTF-8, else code page 437; many tools write UTF-8 without saying so.
const nameOf = (entry: Entry): string => {
  const bytes = entry.fileNameRaw
  return (entry.generalPurposeBitFlag & 0x800) !== 0 ? bytes.toString('utf8') : (utf8Of(bytes) ?? iconv.decode(bytes, 'cp437'))
}

const skipped = (name: string): boolean => name.endsWith('/') || /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|\._|Thumbs\.db$|desktop\.ini$)/i.test(name)

async function contentOf(zip: ZipFile, entry: Entry, room: number, shelf: Shelf): Promise<Shelved | 'zip-too-large'> {
  const writer = shelf.begin()
  const stream = await zip.openReadStreamPromise(entry)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const size = writer.size + chunk.length
      if (size > room || size > Math.max(1, entry.compressedSize) * limits.zipRatio + 64 * 1024) {
        stream.destroy()
        writer.drop()
        return 'zip-too-large'
      }
      writer.write(chunk)
    }
    return writer.end()
  } catch (error) {
    writer.drop()
    throw error
  }
}

/** Never throws; a damaged or encrypted entry costs itself alone. */
export async function openZip(source: ByteSource, shelf: Shelf): Promise<ZipContent> {
  const result: ZipContent = { files: [], problems: [] }
  let seen = 0
  let opened: ZipFile | null = null
  let room: number = limits.zipBytes
  try {
    const options = { lazyEntries: true, decodeStrings: false } as const
    const zip = await (source.path === null
      ? fromBufferPromise(source.read(0, source.size), options)
      : openPromise(source.path, { ...options, autoClose: false }))
    opened = zip
    for await (const entry of zip.eachEntry()) {
      seen += 1
      if (seen > limits.zipEntries) {
        result.problems.push('zip-too-many-entries')
        break
      }
      const filename = nameOf(entry)
      if (skipped(filename)) continue
      if ((entry.generalPurposeBitFlag & 1) !== 0) {
        result.problems.push('zip-encrypted')
        continue
      }
      const content = await contentOf(zip, entry, room, shelf).catch(() => 'zip-entry-damaged' as const)
      if (typeof content === 'string') result.problems.push(content)
      else {
        room -= content.content.size
        result.files.push({ filename, ...content })
      }
      if (content === 'zip-too-large') break
    }
  } catch {
    // yauzl throws plain errors for whatever is wrong with the central directory.
    result.problems.push('zip-damaged')
  } finally {
    opened?.close()
  }
  return result
}
