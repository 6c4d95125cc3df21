/** The built command, as an operator runs it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const cli = join(__dirname, '..', '..', 'dist', 'cli.js')

/** Exit code and what was said. */
export async function cartable(folder: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return promisify(execFile)(process.execPath, [cli, '--config', join(folder, 'cartable.toml'), ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: error.stdout, err: error.stderr }),
  )
}
