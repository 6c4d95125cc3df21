/** Runs a bench file from its TypeScript source: `node bench/accept-run.js` (accept.ts), or with another file and its arguments. */
const { readFileSync } = require('node:fs')
const { resolve } = require('node:path')
const { transformSync } = require('@swc/core')

require.extensions['.ts'] = (module, filename) => {
  const options = { filename, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename)
}

const [file = resolve(__dirname, 'accept.ts')] = process.argv.slice(2, 3)
process.argv.splice(1, 2, resolve(file))
require(resolve(file))
