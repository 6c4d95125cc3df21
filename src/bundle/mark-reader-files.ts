/** Loads the QR reader with its own WebAssembly file: nothing is ever downloaded. */
import { readFileSync } from 'node:fs'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import type { CodeReader } from './printed-mark'

let ready = false

/** Reads every QR code of a grey picture; contents are only returned, never opened. */
export function loadCodeReader(): CodeReader {
  if (!ready) {
    const wasm = readFileSync(require.resolve('zxing-wasm/reader/zxing_reader.wasm'))
    prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer } })
    ready = true
  }
  return async ({ widthPx, heightPx, data }, { thorough }) => {
    const found = await readBarcodes(
      { width: widthPx, height: heightPx, data: rgbaOf(data), colorSpace: 'srgb' },
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

function rgbaOf(grey: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(grey.length * 4)
  const words = new Uint32Array(out.buffer)
  for (let at = 0; at < grey.length; at++) words[at] = 0xff000000 | ((grey[at] ?? 0) * 0x010101)
  return out
}
