/** Layers of small convolutional networks, run by a kernel. Their weights come from training/; nothing is learnt here. */
import { KernelCall } from './kernel-memory'

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
  /** As the kernel reads them: for every four outputs, for each value under the kernel (rows, columns, inputs), the four weights; of outputs that fill up the last four, none. */
  weights: Float32Array
  bias: Float32Array
}

/** `weights`: for each output, for each value under the kernel (rows, columns, inputs), its weight. */
export function packed({ weights, ...layer }: Layer): Layer {
  const depth = layer.size * layer.size * layer.inputs
  const fours = new Float32Array(ceil(layer.outputs / 4) * 4 * depth)
  for (let output = 0; output < layer.outputs; output++)
    for (let k = 0, to = (output & ~3) * depth + (output & 3); k < depth; k++, to += 4) fours[to] = weights[output * depth + k] as number
  return { ...layer, weights: fours }
}

export const tensor = (width: number, height: number, channels: number): Tensor => ({
  width,
  height,
  channels,
  data: new Float32Array(width * height * channels),
})

/** Convolution, with ReLU where `isActive`. */
export function convolve(input: Tensor, layer: Layer, isActive: boolean): Tensor {
  const { size, stride, outputs } = layer
  const [width, height] = [ceil(input.width / stride), ceil(input.height / stride)]
  const call = new KernelCall()
  const [from, weights, bias] = [call.put(input.data), call.put(layer.weights), call.put(layer.bias)]
  const columns = call.room(width * size * size * layer.inputs * 4)
  const to = call.room(width * height * outputs * 4)
  call.run('convolve', from, input.width, input.height, input.channels, weights, bias, outputs, size, stride, isActive ? 1 : 0, columns, to)
  return { width, height, channels: outputs, data: call.floats(to, width * height * outputs) }
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
