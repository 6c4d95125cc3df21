/** Workers and the command line run from dist/: build it once, so that the tests speak of today's sources. */
const { execFileSync } = require('node:child_process')
const { join } = require('node:path')

module.exports = () => {
  const root = join(__dirname, '..', '..')
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}
