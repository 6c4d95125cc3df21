/** `npm run bench NAME` runs bench/NAME.ts (accept, bundle, fan-out, pages) from its source. Run `npm run build` first: workers are taken from dist/. */
const { readFileSync } = require('node:fs')
const { join, resolve } = require('node:path')
const { transformSync } = require('@swc/core')

require.extensions['.ts'] = (module, filename) => {
  const options = { filename, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename)
}

const [name = 'accept'] = process.argv.slice(2, 3)
const file = name.endsWith('.ts') ? resolve(name) : join(__dirname, `${name}.ts`)
process.argv.splice(1, 2, file)
require(file)
