/** The CSV files of a zip, wherever in it they lie. Bounded; anything else in it is left alone. */
import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'

export interface RosterZip {
  files: { name: string; bytes: Buffer }[]
  /** An XML lies in it: SIECLE. */
  hasXml: boolean
}

/** A school's whole roster is a few megabytes. */
const maxBytes = 100_000_000
const maxFiles = 200

/** Null when it is no zip that can be read, or one that unpacks to more than a roster can be. */
export async function openRosterZip(bytes: Buffer): Promise<RosterZip | null> {
  const zip: RosterZip = { files: [], hasXml: false }
  let size = 0
  try {
    const archive = await fromBufferPromise(bytes, { lazyEntries: true })
    for await (const entry of archive.eachEntry()) {
      const name = entry.fileName
      if (/\.xml$/iu.test(name)) zip.hasXml = true
      // macOS lays its own beside each file.
      if (!/\.csv$/iu.test(name) || /(^|\/)(__MACOSX\/|\._)/u.test(name) || entry.isEncrypted()) continue
      size += entry.uncompressedSize
      if (size > maxBytes || zip.files.length >= maxFiles) return null
      zip.files.push({ name, bytes: await buffer(await archive.openReadStreamPromise(entry)) })
    }
    return zip
  } catch (error) {
    // yauzl and zlib throw plain errors for whatever is wrong with the bytes; they are in memory, so nothing else can fail.
    if (error instanceof Error) return null
    throw error
  }
}
