import { lumaAt } from './memory'

/** Luma from which a pixel is paper, or the last of a soft shadow on it, after paper was quieted. */
const paper: i32 = 228
/** So many pixels of paper in a row end what is at the rim. */
const beyondRim: i32 = 3
/** Of the places along a side that are not paper, so many have a rim that ends, in percent: else what is there is no rim, or only part of one could be told. */
const mostly: i32 = 60
/** Of the places around one, the same: a stroke that reaches the edge is short, a rim is long. */
const around: i32 = 60

/**
 * Makes white what lies along the edges of a page, no deeper than `depth` pixels, as seen `reach` pixels to either side: table, shadow, the pages below. `sides`: bits 0 to 3, top,
 * right, bottom, left. `depths`: room for two 32-bit numbers for each place of the longer side.
 */
export function whitenRims(data: usize, width: i32, height: i32, sides: i32, depth: i32, reach: i32, depths: usize): void {
  for (let side = 0; side < 4; side++) {
    if ((sides & (1 << side)) == 0) continue
    const isUpright = (side & 1) == 1
    const length = isUpright ? height : width
    const across = isUpright ? width : height
    if (across <= 2 * (depth + beyondRim) || length <= 2 * reach) continue
    const along = 3 * (isUpright ? width : 1)
    const inwards = 3 * (side == 0 ? width : side == 1 ? -1 : side == 2 ? -width : 1)
    const first = data + <usize>(side == 1 ? width - 1 : side == 2 ? (height - 1) * width : 0) * 3
    let rims = 0
    let dark = 0
    for (let k = 0; k < length; k++) {
      const rim = rimAt(first + <usize>(k * along), inwards, depth)
      store<i32>(depths + <usize>k * 4, rim)
      if (rim > 0) rims++
      if (rim != 0) dark++
    }
    if (rims * 100 < dark * mostly) continue
    const usual = depths + <usize>length * 4
    for (let k = 0; k < length; k++) store<i32>(usual + <usize>k * 4, usualAround(depths, length, k, reach))
    for (let k = 0; k < length; k++) {
      // A ruling crosses the rim and goes on: there it is as deep as beside.
      const own = load<i32>(depths + <usize>k * 4)
      const beside = load<i32>(usual + <usize>k * 4)
      const end = beside == 0 || own == 0 ? 0 : own > 0 ? own : beside
      for (let step = 0; step < end; step++) {
        const at = first + <usize>(k * along + step * inwards)
        store<u16>(at, 0xffff)
        store<u8>(at, 0xff, 2)
      }
    }
  }
}

/** Mean of the rims within `reach`; 0 where they are too few. */
function usualAround(depths: usize, length: i32, k: i32, reach: i32): i32 {
  let rims = 0
  let sum = 0
  const start = max(0, k - reach)
  const end = min(length - 1, k + reach)
  for (let near = start; near <= end; near++) {
    const rim = load<i32>(depths + <usize>near * 4)
    if (rim <= 0) continue
    rims++
    sum += rim
  }
  return rims * 100 < (end - start + 1) * around ? 0 : sum / rims
}

/** Pixels from the edge to the last one that is not paper; 0 where there is none, -1 where it goes on. What begins in the inner half, after paper, is written. */
function rimAt(edge: usize, inwards: i32, depth: i32): i32 {
  let last = 0
  let papers = beyondRim
  for (let step = 0; step < depth + beyondRim; step++) {
    const at = edge + <usize>(step * inwards)
    if (lumaAt(at) >= paper) {
      papers++
      continue
    }
    if (papers >= beyondRim && step * 2 > depth) break
    papers = 0
    last = step + 1
  }
  return last > depth ? -1 : last
}
