/** What goes wrong at people's end: each mail gets a clear answer or a reason in the queue, and the good pages beside a bad one arrive. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { classAddress, copiesOf3b, domain, otherTeacher, roster, teacher } from './people'
import { hugePng, jpeg, lockedPdf, zip, zipBomb } from './pictures'
import { inSchool, minute, type School } from './school'
import type { FileToSend } from './writing'

const zoe = 'zoe.martin@famille.example'
const lastMail = async (school: School) => (await school.mails()).at(-1)
/** Nobody of the class got anything but copies. */
const classIsQuiet = async (school: School) =>
  (await school.left()).filter((mail) => copiesOf3b.some(([, address]) => address === mail.to) && mail.template !== 'assignment')

test(
  'an empty mail to the class is explained to the teacher, and reaches nobody',
  inSchool({}, async (school) => {
    await school.send({ from: teacher, to: classAddress, subject: null })
    expect(await school.sentTo(teacher)).toEqual(['refused'])
    expect(await lastMail(school)).toEqual({ state: 'answered', reason: null })
    expect(await school.assignments()).toEqual([])
    expect(await school.left()).toHaveLength(1)
  }),
)

test(
  'a post without a subject takes its title from the text',
  inSchool({}, async (school) => {
    expect(await school.post({ subject: null, text: 'Exercice 12 page 40\n\nPour vendredi 20 mars à 18h.' })).toMatchObject({ title: 'Exercice 12 page 40' })
  }),
)

test(
  'recipients that are not ours are refused in the dialogue: an unknown class, a token nobody has',
  inSchool({}, async (school) => {
    for (const to of [`3z@${domain}`, `r-${'a'.repeat(26)}@${domain}`, `b-${'a'.repeat(26)}@${domain}`])
      expect(await school.hand({ from: teacher, to, text: 'Exercice 3' })).toMatch(/^550/)
    expect(await school.mails()).toEqual([])
  }),
)

test(
  'who may not post is told so once a day, at the roster address; a stranger is told nothing, and the mail is held',
  inSchool({}, async (school) => {
    await school.send({ from: otherTeacher, to: classAddress, subject: 'Histoire', text: 'Page 12.' })
    expect(await school.sentTo(otherTeacher)).toEqual(['refused'])
    await school.send({ from: zoe, to: classAddress, subject: 'Coucou', text: 'Bonjour la classe' })
    await school.send({ from: zoe, to: classAddress, subject: 'Coucou encore', text: 'Il y a quelqu’un ?' })
    expect(await school.sentTo(zoe)).toEqual(['refused'])
    await school.send({ from: 'inconnu@ailleurs.example', to: classAddress, subject: 'Devoir', text: 'Page 12.' })
    await school.send({ from: null, to: classAddress, subject: 'Devoir', text: 'Page 12.', envelopeFrom: 'inconnu@ailleurs.example' })
    expect(await school.left()).toHaveLength(2)
    expect(await school.assignments()).toEqual([])
    const held = (await school.queue()).filter((entry) => entry.state === 'held')
    expect(held).toHaveLength(3)
    for (const entry of held) expect(entry.reason).toMatch(/^[a-z-]+$/)
  }),
)

test(
  'work for a closed assignment is kept, said to be closed, and reaches the teacher when it is opened again',
  inSchool({}, async (school) => {
    await school.post()
    await school.command('CLORE')
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.advance(2 * minute)
    expect((await school.one({ to: zoe, template: 'receipt' })).text).toContain('clos')
    expect(await school.left({ template: 'late-work' })).toEqual([])
    await school.command('ROUVRIR')
    expect((await school.one({ template: 'late-work' })).text).toContain('Zoé Martin')
  }),
)

test(
  'work for a cancelled assignment is answered kindly',
  inSchool({}, async (school) => {
    await school.post()
    const reply = await school.replyOf('zoe', { files: [await jpeg(1)] })
    await school.command('ANNULER')
    await school.send(reply)
    expect(await school.sentTo(zoe)).toEqual(['assignment', 'change-notice', 'refused'])
    expect(await lastMail(school)).toEqual({ state: 'answered', reason: null })
  }),
)

test(
  'a bad file costs only itself: the good page beside it arrives, and the receipt names the bad one and says why',
  inSchool({}, async (school) => {
    await school.post()
    const cut = (await jpeg(50)).content.subarray(0, 400)
    const unreadable = 'n’a pas pu être ouverte : '
    const bad: [string, FileToSend, string][] = [
      ['unreadable photo', { name: 'abimee.jpg', mediaType: 'image/jpeg', content: cut }, `${unreadable}l’image est abîmée`],
      ['empty file', { name: 'vide.jpg', mediaType: 'image/jpeg', content: Buffer.alloc(0) }, `${unreadable}le fichier est vide`],
      ['locked PDF', await lockedPdf(school.folder), `${unreadable}le PDF demande un mot de passe`],
      ['a hundred megapixels', hugePng(), `${unreadable}l’image est trop grande`],
      ['text named .jpg', { name: 'faux.jpg', mediaType: 'image/jpeg', content: Buffer.from('ceci est du texte') }, `${unreadable}ce n’est ni une image`],
      ['text named .jpg, sent as unknown', { name: 'faux2.jpg', mediaType: 'application/octet-stream', content: Buffer.from('x') }, `${unreadable}ce n’est ni`],
      ['zip bomb', zipBomb(), 'bombe.zip'],
      ['zip that is cut off', { ...zip([{ name: 'a.jpg', content: cut }]), name: 'coupe.zip', content: Buffer.from('PK\x03\x04rien') }, 'coupe.zip'],
      ['program', { name: 'virus.exe', mediaType: 'application/octet-stream', content: Buffer.from('MZ rien') }, 'virus.exe'],
    ]
    for (const [index, [what, file, words]] of bad.entries()) {
      const said = words.startsWith('n’a') ? `La page ${2 * index + 1} ${words}` : words
      const before = (await school.pages('zoe')).filter((page) => page.blob !== null).length
      await school.reply('zoe', { files: [file, await jpeg(100 + index)] })
      const good = (await school.pages('zoe')).filter((page) => page.blob !== null).length - before
      await school.advance(2 * minute)
      const receipt = (await school.left({ to: zoe, template: 'receipt' })).at(-1)
      expect([what, good, await lastMail(school)]).toEqual([what, 1, { state: 'answered', reason: null }])
      expect([what, receipt?.text ?? '']).toEqual([what, expect.stringContaining(said)])
    }
    expect(await school.left({ template: 'receipt' })).toHaveLength(bad.length)
    expect((await school.queue()).filter((entry) => entry.state !== 'waiting')).toEqual([])
    await school.goTo('2020-03-20T18:16:00+01:00')
    expect(await school.left({ template: 'bundle' })).toHaveLength(1)
  }),
)

test(
  'a mail with nothing but a bad file is answered too, once',
  inSchool({}, async (school) => {
    await school.post()
    const empty = { name: 'vide.jpg', mediaType: 'image/jpeg', content: Buffer.alloc(0) }
    for (const file of [zipBomb(), empty]) {
      await school.reply('zoe', { files: [file] })
      await school.advance(2 * minute)
    }
    const [about, next, ...more] = (await school.left({ to: zoe })).slice(1)
    expect(about).toMatchObject({ template: 'no-page-found', text: expect.stringContaining('bombe.zip') as string })
    expect(next).toMatchObject({ template: 'receipt', text: expect.stringContaining('le fichier est vide') as string })
    expect(more).toEqual([])
  }),
)

test(
  'a stranger with a token gets two mails with the outcome alone, and the work counts',
  inSchool({}, async (school) => {
    await school.post()
    const reply = await school.replyOf('zoe')
    for (const seed of [1, 2, 3]) {
      await school.send({ ...reply, from: 'tante@ailleurs.example', files: [await jpeg(seed)] })
      await school.advance(2 * minute)
    }
    const mails = await school.left({ to: 'tante@ailleurs.example' })
    expect(mails.map((mail) => mail.template)).toEqual(['receipt', 'receipt'])
    for (const mail of mails) expect(`${mail.message.subject} ${mail.text} ${mail.message.html}`).not.toMatch(/Zoé|Martin|Thalès|IMG_/)
    expect(await school.pages('zoe')).toHaveLength(3)
    expect(await classIsQuiet(school)).toEqual([])
  }),
)

test('a roster with a bad line is refused as a whole, with the line and the mend', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-roster-'))
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [join(__dirname, '..', '..', 'dist', 'cli.js'), ...args], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } })
  writeFileSync(join(folder, 'good.csv'), roster)
  writeFileSync(join(folder, 'bad.csv'), roster.replace(zoe, 'zoe.martin@@famille').replace('3b,student,emily', '3b,pupil,emily'))
  expect(cli('roster', 'import', 'good.csv')).toMatchObject({ status: 0, stderr: '' })
  const before = cli('roster', 'list', '--json').stdout
  const refused = cli('roster', 'import', 'bad.csv')
  expect(refused.status).toBe(1)
  expect(refused.stderr).toMatch(/bad\.csv:4: .+/)
  expect(refused.stderr).toMatch(/bad\.csv:8: .+/)
  expect(cli('roster', 'list', '--json').stdout).toBe(before)
  rmSync(folder, { recursive: true })
})
