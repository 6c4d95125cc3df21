import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { openPromise } from 'yauzl'
import { parseMessage } from '../../src/message/parse-message'
import { createZip } from '../../src/store/zip-file'
import { cartable } from './command'
import { filesBelow, playSmallSchool, remove, type School } from './small-school'

let school: School
let folder: string
beforeAll(async () => {
  school = await playSmallSchool()
  folder = await mkdtemp(join(tmpdir(), 'cartable-export-'))
}, 120_000)
afterAll(async () => {
  await remove(school)
  await rm(folder, { recursive: true, force: true })
})

/** Unpacks with a reader that is not ours; it checks sizes and checksums. */
async function unpack(zip: string): Promise<void> {
  const archive = await openPromise(zip, { lazyEntries: true, autoClose: false })
  for await (const entry of archive.eachEntry()) {
    const target = join(`${zip}.d`, entry.fileName)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, await buffer(await archive.openReadStreamPromise(entry, {})))
  }
  archive.close()
}

async function exported(id: string): Promise<{ names: string[]; person: Record<string, unknown>; words: string }> {
  const zip = join(folder, `${id}.zip`)
  const { code, err } = await cartable(school.folder, 'person', 'export', id, '-o', zip)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  await unpack(zip)
  const files = await filesBelow(`${zip}.d`)
  const words: string[] = []
  for (const { path, bytes } of files) {
    words.push(path, bytes.toString('utf8'))
    if (!path.endsWith('.eml')) continue
    const message = await parseMessage(bytes)
    words.push(message.subject, message.text ?? '', message.html ?? '', ...message.headers.map((header) => header.value))
  }
  return {
    names: files.map((file) => file.path.slice(zip.length + 3)).sort(),
    person: JSON.parse(await readFile(join(`${zip}.d`, 'person.json'), 'utf8')) as Record<string, unknown>,
    words: words.join('\n'),
  }
}

test('a pupil gets the own pages, originals and mails both ways, and nobody else is named', async () => {
  const { names, person, words } = await exported('e-1')
  expect(names.filter((name) => /^pages\/....\/01\.jpg$/.test(name)).length).toBe(1)
  expect(names.filter((name) => /^originals\/....\/01-Zoé Martinot\.jpg$/.test(name)).length).toBe(1)
  // The reply and the mail to the class; the copy, the receipt and the answer to that mail.
  expect(names.filter((name) => name.startsWith('received/')).length).toBe(2)
  expect(names.filter((name) => name.startsWith('sent/')).length).toBeGreaterThanOrEqual(2)
  expect(person).toMatchObject({
    person: { id: 'e-1', name: 'Zoé Martinot', email: 'zoe.martinot@famille.example' },
    memberships: [{ class: '3b', role: 'student' }],
  })
  for (const other of ['Lefèvre', 'Nowakowsk', 'Bernardin', 'jumeaux']) expect(words).not.toContain(other)
})

test('a guardian with full right gets the child’s work with the own mails', async () => {
  const { person, words } = await exported('g-2')
  expect(person).toMatchObject({
    wards: [{ student: 'e-2', name: 'Łukasz Nowakowski', right: 'full', work: [{ questions: [{ text: expect.stringContaining('pas compris') as string }] }] }],
  })
  for (const other of ['Lefèvre', 'Martinot', 'Bernardin']) expect(words).not.toContain(other)
})

test('of two behind one mailbox each gets only what is their own', async () => {
  const [hugo, lea] = [await exported('e-3'), await exported('e-4')]
  const pages = [hugo, lea].map(({ names }) => names.filter((name) => name.startsWith('pages/')).length)
  expect(pages.sort()).toEqual([0, 1])
  const received = [hugo, lea].map(({ names }) => names.filter((name) => name.startsWith('received/')).length)
  expect(received.sort()).toEqual([0, 1])
  expect(hugo.words).not.toContain('Léa Bernardin')
  expect(lea.words).not.toContain('Hugo Bernardin')
})

test('a teacher gets the own posts, and no pupil’s pages or name', async () => {
  const { names, person, words } = await exported('t-1')
  expect(person).toMatchObject({ posted: [{ class: '3b', body: 'Faites comme ***, pour vendredi 20 mars 18h.' }] })
  expect(names.filter((name) => /\.(jpg|pdf)$/.test(name))).toEqual([])
  for (const other of ['Martinot', 'Nowakowsk', 'Bernardin']) expect(words).not.toContain(other)
})

test('an unknown id is told in one line, exit 1, and no file is left', async () => {
  const zip = join(folder, 'nobody.zip')
  const { code, err } = await cartable(school.folder, 'person', 'export', 'e-99', '-o', zip)
  expect(code).toBe(1)
  expect(err).toMatch(/^cartable: nobody has the id "e-99": .*\n$/)
  expect((await filesBelow(folder)).filter((file) => file.path.includes('nobody'))).toEqual([])
})

test('a zip of ours opens elsewhere: names in UTF-8, empty files, dates', async () => {
  const file = join(folder, 'own.zip')
  const zip = await createZip(file)
  await zip.add('dossier/été.txt', Buffer.from('là'), new Date('2020-03-16T10:20:30Z'))
  await zip.add('empty', Buffer.alloc(0), new Date('1970-01-01T00:00:00Z'))
  await zip.finish()
  await unpack(file)
  expect((await filesBelow(`${file}.d`)).map((one) => [one.path.slice(file.length + 3), one.bytes.toString()]).sort()).toEqual([
    ['dossier/été.txt', 'là'],
    ['empty', ''],
  ])
})
