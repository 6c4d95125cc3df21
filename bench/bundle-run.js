/** Runs bench/bundle.ts: TypeScript goes through swc, as in the tests. Build dist/ first (npm run build). */
const { readFileSync } = require('node:fs')
const { transformSync } = require('@swc/core')

require.extensions['.ts'] = (module, filename) => {
  const options = { filename, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename)
}
require('./bundle.ts')
