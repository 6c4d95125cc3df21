import { lumaAt } from './memory'

/** Darkness around a pixel is the mean of a square of this half side, in which the pixel itself counts `ownWeight` times more. */
const reach: i32 = 2
const side: i32 = 2 * reach + 1
const area: i32 = side * side
const ownWeight: i32 = 4
/** Pixels that are worked on together, and their bytes. */
const group: i32 = 8
const groupBytes: i32 = 3 * group

/**
 * In place. `level`: luma of the paper; `from`, `width`: darkness at which ink begins, and how much more is all ink; `gain`, `sharpening`, `colouring`: see ../quiet-paper.ts.
 * `rows`: zeros, 5 × (widthPx rounded up to 8) bytes; `sums`: zeros, so many 16-bit numbers and 16 more; `scratch`: room for 32 bytes.
 */
export function quietPaper(
  data: usize,
  widthPx: i32,
  heightPx: i32,
  level: i32,
  from: f32,
  width: f32,
  gain: f32,
  sharpening: f32,
  colouring: f32,
  rows: usize,
  sums: usize,
  scratch: usize,
): void {
  const padded = (widthPx + group - 1) & -group
  // The darkness of the rows around the one in hand, as they were; `sums` adds them up, column by column, with room for the edge's repetition on both sides.
  for (let y = -reach; y < heightPx + reach; y++) {
    const entering = max(0, min(heightPx - 1, y))
    enterRow(data + <usize>(entering * widthPx) * 3, widthPx, rows + <usize>(((y + side) % side) * padded), sums, level)
    if (y < reach) continue
    const at = data + <usize>((y - reach) * widthPx) * 3
    const row = rows + <usize>(((y - reach + side) % side) * padded)
    for (let x = 0; x < widthPx; x += group) {
      const pixels = at + <usize>x * 3
      const beside = sums + <usize>x * 2
      const left = widthPx - x
      if (left >= group) quiet(pixels, row + <usize>x, beside, level, from, width, gain, sharpening, colouring)
      else {
        // What follows the last pixels is the next row.
        memory.copy(scratch, pixels, <usize>left * 3)
        quiet(scratch, row + <usize>x, beside, level, from, width, gain, sharpening, colouring)
        memory.copy(pixels, scratch, <usize>left * 3)
      }
    }
  }
}

/**
 * A row takes the place of the one that leaves the window: how much darker than paper, in luma, or in the most coloured channel for highlighters, which are as light as paper.
 * What comes of the bytes beyond the row is not used.
 */
function enterRow(at: usize, width: i32, row: usize, sums: usize, level: i32): void {
  const paper = i16x8.splat(<i16>level)
  let sum = sums + <usize>(reach * 2)
  for (const end = row + <usize>width; row < end; row += group, sum += 2 * group, at += groupBytes) {
    const red = redsOf(at)
    const green = greensOf(at)
    const blue = bluesOf(at)
    const luma = i16x8.sub(paper, lumasOf(red, green, blue))
    const lowest = i16x8.min_u(red, i16x8.min_u(green, blue))
    const coloured = i16x8.shr_s(i16x8.mul(i16x8.sub(paper, lowest), i16x8.splat(5)), 3)
    const dark = i16x8.max_s(i16x8.splat(0), i16x8.max_s(luma, coloured))
    v128.store(sum, i16x8.add(v128.load(sum), i16x8.sub(dark, v128.load_ext<u8>(row))))
    v128.store64_lane(row, i8x16.narrow_i16x8_u(dark, dark), 0)
  }
  const start = sums + <usize>(reach * 2)
  const beyond = start + <usize>width * 2
  const first = load<u16>(start)
  const last = load<u16>(beyond - 2)
  for (let x = 0; x < reach; x++) {
    store<u16>(sums + <usize>(x * 2), first)
    store<u16>(beyond + <usize>(x * 2), last)
  }
}

/** Eight pixels: `row` their darkness, `sums` that of the columns from two before the first on. */
function quiet(at: usize, row: usize, sums: usize, level: i32, from: f32, width: f32, gain: f32, sharpening: f32, colouring: f32): void {
  const dark = v128.load_ext<u8>(row)
  const beside = i16x8.add(i16x8.add(v128.load(sums), v128.load(sums, 2)), i16x8.add(v128.load(sums, 6), v128.load(sums, 8)))
  const sum = i16x8.add(beside, v128.load(sums, 4))
  const weighted = i16x8.add(sum, i16x8.mul(dark, i16x8.splat(<i16>ownWeight)))
  // Most of a page is bare paper.
  if (!v128.any_true(i16x8.gt_s(weighted, i16x8.splat(<i16>(from * <f32>(area + ownWeight)))))) {
    v128.store(at, i8x16.splat(-1))
    store<u64>(at, -1, 16)
    return
  }
  const red = redsOf(at)
  const green = greensOf(at)
  const blue = bluesOf(at)
  const luma = lumasOf(red, green, blue)
  // A pixel becomes base + factor × pixel, in all its colours.
  const strengthLow = strengthOf(lowFloats(weighted), lowFloats(sum), lowFloats(dark), from, width, gain, sharpening)
  const strengthHigh = strengthOf(highFloats(weighted), highFloats(sum), highFloats(dark), from, width, gain, sharpening)
  const colourLow = colourOf(lowFloats(sum), lowFloats(dark), colouring)
  const colourHigh = colourOf(highFloats(sum), highFloats(dark), colouring)
  const baseLow = baseOf(strengthLow, colourLow, lowFloats(luma), level)
  const baseHigh = baseOf(strengthHigh, colourHigh, highFloats(luma), level)
  const factorLow = f32x4.mul(strengthLow, colourLow)
  const factorHigh = f32x4.mul(strengthHigh, colourHigh)
  const reds = written(red, baseLow, baseHigh, factorLow, factorHigh)
  const greens = written(green, baseLow, baseHigh, factorLow, factorHigh)
  const blues = written(blue, baseLow, baseHigh, factorLow, factorHigh)
  const pairs = i8x16.shuffle(reds, greens, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
  v128.store(at, i8x16.shuffle(pairs, blues, 0, 1, 16, 2, 3, 17, 4, 5, 18, 6, 7, 19, 8, 9, 20, 10))
  v128.store64_lane(at, i8x16.shuffle(pairs, blues, 11, 21, 12, 13, 22, 14, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0), 0, 16)
}

/** How much darker than white a pixel is to be for each step that it is darker than paper: its share of ink, 0 to 1, times its gain. */
function strengthOf(weighted: v128, sum: v128, dark: v128, from: f32, width: f32, gain: f32, sharpening: f32): v128 {
  const over = f32x4.sub(f32x4.mul(weighted, f32x4.splat(1.0 / <f32>(area + ownWeight))), f32x4.splat(from))
  const part = f32x4.min(f32x4.splat(1), f32x4.max(f32x4.splat(0), f32x4.mul(over, f32x4.splat(<f32>1.0 / width))))
  const share = f32x4.mul(f32x4.mul(part, part), f32x4.sub(f32x4.splat(3), f32x4.add(part, part)))
  const gained = f32x4.add(f32x4.splat(gain), f32x4.mul(f32x4.splat(sharpening), thinness(sum, dark)))
  return f32x4.max(f32x4.splat(0), f32x4.mul(share, gained))
}

function colourOf(sum: v128, dark: v128, colouring: f32): v128 {
  return f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(colouring), f32x4.max(f32x4.splat(0), thinness(sum, dark))))
}

/** 1 for a speck on white, 0 within a plain, below 0 beside something darker. */
function thinness(sum: v128, dark: v128): v128 {
  const share = f32x4.div(sum, f32x4.mul(f32x4.splat(<f32>area), f32x4.max(dark, f32x4.splat(1))))
  return v128.and(f32x4.sub(f32x4.splat(1), share), f32x4.gt(dark, f32x4.splat(0)))
}

function baseOf(strength: v128, colour: v128, luma: v128, level: i32): v128 {
  const rest = f32x4.add(f32x4.splat(<f32>level), f32x4.mul(f32x4.sub(colour, f32x4.splat(1)), luma))
  return f32x4.sub(f32x4.splat(255), f32x4.mul(strength, rest))
}

/** One colour of eight pixels, as bytes. */
function written(values: v128, baseLow: v128, baseHigh: v128, factorLow: v128, factorHigh: v128): v128 {
  const low = f32x4.add(baseLow, f32x4.mul(lowFloats(values), factorLow))
  const high = f32x4.add(baseHigh, f32x4.mul(highFloats(values), factorHigh))
  const halves = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high))
  return i8x16.narrow_i16x8_u(halves, halves)
}

function lowFloats(values: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(values))
}

function highFloats(values: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(values))
}

/** One colour of eight pixels, as 16-bit numbers. */
function redsOf(at: usize): v128 {
  const bytes = i8x16.shuffle(v128.load(at), v128.load64_zero(at + 16), 0, 3, 6, 9, 12, 15, 18, 21, 0, 0, 0, 0, 0, 0, 0, 0)
  return i16x8.extend_low_i8x16_u(bytes)
}

function greensOf(at: usize): v128 {
  const bytes = i8x16.shuffle(v128.load(at), v128.load64_zero(at + 16), 1, 4, 7, 10, 13, 16, 19, 22, 0, 0, 0, 0, 0, 0, 0, 0)
  return i16x8.extend_low_i8x16_u(bytes)
}

function bluesOf(at: usize): v128 {
  const bytes = i8x16.shuffle(v128.load(at), v128.load64_zero(at + 16), 2, 5, 8, 11, 14, 17, 20, 23, 0, 0, 0, 0, 0, 0, 0, 0)
  return i16x8.extend_low_i8x16_u(bytes)
}

function lumasOf(red: v128, green: v128, blue: v128): v128 {
  const sum = i16x8.add(i16x8.add(i16x8.mul(red, i16x8.splat(5)), i16x8.shl(green, 3)), i16x8.mul(blue, i16x8.splat(3)))
  return i16x8.shr_u(sum, 4)
}

/** How often each luma occurs among every seventh pixel. `counts`: 256 32-bit numbers, zeros. */
export function lumas(data: usize, pixels: i32, counts: usize): void {
  for (let pixel = 0; pixel < pixels; pixel += 7) {
    const at = counts + <usize>(lumaAt(data + <usize>pixel * 3) * 4)
    store<u32>(at, load<u32>(at) + 1)
  }
}

/** How far the means of small squares stray from `level` to the light side, where no ink is: one standard deviation; 0 where few such squares are seen. */
export function noiseOf(data: usize, widthPx: i32, heightPx: i32, level: i32): f64 {
  let squares: f64 = 0
  let count = 0
  for (let y = reach; y < heightPx - reach; y += 11)
    for (let x = reach; x < widthPx - reach; x += 11) {
      let sum = 0
      for (let v = y - reach; v <= y + reach; v++) for (let u = x - reach; u <= x + reach; u++) sum += lumaAt(data + <usize>(v * widthPx + u) * 3)
      const stray = <f64>sum / <f64>area - <f64>level
      if (stray < 0 || stray > 40) continue
      squares += stray * stray
      count++
    }
  return count < 50 ? 0 : sqrt(squares / <f64>count)
}
