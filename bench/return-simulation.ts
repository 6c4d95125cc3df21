/** Pages that come back from a copier, simulated: none may go astray, 99.5 % with one mark intact are to be recognised. Run: npm run bench return-simulation COUNT SEED */
import { described, simulateReturn } from '../test/bundle/simulated-return'

async function main(): Promise<void> {
  const [count = 1000, seed = 1] = process.argv.slice(2).map(Number)
  const began = performance.now()
  const result = await simulateReturn({ count, seed, tell: (done) => void (done % 500 === 0 && console.log(`${done} pages …`)) })
  const { pages, misrouted, withOneMark, missed, recognisedWithout, withoutMark } = result
  for (const page of misrouted) console.log(`MISROUTED ${described(page)}`)
  for (const page of missed) console.log(`missed    ${described(page)}`)
  console.log(`${pages} pages, seed ${seed}, ${Math.round((performance.now() - began) / 1000)} s`)
  console.log(`taken for another page: ${misrouted.length}`)
  console.log(`one mark intact: ${withOneMark}, recognised ${((1 - missed.length / withOneMark) * 100).toFixed(2)} %`)
  console.log(`both marks damaged: ${withoutMark}, recognised all the same: ${recognisedWithout}`)
  process.exitCode = misrouted.length > 0 || missed.length / withOneMark > 0.005 ? 1 : 0
}

void main()
