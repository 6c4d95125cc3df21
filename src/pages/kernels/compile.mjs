/** Compiles the kernels: `npm run kernels` writes ../kernels-compiled.json; with --print it is printed instead. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const folder = dirname(fileURLToPath(import.meta.url))
const options = ['--baseDir', folder, '--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd']
let wasm = new Uint8Array()
const { error, stderr } = await asc.main(['index.ts', ...options], { writeFile: (_, bytes) => (wasm = bytes) })
if (error) {
  process.stderr.write(stderr.toString())
  process.exit(1)
}
const text = `${JSON.stringify({ wasm: Buffer.from(wasm).toString('base64') })}\n`
if (process.argv.includes('--print')) process.stdout.write(text)
else writeFileSync(join(folder, '..', 'kernels-compiled.json'), text)
