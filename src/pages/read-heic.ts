/** HEIC and HEIF to pixels, through libheif in WebAssembly: the main picture, turned as its own properties say. */
import { createRequire } from 'node:module'
import { Fault } from '../errors'
import type { Pixels } from './pdf-to-picture'

/** The part of libheif-js that is used here; the package ships no types. */
interface HeifImage {
  is_primary(): boolean
  get_width(): number
  get_height(): number
  display(target: { data: Uint8ClampedArray; width: number; height: number }, done: (result: object | null) => void): void
  free(): void
}

interface Libheif {
  HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[]; delete?(): void }
}

let library: Libheif | undefined

/** Loaded only where a HEIC comes: 5 MB of WebAssembly. */
const libheif = (): Libheif => (library ??= createRequire(__filename)('libheif-js/wasm-bundle') as Libheif)

/** `irot` and `imir` are applied already. Faults: `picture-undecodable`, `picture-too-large`. */
export async function readHeic(bytes: Uint8Array, maxPixels: number): Promise<Pixels> {
  const decoder = new (libheif().HeifDecoder)()
  let images: HeifImage[] = []
  try {
    images = decoder.decode(bytes)
    // The first picture of a file need not be the main one.
    const image = images.find((one) => one.is_primary()) ?? images[0]
    if (!image) throw new Fault('picture-undecodable')
    const widthPx = image.get_width()
    const heightPx = image.get_height()
    if (widthPx * heightPx > maxPixels) throw new Fault('picture-too-large')
    const data = new Uint8ClampedArray(widthPx * heightPx * 4)
    await new Promise<void>((resolve, reject) =>
      image.display({ data, width: widthPx, height: heightPx }, (result) => (result === null ? reject(new Fault('picture-undecodable')) : resolve())),
    )
    return { widthPx, heightPx, data: new Uint8Array(data.buffer) }
  } finally {
    for (const image of images) image.free()
    decoder.delete?.()
  }
}
