/**
 * Convolution of `width` × `height` pixels of `channels` floats, the border padded with zeros, with ReLU where `isActive`. `weights`: for every
 * four outputs, the last filled up to four, for each value under the kernel (rows, columns, channels), the four weights. `columns`: room for what the kernel sees along one row of the output.
 */
export function convolve(
  input: usize,
  width: i32,
  height: i32,
  channels: i32,
  weights: usize,
  bias: usize,
  outputs: i32,
  size: i32,
  stride: i32,
  isActive: bool,
  columns: usize,
  out: usize,
): void {
  const outWidth = (width + stride - 1) / stride
  const outHeight = (height + stride - 1) / stride
  const depth = size * size * channels
  for (let y = 0; y < outHeight; y++) {
    gather(input, width, height, channels, size, stride, y, outWidth, columns)
    multiply(columns, outWidth, depth, weights, bias, outputs, isActive, out + <usize>(y * outWidth * outputs * 4))
  }
}

/** What the kernel sees at each pixel of output row `y`, one after the other. */
function gather(input: usize, width: i32, height: i32, channels: i32, size: i32, stride: i32, y: i32, outWidth: i32, to: usize): void {
  const reach = size >> 1
  for (let x = 0; x < outWidth; x++) {
    const left = x * stride - reach
    const before = max(0, -left)
    const after = max(0, left + size - width)
    for (let row = 0; row < size; row++) {
      const line = y * stride - reach + row
      const bytes = <usize>(size * channels * 4)
      if (line < 0 || line >= height) memory.fill(to, 0, bytes)
      else {
        const skipped = <usize>(before * channels * 4)
        const cut = <usize>(after * channels * 4)
        if (before > 0) memory.fill(to, 0, skipped)
        copyFloats(to + skipped, input + <usize>((line * width + left + before) * channels * 4), bytes - skipped - cut)
        if (after > 0) memory.fill(to + bytes - cut, 0, cut)
      }
      to += bytes
    }
  }
}

/** Quicker than memory.copy for the few it mostly is. */
function copyFloats(to: usize, from: usize, bytes: usize): void {
  let at: usize = 0
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at))
  for (; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at))
}

/** out[pixel][o] = bias[o] + Σ columns[pixel][k] × weights[o][k]: four pixels and eight outputs at a time, so that each value read serves often. */
function multiply(columns: usize, pixels: i32, depth: i32, weights: usize, bias: usize, outputs: i32, isActive: bool, out: usize): void {
  const run = <usize>(depth * 4)
  const four = run * 4
  for (let pixel = 0; pixel < pixels; pixel += 4) {
    // Of the last pixels fewer than four may be left: the last is then worked out again.
    const p1 = min(pixels - 1, pixel + 1)
    const p2 = min(pixels - 1, pixel + 2)
    const p3 = min(pixels - 1, pixel + 3)
    const c0 = columns + <usize>pixel * run
    const c1 = columns + <usize>p1 * run
    const c2 = columns + <usize>p2 * run
    const c3 = columns + <usize>p3 * run
    const o0 = out + <usize>(pixel * outputs * 4)
    const o1 = out + <usize>(p1 * outputs * 4)
    const o2 = out + <usize>(p2 * outputs * 4)
    const o3 = out + <usize>(p3 * outputs * 4)
    let o = 0
    let w = weights
    for (; o + 8 <= outputs; o += 8, w += 2 * four) {
      const offset = <usize>(o * 4)
      let a0 = v128.load(bias + offset)
      let b0 = v128.load(bias + offset, 16)
      let a1 = a0
      let b1 = b0
      let a2 = a0
      let b2 = b0
      let a3 = a0
      let b3 = b0
      for (let k: usize = 0; k < run; k += 4) {
        const u = v128.load(w + k * 4)
        const v = v128.load(w + four + k * 4)
        const x0 = v128.load32_splat(c0 + k)
        a0 = f32x4.add(a0, f32x4.mul(x0, u))
        b0 = f32x4.add(b0, f32x4.mul(x0, v))
        const x1 = v128.load32_splat(c1 + k)
        a1 = f32x4.add(a1, f32x4.mul(x1, u))
        b1 = f32x4.add(b1, f32x4.mul(x1, v))
        const x2 = v128.load32_splat(c2 + k)
        a2 = f32x4.add(a2, f32x4.mul(x2, u))
        b2 = f32x4.add(b2, f32x4.mul(x2, v))
        const x3 = v128.load32_splat(c3 + k)
        a3 = f32x4.add(a3, f32x4.mul(x3, u))
        b3 = f32x4.add(b3, f32x4.mul(x3, v))
      }
      write(o0 + offset, a0, isActive)
      write(o0 + offset + 16, b0, isActive)
      write(o1 + offset, a1, isActive)
      write(o1 + offset + 16, b1, isActive)
      write(o2 + offset, a2, isActive)
      write(o2 + offset + 16, b2, isActive)
      write(o3 + offset, a3, isActive)
      write(o3 + offset + 16, b3, isActive)
    }
    for (; o < outputs; o += 4, w += four) {
      const count = outputs - o
      const offset = <usize>(o * 4)
      let a0 = v128.load(bias + offset)
      let a1 = a0
      let a2 = a0
      let a3 = a0
      for (let k: usize = 0; k < run; k += 4) {
        const u = v128.load(w + k * 4)
        a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(c0 + k), u))
        a1 = f32x4.add(a1, f32x4.mul(v128.load32_splat(c1 + k), u))
        a2 = f32x4.add(a2, f32x4.mul(v128.load32_splat(c2 + k), u))
        a3 = f32x4.add(a3, f32x4.mul(v128.load32_splat(c3 + k), u))
      }
      writeSome(o0 + offset, a0, isActive, count)
      writeSome(o1 + offset, a1, isActive, count)
      writeSome(o2 + offset, a2, isActive, count)
      writeSome(o3 + offset, a3, isActive, count)
    }
  }
}

function write(at: usize, values: v128, isActive: bool): void {
  v128.store(at, isActive ? f32x4.max(values, f32x4.splat(0)) : values)
}

/** The first `count` of four. */
function writeSome(at: usize, values: v128, isActive: bool, count: i32): void {
  if (count >= 4) return write(at, values, isActive)
  const active = isActive ? f32x4.max(values, f32x4.splat(0)) : values
  store<f32>(at, f32x4.extract_lane(active, 0))
  if (count > 1) store<f32>(at, f32x4.extract_lane(active, 1), 4)
  if (count > 2) store<f32>(at, f32x4.extract_lane(active, 2), 8)
}
