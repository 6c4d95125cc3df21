/** Calls the loops over every pixel that are compiled to WebAssembly (kernels/): what they read is put into their memory, what they wrote is taken out of it. */
import compiled from './kernels-compiled.json'

/** What is used of the engine's WebAssembly: Node's types leave it to the browser's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: unknown }
}

/** What kernels/ exports; each says there what it takes. Numbers are addresses, sizes and single values. */
interface Kernels {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  heapBase(): number
  boxMean(...numbers: number[]): void
  close(...numbers: number[]): void
  convolve(...numbers: number[]): void
  flatten(...numbers: number[]): void
  greyView(...numbers: number[]): void
  brightCells(...numbers: number[]): void
  divideLight(...numbers: number[]): void
  quietPaper(...numbers: number[]): void
  darkness(...numbers: number[]): void
  deviation(...numbers: number[]): void
  inkOf(...numbers: number[]): void
  edgeWidths(...numbers: number[]): void
  joinBetween(...numbers: number[]): void
  parts(...numbers: number[]): number
  lumas(...numbers: number[]): void
  noiseOf(...numbers: number[]): number
  reversed(...numbers: number[]): void
  normalView(...numbers: number[]): void
  turn(...numbers: number[]): void
  whitenRims(...numbers: number[]): void
}

type Kernel = Exclude<keyof Kernels, 'memory' | 'heapBase'>

const pageBytes = 65_536
/** A vector register is loaded whole: after what is read may be read on. */
const beyond = 16

let instance: Kernels | undefined

/** Compiled at first use: most commands make no pages. */
const kernels = (): Kernels =>
  (instance ??= new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(compiled.wasm, 'base64')), {}).exports as unknown as Kernels)

/** Room in the kernels' memory for one call; a new one takes the room of the one before. */
export class KernelCall {
  private end = kernels().heapBase()

  /** Address of so many bytes, of whatever they held before. */
  room(bytes: number): number {
    const at = (this.end + beyond - 1) & -beyond
    this.end = at + bytes
    const missing = this.end + beyond - kernels().memory.buffer.byteLength
    if (missing > 0) kernels().memory.grow(Math.ceil(missing / pageBytes))
    return at
  }

  /** Address of so many zeros. */
  zeros(bytes: number): number {
    const at = this.room(bytes)
    this.bytes(at, bytes).fill(0)
    return at
  }

  /** Address of a copy. */
  put(values: Uint8Array | Float32Array | Float64Array): number {
    const at = this.room(values.byteLength)
    this.bytes(at, values.byteLength).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    return at
  }

  run<Name extends Kernel>(kernel: Name, ...numbers: number[]): ReturnType<Kernels[Name]> {
    return kernels()[kernel](...numbers) as ReturnType<Kernels[Name]>
  }

  /** A view, until the next room is asked for. */
  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(kernels().memory.buffer, at, length)
  }

  /** A copy of so many floats. */
  floats(at: number, length: number): Float32Array {
    return new Float32Array(kernels().memory.buffer, at, length).slice()
  }

  /** A copy of so many 32-bit numbers. */
  words(at: number, length: number): Uint32Array {
    return new Uint32Array(kernels().memory.buffer, at, length).slice()
  }

  /** A copy of so many doubles. */
  doubles(at: number, length: number): Float64Array {
    return new Float64Array(kernels().memory.buffer, at, length).slice()
  }
}
