/** A few dozen of the pages that `npm run bench return-simulation 10000` tries. */
import { described, simulateReturn } from './simulated-return'

test('of pages that a copier turned, skewed, coarsened and that pens have crossed, none goes astray, and one mark of two is enough', async () => {
  const result = await simulateReturn({ count: 24, seed: 20 })
  expect(result.pages).toBe(24)
  expect(result.withOneMark).toBeGreaterThan(18)
  expect([...result.misrouted, ...result.missed].map(described)).toEqual([])
}, 120_000)
