/** The built command, as an operator runs it: exit codes, stdout and stderr (CONTRACT.md, section 2). */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const cli = join(__dirname, '..', '..', 'dist', 'cli.js')
const photos = join(__dirname, '..', 'photos')
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cartable-cli-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } })
  return { status, stdout, stderr }
}
const roster = 'class,role,id,name,email,subject,of,language\n3b,teacher,t-1,Anne,anne@c.example,,,fr\n3b,student,e-1,Zoé,,,,fr\n'

test.each([
  ['no such command', ['fly']],
  ['a missing argument', ['queue', 'show']],
  ['an unknown option', ['status', '--colour']],
  ['scan without a place for the pages', ['scan', 'a.jpg']],
  ['a time that is none', ['digest', 'send', '--now', 'soon']],
  ['a configuration that is not there', ['status', '--config', 'nowhere.toml']],
])('wrong usage exits 2 and says why in one line: %s', (_story, args) => {
  const { status, stdout, stderr } = run(...args)
  expect([status, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
})

test('a wrong configuration names the key and the mend', () => {
  writeFileSync(join(folder, 'cartable.toml'), '[smtp]\nprot = 25\n')
  expect(run('status')).toEqual({ status: 2, stdout: '', stderr: 'cartable: cartable.toml: smtp.prot: unknown key: did you mean "port"?\n' })
})

test('a roster goes in, is listed as JSON, and a bad one changes nothing', () => {
  writeFileSync(join(folder, 'r.csv'), roster)
  writeFileSync(join(folder, 'bad.csv'), `${roster}3b,pupil,e-2,Hugo,,,,fr\n`)
  expect(run('roster', 'import', 'r.csv', '--dry-run').stdout).toContain('Would import')
  expect(run('roster', 'list').stdout).toContain('No roster yet')
  const bad = run('roster', 'import', 'bad.csv')
  expect([bad.status, bad.stderr]).toEqual([1, 'bad.csv:4: role is "pupil": use teacher, student or guardian\nNothing was imported.\n'])
  expect(run('roster', 'import', 'r.csv').status).toBe(0)
  const rows = run('roster', 'list', '3B', '--json')
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows.map((row) => [row.id, row.role, row.unreachable])).toEqual([
    ['t-1', 'teacher', false],
    ['e-1', 'student', true],
  ])
  expect(Object.keys(rows[0] ?? {}).sort()).toEqual([
    'class',
    'email',
    'groups',
    'household',
    'id',
    'language',
    'name',
    'of',
    'right',
    'role',
    'subject',
    'unreachable',
  ])
})

test('status and queue speak JSON on an empty storage, which only its owner can read', () => {
  const status = JSON.parse(run('status', '--json').stdout) as Record<string, unknown>
  expect(status).toEqual({ received: 0, waiting: 0, sent: 0, failed: 0, held: 0, oldestWaiting: null, assignments: [] })
  expect(run('--json', 'queue', 'list')).toMatchObject({ status: 0, stdout: '' })
  expect(run('queue', 'retry', 'nothing')).toMatchObject({
    status: 1,
    stderr: 'cartable: nothing that can be retried has the id "nothing": see "cartable queue list"\n',
  })
  expect(statSync(join(folder, 'storage')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'storage', 'cartable.db')).mode & 0o777).toBe(0o600)
})

test('a damaged database is refused by name', () => {
  run('status')
  writeFileSync(join(folder, 'storage', 'cartable.db'), 'x'.repeat(5000))
  const { status, stderr } = run('status')
  expect([status, stderr.includes(join('storage', 'cartable.db')), stderr.trim().split('\n').length]).toEqual([1, true, 1])
})

test('scan: a line a page, the bad one says why, the good ones still come out', () => {
  writeFileSync(join(folder, 'text.jpg'), 'no picture')
  const { status, stdout } = run(
    'scan',
    '--json',
    '--out-dir',
    'out',
    join(photos, 'squared-exif8.jpg'),
    'text.jpg',
    'nowhere.png',
    join(photos, 'squared-exif8.jpg'),
  )
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(status).toBe(1)
  expect(lines.map((line) => [line.page ?? null, typeof line.error, line.duplicateOf ?? null])).toEqual([
    [1, 'undefined', null],
    [null, 'string', null],
    [null, 'string', null],
    [1, 'undefined', join(photos, 'squared-exif8.jpg')],
  ])
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(['squared-exif8.jpg', 'squared-exif8_2.jpg'])
  expect(lines[0]).toMatchObject({ rotation: 270, rotationDoubtful: false, quality: { verdict: 'good' } })
})

test('scan -o: one PDF of all pages', () => {
  const { status } = run('scan', '-o', 'out.pdf', join(photos, 'squared-upright.heic'), join(photos, 'worksheet-upright.jpg'))
  const pdf = readFileSync(join(folder, 'out.pdf'), 'latin1')
  expect([status, pdf.startsWith('%PDF-'), /\/(?:Producer|Creator|CreationDate)/.test(pdf)]).toEqual([0, true, false])
})
