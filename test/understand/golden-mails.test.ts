/** Whole mails, a file a story, and what `inspect --json` says of each. `UPDATE=1` rewrites the answers; their diff is reviewed like code. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineOf } from '../../src/cli/inspect-line'
import { readMail } from '../../src/understand/read-mail'

const folder = join(__dirname, '..', 'mails')
const stories = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.replace(/\.eml$/, ''))
const settings = { domain: 'devoirs.college.example', timezone: 'Europe/Paris', locale: 'fr' as const, now: new Date('2020-03-16T20:00:00+01:00') }

test.each(stories)('%s', async (story) => {
  const bytes = readFileSync(join(folder, `${story}.eml`))
  const sender = bytes.toString('latin1').startsWith('Return-Path: <>') ? null : 'someone@famille.example'
  const reading = await readMail(bytes, { sender, recipients: [], clientAddress: null, helo: null, receivedAt: settings.now }, settings)
  const said = `${JSON.stringify(lineOf(`${story}.eml`, reading, settings.timezone), null, 1)}\n`
  const path = join(folder, `${story}.json`)
  if (process.env.UPDATE === '1') writeFileSync(path, said)
  expect(said).toBe(readFileSync(path, 'utf8'))
})

test('every story has its line of origin', () => {
  const origins = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(stories.filter((story) => !origins.includes(`\`${story}\``))).toEqual([])
})
