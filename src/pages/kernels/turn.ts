/** Squares of so many pixels: what is read and what is written both stay near in memory. */
const block: i32 = 32

/** `width` × `height` RGB pixels, turned clockwise by 1 to 3 quarters. */
export function turn(source: usize, width: i32, height: i32, quarters: i32, out: usize): void {
  const outWidth = quarters == 2 ? width : height
  // Bytes from one pixel of the picture to where its neighbour goes, along a row and down a column.
  const along = 3 * (quarters == 1 ? outWidth : quarters == 2 ? -1 : -outWidth)
  const down = 3 * (quarters == 1 ? -1 : quarters == 2 ? -outWidth : 1)
  const first = 3 * (quarters == 1 ? height - 1 : quarters == 2 ? width * height - 1 : (width - 1) * outWidth)
  for (let top = 0; top < height; top += block)
    for (let left = 0; left < width; left += block)
      for (let y = top; y < min(height, top + block); y++) {
        let from = source + <usize>(y * width + left) * 3
        let to = out + <usize>(first + y * down + left * along)
        for (let x = left; x < min(width, left + block); x++, from += 3, to += along) {
          store<u16>(to, load<u16>(from))
          store<u8>(to, load<u8>(from, 2), 2)
        }
      }
}
