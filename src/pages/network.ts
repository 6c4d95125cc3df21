/** Layers of small convolutional networks, on plain arrays. Their weights come from training/; nothing is learnt here. */

// Held in this file: loops over millions of pixels look these up no further.
const { ceil, exp, max } = Math

/** Rows from the top, the channels of a pixel side by side. */
export interface Tensor {
  width: number
  height: number
  channels: number
  data: Float32Array
}

/** A convolution whose batch norm is folded in. A linear layer is one of size 1 on a tensor of one pixel. */
export interface Layer {
  inputs: number
  outputs: number
  /** Side of the kernel: 1, 3 or 5; the border is padded with zeros. */
  size: number
  stride: number
  /** For each output: rows of the kernel, its columns, inputs. */
  weights: Float32Array
  bias: Float32Array
}

export const tensor = (width: number, height: number, channels: number): Tensor => ({
  width,
  height,
  channels,
  data: new Float32Array(width * height * channels),
})

/** Convolution, with ReLU where `isActive`. */
export function convolve(input: Tensor, layer: Layer, isActive: boolean): Tensor {
  const output = tensor(ceil(input.width / layer.stride), ceil(input.height / layer.stride), layer.outputs)
  const columns = new Float32Array(output.width * layer.size * layer.size * layer.inputs)
  for (let y = 0; y < output.height; y++) {
    gather(input, layer, y, output.width, columns)
    multiply(columns, layer, output.data, y * output.width * layer.outputs, output.width)
  }
  if (isActive) activate(output.data)
  return output
}

/** What the kernel sees at each pixel of output row `y`, one after the other. */
function gather(input: Tensor, { size, stride }: Layer, y: number, outWidth: number, columns: Float32Array): void {
  const { width, height, channels, data } = input
  const reach = size >> 1
  const run = size * channels
  const length = width * channels
  let to = 0
  for (let x = 0; x < outWidth; x++) {
    const left = (x * stride - reach) * channels
    const isInside = left >= 0 && left + run <= length
    for (let row = 0; row < size; row++) {
      const sourceY = y * stride - reach + row
      if (sourceY < 0 || sourceY >= height) {
        for (let k = 0; k < run; k++) columns[to++] = 0
        continue
      }
      const start = sourceY * length + left
      if (isInside) for (let k = 0; k < run; k++) columns[to++] = data[start + k] as number
      else for (let k = 0; k < run; k++) columns[to++] = left + k >= 0 && left + k < length ? (data[start + k] as number) : 0
    }
  }
}

/** output[pixel][o] = bias[o] + Σ columns[pixel][k] × weights[o][k]: two pixels and four outputs at a time, so that each value read serves often. */
function multiply(columns: Float32Array, { weights, bias, inputs, outputs, size }: Layer, output: Float32Array, start: number, pixels: number): void {
  const depth = size * size * inputs
  const fours = outputs & ~3
  for (let pixel = 0; pixel < pixels; pixel += 2) {
    const isPair = pixel + 1 < pixels
    const c0 = pixel * depth
    const c1 = isPair ? c0 + depth : c0
    const to = start + pixel * outputs
    const next = isPair ? to + outputs : to
    for (let o = 0; o < fours; o += 4) {
      const w0 = o * depth
      const w1 = w0 + depth
      const w2 = w1 + depth
      const w3 = w2 + depth
      let [a0, a1, a2, a3] = [0, 0, 0, 0]
      let [b0, b1, b2, b3] = [0, 0, 0, 0]
      for (let k = 0; k < depth; k++) {
        const a = columns[c0 + k] as number
        const b = columns[c1 + k] as number
        const u0 = weights[w0 + k] as number
        const u1 = weights[w1 + k] as number
        const u2 = weights[w2 + k] as number
        const u3 = weights[w3 + k] as number
        a0 += a * u0
        a1 += a * u1
        a2 += a * u2
        a3 += a * u3
        b0 += b * u0
        b1 += b * u1
        b2 += b * u2
        b3 += b * u3
      }
      output[next + o] = b0 + (bias[o] as number)
      output[next + o + 1] = b1 + (bias[o + 1] as number)
      output[next + o + 2] = b2 + (bias[o + 2] as number)
      output[next + o + 3] = b3 + (bias[o + 3] as number)
      output[to + o] = a0 + (bias[o] as number)
      output[to + o + 1] = a1 + (bias[o + 1] as number)
      output[to + o + 2] = a2 + (bias[o + 2] as number)
      output[to + o + 3] = a3 + (bias[o + 3] as number)
    }
    for (let o = fours; o < outputs; o++) {
      let [a, b] = [bias[o] as number, bias[o] as number]
      for (let k = 0; k < depth; k++) {
        const weight = weights[o * depth + k] as number
        a += (columns[c0 + k] as number) * weight
        b += (columns[c1 + k] as number) * weight
      }
      output[next + o] = b
      output[to + o] = a
    }
  }
}

/** ReLU, in place. */
export function activate(data: Float32Array): void {
  for (let k = 0; k < data.length; k++) if ((data[k] as number) < 0) data[k] = 0
}

/** Adds `other` to `into`, in place; one of a single pixel is added everywhere. */
export function add(into: Tensor, other: Tensor): void {
  const size = other.data.length
  if (size === into.data.length) for (let k = 0; k < size; k++) into.data[k] = (into.data[k] as number) + (other.data[k] as number)
  else for (let k = 0; k < into.data.length; k++) into.data[k] = (into.data[k] as number) + (other.data[k % size] as number)
}

/** Twice as wide and high: each pixel becomes four. */
export function doubled(input: Tensor): Tensor {
  const output = tensor(input.width * 2, input.height * 2, input.channels)
  const run = input.channels
  for (let y = 0; y < output.height; y++)
    for (let x = 0; x < output.width; x++) {
      const from = ((y >> 1) * input.width + (x >> 1)) * run
      const to = (y * output.width + x) * run
      for (let k = 0; k < run; k++) output.data[to + k] = input.data[from + k] as number
    }
  return output
}

/** Mean over all pixels: a tensor of one. */
export function meanOf(input: Tensor): Tensor {
  const output = tensor(1, 1, input.channels)
  const pixels = input.width * input.height
  for (let k = 0; k < input.data.length; k++) {
    const channel = k % input.channels
    output.data[channel] = (output.data[channel] as number) + (input.data[k] as number) / pixels
  }
  return output
}

export const sigmoid = (value: number): number => 1 / (1 + exp(-value))

/** Natural logarithms of the probabilities that scores stand for (log-softmax). */
export function logProbabilities(scores: ArrayLike<number>): number[] {
  const all = Array.from(scores)
  const most = max(...all)
  const total = most + Math.log(all.reduce((sum, score) => sum + exp(score - most), 0))
  return all.map((score) => score - total)
}
