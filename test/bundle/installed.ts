/** Programs of others that judge our PDFs. */
import { spawnSync } from 'node:child_process'

/** False where there is none, said in a line; with CI=true that is a failure, not a skip. */
export function installed(program: string): boolean {
  if (spawnSync(program, ['--version']).error === undefined) return true
  if (process.env.CI === 'true') throw new Error(`${program} is not installed, and CI must test with it`)
  process.stderr.write(`not checked: ${program} is not installed\n`)
  return false
}
