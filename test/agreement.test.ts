/** What stands in two places says the same: RFCs in comments and docs/standards.md, hold reasons and docs/howto.md, mail templates and their docs. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(__dirname, '..')
const src = join(root, 'src')

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : path.endsWith('.ts') ? [path] : []
  })
}

test('docs/standards.md lists each RFC that a comment names, with its files', () => {
  const uses = new Map<string, Set<string>>()
  for (const path of filesIn(src))
    for (const [, number = ''] of readFileSync(path, 'utf8').matchAll(/RFC ?(\d{3,5})/g))
      uses.set(number, (uses.get(number) ?? new Set()).add(relative(src, path)))
  const file = join(root, 'docs', 'standards.md')
  const text = readFileSync(file, 'utf8')
  const told = new Map(
    [...text.matchAll(/^\| (\d+) \| ([^|]*) \| ([^|]*) \|$/gm)].map(([, number = '', what = '', where = '']) => [number, { what: what.trim(), where }]),
  )
  const rows = [...uses.keys()]
    .sort((a, b) => Number(a) - Number(b))
    .map(
      (number) =>
        `| ${number} | ${told.get(number)?.what ?? ''} | ${[...(uses.get(number) ?? [])]
          .sort()
          .map((path) => `\`${path}\``)
          .join(', ')} |`,
    )
  if (process.env.UPDATE === '1')
    writeFileSync(
      file,
      text.replace(/(\| --- \| --- \| --- \|\n)[\s\S]*$/, (_all, head: string) => `${head}${rows.join('\n')}\n`),
    )
  else expect([...text.matchAll(/^\| \d+ .*$/gm)].map(([row]) => row)).toEqual(rows)
  expect(rows.filter((row) => /^\| \d+ \|\s+\|/.test(row))).toEqual([])
})
