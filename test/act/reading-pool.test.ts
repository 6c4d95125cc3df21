/** Reading in a child process: the files come with it, and a mail that takes too long costs itself alone. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createReadingPool } from '../../src/act/reading-pool'

const folder = mkdtempSync(join(tmpdir(), 'cartable-reading-'))
afterAll(() => rmSync(folder, { recursive: true }))

const now = new Date('2020-03-16T08:00:00+01:00')
const job = {
  file: join(__dirname, '..', 'mails', 'post-with-deadline-and-worksheet.eml'),
  envelope: { sender: 'a@x.example', recipients: ['3b@devoirs.college.example'], clientAddress: null, helo: null, receivedAt: now },
  settings: { domain: 'devoirs.college.example', timezone: 'Europe/Paris', locale: 'fr' as const, now },
  folder,
}

test('hands over what a mail holds: dates as dates, files as files', async () => {
  const pool = createReadingPool()
  try {
    const reading = await pool.read({ ...job, keep: true })
    expect(reading).toMatchObject({ kind: 'post', due: new Date('2020-03-20T18:00:00+01:00') })
    expect(reading.pages.length).toBeGreaterThan(0)
    for (const { content, sha256 } of reading.pages)
      expect(
        createHash('sha256')
          .update(readFileSync(content.path ?? ''))
          .digest('hex'),
      ).toBe(sha256)
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    expect((await pool.read({ ...job, keep: false })).pages.map((page) => page.sha256)).toEqual(reading.pages.map((page) => page.sha256))
    expect(readdirSync(folder)).toEqual([])
  } finally {
    await pool.close()
  }
})

test('a mail that takes longer than allowed is given up, whatever it does meanwhile', async () => {
  const pool = createReadingPool({ jobTimeoutMs: 1 })
  try {
    await expect(pool.read({ ...job, keep: false })).rejects.toMatchObject({ code: 'worker-died', family: 'transient' })
  } finally {
    await pool.close()
  }
})
