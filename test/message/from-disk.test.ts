/** A message that lies on disk is read in pieces and says the same as one in memory; its files go to a folder, whole. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sourceFrom, sourceOfBytes } from '../../src/message/byte-source'
import { sourceOfFile } from '../../src/message/on-disk-files'
import { parseMessage } from '../../src/message/parse-message'
import { Shelf } from '../../src/message/shelf-files'

const folder = mkdtempSync(join(tmpdir(), 'cartable-disk-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Bytes without a pattern, the same each time. */
function noise(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = seed
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}
const jpeg = (size: number, seed: number): Buffer => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), noise(size, seed)])
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
const part = (type: string, content: Buffer): string => `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(content)}\r\n`
const mixed = (parts: string[], boundary: string): string =>
  `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${parts.map((each) => `--${boundary}\r\n${each}`).join('')}--${boundary}--\r\n`

/** One stored entry of one octet. */
function emptyZipWith(name: string): string {
  const entry = Buffer.alloc(26)
  entry.writeUInt16LE(20, 0)
  entry.writeUInt32LE(0x8cdc1683, 10)
  entry.writeUInt32LE(1, 14)
  entry.writeUInt32LE(1, 18)
  entry.writeUInt16LE(name.length, 22)
  const local = `PK\x03\x04${entry.toString('latin1')}${name}a`
  const central = `PK\x01\x02\x14\x00${entry.toString('latin1')}${'\0'.repeat(14)}${name}`
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return local + central + end.toString('latin1')
}

const large = jpeg(900_000, 1)
const inner = jpeg(700_000, 2)
const mail = Buffer.from(
  `From: a@x.example\r\nSubject: photos\r\n${mixed(
    [
      'Content-Type: text/plain; charset=utf-8\r\n\r\nVoici mes pages, voilà.\r\n',
      part('image/jpeg; name=une.jpg', large),
      part('image/jpeg; name=petite.jpg', jpeg(50, 3)),
      `Content-Type: message/rfc822\r\n\r\nSubject: dedans\r\n${mixed([part('image/jpeg; name=dedans.jpg', inner)], 'in')}`,
    ],
    'out',
  )}`,
)
const path = join(folder, 'mail.eml')
writeFileSync(path, mail)

test('says the same from disk as from memory, line ends and all', async () => {
  for (const text of [mail, Buffer.from(mail.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')]) {
    writeFileSync(path, text)
    expect(text.length).toBeGreaterThan(1024 * 1024)
    const shelf = new Shelf({ folder, inMemory: -1 })
    const fromDisk = await parseMessage(sourceOfFile(path), shelf)
    const inMemory = await parseMessage(text)
    const facts = (message: typeof inMemory) => ({ ...message, files: message.files.map((file) => ({ ...file, content: file.content.size })) })
    expect(facts(fromDisk)).toEqual(facts(inMemory))
    expect(inMemory.files.map((file) => [file.filename, file.sha256])).toEqual(
      [['une.jpg', large] as const, ['petite.jpg', jpeg(50, 3)] as const, ['dedans.jpg', inner] as const].map(([name, bytes]) => [
        name,
        createHash('sha256').update(bytes).digest('hex'),
      ]),
    )
    for (const file of fromDisk.files)
      expect(
        createHash('sha256')
          .update(readFileSync(file.content.path ?? ''))
          .digest('hex'),
      ).toBe(file.sha256)
    shelf.clear()
    expect(readdirSync(folder)).toEqual(['mail.eml'])
  }
})

test('finds across the windows of a file what it finds in memory', () => {
  const bytes = noise(1_500_000, 7)
  const marks = [0, 1, 262_142, 262_144, 524_285, 524_287, 1_499_990]
  for (const at of marks) bytes.write('\n--mark', at, 'latin1')
  const file = join(folder, 'noise')
  writeFileSync(file, bytes)
  const [disk, memory] = [sourceOfFile(file), sourceOfBytes(bytes)]
  for (const from of [0, 2, 262_143, 262_145, 524_288, 1_400_000, 1_499_999, 2_000_000]) {
    expect([from, disk.indexOf('\n--mark', from)]).toEqual([from, memory.indexOf('\n--mark', from)])
    expect(disk.read(from, from + 300_000).equals(memory.read(from, from + 300_000))).toBe(true)
    expect(sourceFrom(disk, 100).indexOf('\n--mark', from)).toBe(sourceFrom(memory, 100).indexOf('\n--mark', from))
  }
  rmSync(file)
})

test.each([
  ['attached photos', mail],
  ['a zip', Buffer.from(`From: a@x.example\r\n${mixed([part('application/zip; name=a.zip', Buffer.from(emptyZipWith('a.jpg'), 'latin1'))], 'z')}`, 'latin1')],
])('a disk that takes nothing is told, never a mail without its files: %s', async (_, bytes) => {
  const shelf = new Shelf({ folder: join(folder, 'nowhere'), inMemory: -1 })
  await expect(parseMessage(bytes, shelf)).rejects.toMatchObject({ code: 'ENOENT' })
})
