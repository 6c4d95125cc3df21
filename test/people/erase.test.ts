import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseMessage } from '../../src/message/parse-message'
import { lockStorage } from '../../src/spool/storage-lock'
import { openDatabase } from '../../src/store/database'
import { cartable } from './command'
import { filesBelow, playSmallSchool, remove, type School, spoolMails, domain } from './small-school'

let school: School
beforeAll(async () => {
  school = await playSmallSchool()
}, 120_000)
afterAll(() => remove(school))

/** A copy of the school, to be spoilt. */
async function inCopy(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cartable-erase-'))
  try {
    await cp(school.folder, folder, { recursive: true })
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Files in which one of the words stands: as they are, and as mail programs read them. */
async function filesNaming(folder: string, words: string[]): Promise<string[]> {
  const found: string[] = []
  for (const { path, bytes } of await filesBelow(folder)) {
    const texts = [bytes.toString('utf8')]
    const isMail = path.endsWith('.eml') || /^(Received|From|X-Envelope|To):/im.test(bytes.subarray(0, 400).toString('latin1'))
    if (isMail) {
      const message = await parseMessage(bytes)
      texts.push(message.subject, message.text ?? '', message.html ?? '', ...message.files.map((file) => file.filename ?? ''))
    }
    if (texts.some((text) => words.some((word) => text.includes(word)))) found.push(path)
  }
  return found
}

test('the small school holds what it should before anything is erased', async () => {
  expect((await filesNaming(school.folder, ['Zoé Martinot'])).length).toBeGreaterThan(5)
  expect((await filesNaming(school.folder, ['zoe.martinot@famille.example'])).length).toBeGreaterThan(2)
})

test('an erased pupil is found nowhere in the storage: name, address, pages, also not in mail that waits', () =>
  inCopy(async (folder) => {
    const database = await openDatabase('sqlite:cartable.db', folder)
    const own = (table: 'page' | 'source') => database.db.selectFrom(table).select('blob').where('student_id', '=', 'e-1').execute()
    const blobs = [...(await own('page')), ...(await own('source'))].map((row) => row.blob ?? '')
    const bundles = (await database.db.selectFrom('bundle').select('parts').execute()).flatMap((row) => JSON.parse(row.parts) as { blob: string }[])
    await database.close()
    expect(blobs.length).toBe(2)
    await spoolMails(
      folder,
      [
        {
          from: { name: 'Zoé Martinot', address: 'zoe.martinot@famille.example' },
          to: `3b@${domain}`,
          subject: 'Bonjour',
          text: 'Encore moi.',
          date: school.now,
        },
      ],
      school.now,
    )
    const { code, out, err } = await cartable(folder, 'person', 'erase', 'e-1')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/teachers have already: 1\./)
    expect(out).toMatch(/cannot be recalled/)
    expect(await filesNaming(folder, ['Zoé Martinot', 'zoe.martinot', 'e-1"'])).toEqual([])
    const names = (await filesBelow(folder)).map((file) => file.path)
    for (const hash of [...blobs, ...bundles.map((part) => part.blob)]) expect(names.filter((name) => name.includes(hash))).toEqual([])
  }))

test('the others keep their work, and the class its assignment', () =>
  inCopy(async (folder) => {
    await cartable(folder, 'person', 'erase', 'e-1', '--yes')
    const database = await openDatabase('sqlite:cartable.db', folder)
    const pages = await database.db.selectFrom('page').select(['student_id', 'blob']).execute()
    const bundled = await database.db.selectFrom('bundle_page').selectAll().execute()
    const [assignment] = await database.db.selectFrom('assignment').selectAll().execute()
    const questions = await database.db.selectFrom('question').selectAll().execute()
    await database.close()
    expect(pages.map((page) => page.student_id)).toEqual([expect.stringMatching(/e-[34]/)])
    expect(bundled.length).toBe(1)
    expect((await filesBelow(folder)).some((file) => file.path.endsWith(pages[0]?.blob ?? ''))).toBe(true)
    expect(assignment).toMatchObject({ state: 'open', body: 'Faites comme ***, pour vendredi 20 mars 18h.' })
    expect(questions.length).toBe(1)
  }))

test('an erased guardian leaves the child with its work and without a way to be reached', () =>
  inCopy(async (folder) => {
    expect((await cartable(folder, 'person', 'erase', 'g-2', '--yes')).code).toBe(0)
    expect(await filesNaming(folder, ['Ewa Nowakowska', 'ewa.nowakowska@famille.example'])).toEqual([])
    expect((await cartable(folder, 'roster', 'list', '--json')).out).toContain('Nowakowski')
  }))

test('the address of twins stays with the other one, and the command says so', () =>
  inCopy(async (folder) => {
    const { out } = await cartable(folder, 'person', 'erase', 'e-3', '--yes')
    expect(out).toMatch(/address stays/)
    expect(await filesNaming(folder, ['Hugo Bernardin'])).toEqual([])
    expect((await cartable(folder, 'roster', 'list', '--json')).out).toContain('jumeaux@famille.example')
  }))

test('a running service is no hindrance', () =>
  inCopy(async (folder) => {
    const lock = await lockStorage(folder)
    const database = await openDatabase('sqlite:cartable.db', folder)
    await database.db.selectFrom('person').selectAll().execute()
    const { code, err } = await cartable(folder, 'person', 'erase', 'e-1', '--yes')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(await filesNaming(folder, ['Zoé Martinot', 'zoe.martinot'])).toEqual([])
    await database.close()
    await lock.release()
  }))

test('an unknown id is told in one line, exit 1', async () => {
  const { code, out, err } = await cartable(school.folder, 'person', 'erase', 'e-99', '--yes')
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^cartable: nobody has the id "e-99": .*\n$/)
})
