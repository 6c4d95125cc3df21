/** Loads the QR reader with its own WebAssembly file: nothing is ever downloaded. */
import { readFileSync } from 'node:fs'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import type { CodeReader } from './printed-mark'

let ready = false

/** Reads every QR code of a picture by its luminance; contents are only returned, never opened. */
export function loadCodeReader(): CodeReader {
  if (!ready) {
    const wasm = readFileSync(require.resolve('zxing-wasm/reader/zxing_reader.wasm'))
    prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer } })
    ready = true
  }
  return async ({ widthPx, heightPx, data }, { thorough }) => {
    const rgba = new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length)
    const found = await readBarcodes(
      { width: widthPx, height: heightPx, data: rgba, colorSpace: 'srgb' },
      {
        formats: ['QRCode'],
        tryHarder: true,
        tryRotate: true,
        tryInvert: false,
        tryDownscale: true,
        tryDenoise: thorough,
        maxNumberOfSymbols: 8,
        textMode: 'Plain',
      },
    )
    return found
      .filter(({ isValid }) => isValid)
      .map(({ text, position }) => ({ text, corners: [position.topLeft, position.topRight, position.bottomRight, position.bottomLeft] }))
  }
}
