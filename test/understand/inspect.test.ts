/** The command line: lines in order, unreadable files told apart, wrong times refused. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(__dirname, '..', '..')
const program = `const { Command } = require('commander'); const { inspectCommand } = require('./dist/cli/inspect'); const program = new Command()
inspectCommand(program, { configOf: async () => ({ domain: 'devoirs.college.example', timezone: 'Europe/Paris', locale: 'fr' }) }); void program.parseAsync(['inspect', ...process.argv.slice(1)], { from: 'user' })`
const run = (...args: string[]): { status: number | null; lines: string[]; stderr: string } => {
  const child = spawnSync(process.execPath, ['-e', program, '--', ...args], { cwd: root, encoding: 'utf8', timeout: 20_000 })
  return { status: child.status, lines: child.stdout.split('\n').filter((line) => line !== ''), stderr: child.stderr }
}

test('prints one object a line, in order, and the rest when a file cannot be read', () => {
  const { status, lines, stderr } = run(
    '--json',
    '--now',
    '2020-03-16T20:00:00+01:00',
    'test/mails/command-in-subject-alone.eml',
    'test/mails/none.eml',
    'test/mails/post-with-deadline-and-worksheet.eml',
  )
  expect(status).toBe(1)
  expect(stderr).toContain('none.eml')
  const objects = lines.map((line) => JSON.parse(line) as { file: string; kind: string; due: string | null; authentication: null })
  expect(objects.map((each) => [each.file, each.kind])).toEqual([
    ['test/mails/command-in-subject-alone.eml', 'command'],
    ['test/mails/post-with-deadline-and-worksheet.eml', 'post'],
  ])
  expect(objects[1]?.due).toBe('2020-03-20T18:00:00+01:00')
})

test('reads the envelope it is given', () => {
  const { status, lines } = run(
    '--json',
    '--sender',
    '',
    '--recipient',
    '3b@devoirs.college.example',
    '--recipient',
    'digest+unsubscribe@devoirs.college.example',
    'test/mails/question-without-page.eml',
  )
  expect(status).toBe(0)
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ kind: 'unsubscribe', why: 'unsubscribe-address' })
})

test('prints a summary for people, and refuses a wrong time with exit 2', () => {
  expect(run('test/mails/question-without-page.eml').lines[0]).toContain('reply (question)')
  const wrong = run('--now', 'soon', 'test/mails/question-without-page.eml')
  expect([wrong.status, wrong.lines]).toEqual([2, []])
  expect(wrong.stderr).toContain('--now')
})
