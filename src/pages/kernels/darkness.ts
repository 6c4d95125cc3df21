import { lumaAt } from './memory'

/** Adds up, cell by cell of `columns` × `rows` over the whole picture, how much darker than `paper` (luma) every `step`-th pixel is. `sums`, `counts`: 32-bit numbers, zeros. */
export function darkness(data: usize, widthPx: i32, heightPx: i32, step: i32, columns: i32, rows: i32, paper: i32, sums: usize, counts: usize): void {
  for (let y = 0; y < heightPx; y += step) {
    const row = ((y * rows) / heightPx) * columns
    let at = data + <usize>(y * widthPx) * 3
    for (let x = 0; x < widthPx; x += step, at += <usize>step * 3) {
      const cell = <usize>((row + (x * columns) / widthPx) * 4)
      const dark = paper - lumaAt(at)
      store<u32>(sums + cell, load<u32>(sums + cell) + max(0, dark))
      store<u32>(counts + cell, load<u32>(counts + cell) + 1)
    }
  }
}
