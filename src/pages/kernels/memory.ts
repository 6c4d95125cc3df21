/** Where the caller's memory begins. */
export function heapBase(): usize {
  return __heap_base
}

/** The four bytes at `at` as 32-bit numbers. */
export function bytesAsFloats(at: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))))
}

/** The first three of four numbers as bytes, cut to 0–255. */
export function storeThree(at: usize, numbers: v128): void {
  const halves = i16x8.narrow_i32x4_s(numbers, numbers)
  const bytes = i8x16.narrow_i16x8_u(halves, halves)
  store<u16>(at, <u16>i16x8.extract_lane_u(bytes, 0))
  store<u8>(at, <u8>i8x16.extract_lane_u(bytes, 2), 2)
}

/** The same as one 32-bit word: a fourth byte is written besides. */
export function storeFour(at: usize, numbers: v128): void {
  const halves = i16x8.narrow_i32x4_s(numbers, numbers)
  store<u32>(at, i32x4.extract_lane(i8x16.narrow_i16x8_u(halves, halves), 0))
}

/** Luma of the RGB pixel at `at`, 0–255; the weights of every luma in this folder. */
export function lumaAt(at: usize): i32 {
  return (<i32>load<u8>(at) * 5 + <i32>load<u8>(at, 1) * 8 + <i32>load<u8>(at, 2) * 3) >> 4
}
