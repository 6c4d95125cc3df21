/** The README's table of keys is the code's own, and its commands are the ones there are. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig } from '../../src/config/parse-config'
import { keyRows } from '../../src/config/schema'

const root = join(__dirname, '..', '..')
const path = join(root, 'README.md')
const between = /(<!-- keys:[^\n]*-->\n)[\s\S]*?(<!-- \/keys -->)/

function table(): string {
  const rows = keyRows().map(({ section, toml, shownDefault, meaning }) => {
    const label = section === '' ? `\`${toml}\`` : `\`${section} ${toml}\``
    const shown = /^(none|made on first start)$/.test(shownDefault) ? shownDefault : `\`${shownDefault}\``
    return `| ${label} | ${shown} | ${meaning.replaceAll('|', '\\|')} |`
  })
  return ['', '| key | default | meaning |', '| --- | --- | --- |', ...rows, '', ''].join('\n')
}

test("the README's table of keys is the code's own", () => {
  const readme = readFileSync(path, 'utf8')
  const wanted = readme.replace(between, (_all, head: string, foot: string) => `${head}${table()}${foot}`)
  if (process.env.UPDATE === '1') writeFileSync(path, wanted)
  else expect(readme).toBe(wanted)
})

test('the sample configuration is valid', () => {
  const outcome = parseConfig({ toml: readFileSync(join(root, 'docs', 'cartable.toml'), 'utf8'), env: {}, readSecretFile: () => '0123456789abcdef' })
  expect(outcome.ok ? [] : outcome.faults).toEqual([])
})

test('every command of the README has its file, and the other way round', () => {
  const readme = readFileSync(path, 'utf8')
  const section = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## Roster'))
  const told = new Set([...section.matchAll(/^\| `([a-z]+)/gm)].map((match) => match[1] ?? ''))
  const cli = readFileSync(join(root, 'src', 'cli.ts'), 'utf8')
  const there = new Set([...cli.matchAll(/^ {2}([a-z]+): \(\) => load/gm)].map((match) => match[1] ?? ''))
  expect([...told].sort()).toEqual([...there].sort())
  for (const name of there) expect(readdirSync(join(root, 'src', 'cli'))).toContain(name === 'inspect' ? 'inspect-settings.ts' : `${name}.ts`)
})
