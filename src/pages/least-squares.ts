/** Small linear least squares. */

// Held in this file: loops over millions of pixels look these up no further.
const { abs } = Math

/**
 * Unknowns that fit rows of factors and a value best: normal equations, Gaussian elimination with pivots. `damping`, for each unknown, is added to the mean
 * square of its factors (Tikhonov). Null where they are not determined.
 */
export function leastSquares(rows: readonly { factors: readonly number[]; value: number }[], damping: readonly number[]): number[] | null {
  const size = damping.length
  const m = damping.map((damp, i) => [...damping.map((_, k) => (i === k ? damp * rows.length : 0)), 0])
  for (const { factors, value } of rows)
    for (let i = 0; i < size; i++) {
      const row = m[i] as number[]
      const factor = factors[i] as number
      for (let k = 0; k < size; k++) row[k] = (row[k] as number) + factor * (factors[k] as number)
      row[size] = (row[size] as number) + factor * value
    }
  for (let column = 0; column < size; column++) {
    const pivot = m.slice(column).reduce((best, row, k) => (abs(row[column] ?? 0) > abs(m[best]?.[column] ?? 0) ? column + k : best), column)
    const [own, other] = [m[column], m[pivot]] as [number[], number[]]
    m[column] = other
    m[pivot] = own
    const lead = other[column] ?? 0
    if (abs(lead) < 1e-12) return null
    for (const [k, row] of m.entries()) {
      if (k === column) continue
      const factor = (row[column] ?? 0) / lead
      for (let at = column; at <= size; at++) row[at] = (row[at] ?? 0) - factor * (other[at] ?? 0)
    }
  }
  return m.map((row, k) => (row[size] ?? 0) / (row[k] ?? 1))
}
