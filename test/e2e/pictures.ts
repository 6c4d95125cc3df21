/** Pictures and files for the tests, made when they are needed: written pages, and what is none. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync, crc32 } from 'node:zlib'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import sharp from 'sharp'
import { plainPdf } from '../../src/bundle/plain-pdf'
import type { FileToSend } from './writing'

/** A sheet with lines of "writing"; another seed is another page. */
async function sheet(seed: number, width = 620, height = 877): Promise<Buffer> {
  const data = Buffer.alloc(width * height, 236)
  let state = seed * 7919 + 17
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    return state % below
  }
  for (let y = 60; y < height - 60; y += 26)
    for (let x = 60; x < width - 70; x += 10 + random(8)) {
      const [w, h] = [2 + random(6), 6 + random(10)]
      for (let row = y; row < y + h; row++) data.fill(30, row * width + x, row * width + x + w)
    }
  return sharp(data, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 80 })
    .toBuffer()
}

export const jpeg = async (seed: number, name = `IMG_${1000 + seed}.jpg`): Promise<FileToSend> => ({
  name,
  mediaType: 'image/jpeg',
  content: await sheet(seed),
})

export const inlineJpeg = async (seed: number): Promise<FileToSend> => ({ ...(await jpeg(seed, 'image0.jpeg')), inline: true })

const photos = join(__dirname, '..', 'photos')
export const photo = (file: string, name: string): FileToSend => ({
  name,
  mediaType: file.endsWith('.heic') ? 'image/heic' : 'image/jpeg',
  content: readFileSync(join(photos, file)),
})

/** As a scanner app makes it. */
export async function pdf(seeds: number[], name = 'scan.pdf'): Promise<FileToSend> {
  const pages = await Promise.all(seeds.map(async (seed) => ({ jpeg: await sheet(seed), widthPx: 620, heightPx: 877 })))
  return { name, mediaType: 'application/pdf', content: await plainPdf(pages) }
}

/** As a word processor makes it: text, no picture. */
export async function typedPdf(words: string, name = 'devoir.pdf'): Promise<FileToSend> {
  const pdf = await PDFDocument.create({ updateMetadata: false })
  const page = pdf.addPage([595.28, 841.89])
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  for (let line = 0; line < 25; line++) page.drawText(`${words} (${line + 1})`, { x: 60, y: 760 - line * 24, size: 13, font })
  return { name, mediaType: 'application/pdf', content: await pdf.save() }
}

/** Needs a folder for qpdf to work in. */
export async function lockedPdf(folder: string): Promise<FileToSend> {
  const plain = await pdf([77])
  const [from, to] = [join(folder, 'plain.pdf'), join(folder, 'locked.pdf')]
  writeFileSync(from, plain.content)
  execFileSync('qpdf', ['--encrypt', 'secret', 'secret', '256', '--', from, to])
  return { name: 'protege.pdf', mediaType: 'application/pdf', content: readFileSync(to) }
}

/** A PNG whose head promises 100 million pixels and more. */
export function hugePng(): FileToSend {
  const chunk = (type: string, body: Buffer): Buffer => {
    const typed = Buffer.concat([Buffer.from(type), body])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(body.length)
    crc.writeUInt32BE(crc32(typed))
    return Buffer.concat([length, typed, crc])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(20_000, 0)
  head.writeUInt32BE(20_000, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const content = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', Buffer.alloc(64)),
    chunk('IEND', Buffer.alloc(0)),
  ])
  return { name: 'enorme.png', mediaType: 'image/png', content }
}

/** A zip with deflated entries (APPNOTE 6.3.3). */
export function zip(entries: { name: string; content: Uint8Array }[], name = 'devoir.zip'): FileToSend {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const packed = deflateRawSync(entry.content)
    const title = Buffer.from(entry.name)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt16LE(0x0800, 2)
    facts.writeUInt16LE(8, 4)
    facts.writeUInt32LE(crc32(entry.content), 10)
    facts.writeUInt32LE(packed.length, 14)
    facts.writeUInt32LE(entry.content.length, 18)
    facts.writeUInt16LE(title.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    locals.push(Buffer.from('PK\x03\x04', 'latin1'), facts, title, packed)
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, tail, title)
    offset += 30 + title.length + packed.length
  }
  const end = Buffer.alloc(18)
  const size = central.reduce((sum, part) => sum + part.length, 0)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(size, 8)
  end.writeUInt32LE(offset, 12)
  return { name, mediaType: 'application/zip', content: Buffer.concat([...locals, ...central, Buffer.from('PK\x05\x06', 'latin1'), end]) }
}

/** 60 MB of zeros in 60 KB. */
export const zipBomb = (): FileToSend => zip([{ name: 'photo.jpg', content: Buffer.alloc(60_000_000) }], 'bombe.zip')
