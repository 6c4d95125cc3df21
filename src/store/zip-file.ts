/** Writes a zip file, entries stored as they are (pictures and PDFs do not shrink), one at a time. No zip64: 4 GB and 65 535 entries are the end. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** MS-DOS date and time, UTC, from 1980 on (APPNOTE.TXT 4.4.6). */
const dosTime = (at: Date): number =>
  (((Math.max(1980, at.getUTCFullYear()) - 1980) << 25) |
    ((at.getUTCMonth() + 1) << 21) |
    (at.getUTCDate() << 16) |
    (at.getUTCHours() << 11) |
    (at.getUTCMinutes() << 5) |
    (at.getUTCSeconds() >> 1)) >>>
  0

/** `fields`: values with their width in bytes, little endian. */
function record(fields: [number, 2 | 4][], ...tail: Uint8Array[]): Buffer {
  const head = Buffer.alloc(fields.reduce((sum, [, width]) => sum + width, 0))
  let at = 0
  for (const [value, width] of fields) at = head.writeUIntLE(value, at, width)
  return Buffer.concat([head, ...tail])
}

export interface ZipFile {
  /** `path` with forward slashes, unique. */
  add(path: string, bytes: Uint8Array, at: Date): Promise<void>
  /** Only now the file has its name. */
  finish(): Promise<void>
  abandon(): Promise<void>
}

/** Readable by its owner alone; an earlier file of that name is replaced when it is finished. */
export async function createZip(file: string): Promise<ZipFile> {
  const temporary = `${file}.part`
  const out: FileHandle = await open(temporary, 'w', 0o600)
  const directory: Buffer[] = []
  let size = 0
  const write = async (bytes: Buffer): Promise<void> => {
    await out.writeFile(bytes)
    size += bytes.length
    if (size > 0xffff_0000 || directory.length > 0xfffe) throw new RangeError('too much for one zip file')
  }
  return {
    async add(path, bytes, at) {
      const name = Buffer.from(path, 'utf8')
      // Version 2.0; bit 11: the name is UTF-8; method 0: stored (APPNOTE.TXT 4.3.7, 4.4).
      const common: [number, 2 | 4][] = [
        [20, 2],
        [0x0800, 2],
        [0, 2],
        [dosTime(at), 4],
        [crc32(bytes), 4],
        [bytes.length, 4],
        [bytes.length, 4],
        [name.length, 2],
        [0, 2],
      ]
      // 3: made on Unix, so that the high half of the external attributes is a file mode.
      directory.push(record([[0x02014b50, 4], [0x0314, 2], ...common, [0, 2], [0, 2], [0, 2], [(0o100600 << 16) >>> 0, 4], [size, 4]], name))
      await write(record([[0x04034b50, 4], ...common], name, bytes))
    },
    async finish() {
      const central = Buffer.concat(directory)
      const start = size
      await write(central)
      await write(
        record([
          [0x06054b50, 4],
          [0, 2],
          [0, 2],
          [directory.length, 2],
          [directory.length, 2],
          [central.length, 4],
          [start, 4],
          [0, 2],
        ]),
      )
      await out.sync()
      await out.close()
      await rename(temporary, file)
    },
    async abandon() {
      await out.close()
      await rm(temporary, { force: true })
    },
  }
}
