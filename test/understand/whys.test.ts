/** One list of reasons: documentation, words in both languages and the code of the rules agree on it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTemplates } from '../../src/text/template-files'
import { whys } from '../../src/understand/whys'

const root = join(__dirname, '..', '..')

test('docs/why.md explains each, in the order of the policy', () => {
  const rows = [...readFileSync(join(root, 'docs', 'why.md'), 'utf8').matchAll(/^\| `([a-z-]+)` \| (\S.*) \|$/gm)]
  expect(rows.map((row) => row[1])).toEqual([...whys])
})

test.each(['fr', 'en'] as const)('people hear each in %s', (locale) => {
  const { why } = loadTemplates().words[locale]
  expect(Object.keys(why ?? {}).sort()).toEqual([...whys, 'other'].sort())
})

test('each is given by some rule', () => {
  const folders = ['understand', 'act', 'cli'].map((name) => join(root, 'src', name))
  const source = folders
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.ts') && name !== 'whys.ts')
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    )
    .join('\n')
  expect(whys.filter((why) => !source.includes(`'${why}'`))).toEqual([])
})
