/** The pile comes back: annotated, on paper, photographed, in parts, from a copier; with marks typed in the mail; held, placed, released. */
import { drawRedInk } from '../../src/bundle/draw-red-ink'
import { classAddress, teacher } from './people'
import { bundled, closePool, emily, pdfOf, photographed, returned, scannedPdf, yanis, zoe } from './returning'
import { hour, inSchool, type Left, type School } from './school'
import type { FileToSend } from './writing'

afterAll(closePool)

const inked = async (pile: FileToSend): Promise<FileToSend> => ({ ...pile, content: await drawRedInk(Buffer.from(pile.content)) })
const answer = (school: School, text: string, files: FileToSend[] = []) => school.command(text, { template: 'bundle', files })
const lastReport = async (school: School): Promise<Left> => (await school.left({ template: 'return-report' })).at(-1) as Left
const copyTo = async (school: School, to: string): Promise<Left> => (await school.left({ to, template: 'returned-copy' })).at(-1) as Left

test(
  'marks and remarks typed beside the pile go to each pupil alone; a name that is not clear is asked about and holds the rest',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    await answer(school, 'Voici les copies.\nZoé : 15/20, bien\nYanis Moreau 12\nEmily: 8.5/20 – see me\nBernard : 3/20', [await inked(pile)])
    const report = await lastReport(school)
    expect(report.text).toContain('3 copies sont prêtes')
    expect(report.text).toContain('« Bernard » : Hugo Bernard et Léa Bernard s’appellent ainsi.')
    expect(report.text).toContain('15/20, bien')
    expect(await returned(school)).toEqual({})
    await school.command('OK', { template: 'return-report' })
    expect(await returned(school)).toEqual({ [zoe]: ['zoe', 'zoe'], [yanis]: ['yanis'], [emily]: ['emily'] })
    expect((await copyTo(school, zoe)).text).toContain('Note : 15/20 bien')
    expect((await copyTo(school, yanis)).text).toContain('Note : 12')
    expect((await copyTo(school, emily)).text).toContain('Mark: 8.5/20 see me')
    for (const mail of await school.left({ template: 'returned-copy' })) expect(mail.text.match(/15\/20|: 12|8\.5/g)).toHaveLength(1)
  }),
)

test(
  'paper in any order, turned and askew, in two mails: a page without marks is shown, placed by a word, and goes with OK',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    await answer(school, '', [
      await scannedPdf(pile, [
        { page: 3, turn: 180 },
        { page: 1, turn: 90, skew: 1.5 },
      ]),
    ])
    await answer(school, '', [await scannedPdf(pile, [{ page: 4, skew: -2 }, { page: 2, covered: true }, { page: 0 }])])
    const report = await lastReport(school)
    expect(report.text).toContain('P1')
    expect(report.message.files.filter((file) => file.mediaType === 'image/jpeg')).toHaveLength(1)
    // All of the first mail was clear and has left; the second waits.
    expect(await returned(school)).toEqual({ [emily]: ['emily'], [zoe]: ['zoe'] })
    await school.command('P1 = Martin', { template: 'return-report' })
    expect((await lastReport(school)).text).toContain('P1 est la page de Zoé Martin')
    expect(Object.keys(await returned(school))).toHaveLength(2)
    await school.command('OK', { template: 'return-report' })
    expect(await returned(school)).toEqual({ [emily]: ['emily'], [zoe]: ['zoe', null], [yanis]: ['yanis'] })
    await school.command('P1 = Yanis', { template: 'return-report' })
    expect((await lastReport(school)).text).toContain('P1 est déjà partie')
    expect(await school.left({ to: yanis, template: 'returned-copy' })).toHaveLength(1)
  }),
)

test(
  'several pages are placed in one mail, dropped and asked about; OK below releases at once',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    await answer(school, '', [
      await scannedPdf(
        pile,
        [1, 2, 3, 4].map((page) => ({ page, covered: true })),
      ),
    ])
    expect((await lastReport(school)).text).toContain('Je n’ai reconnu aucune page')
    await school.command('P1 = Zoé\nP2 = Bernard\nP3 = JETER\nP9 = Zoé', { template: 'return-report' })
    const { text } = await lastReport(school)
    expect(text).toContain('« Bernard » : Hugo Bernard et Léa Bernard s’appellent ainsi.')
    expect(text).toContain('P3 est laissée de côté')
    expect(text).toContain('« P9 »')
    expect(await returned(school)).toEqual({})
    await school.command('P2 = Emily; P4 = DROP\nOK', { template: 'return-report' })
    expect(await returned(school)).toEqual({ [zoe]: [null], [emily]: [null] })
  }),
)

test(
  'one page photographed on a table goes to its pupil alone',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    await school.send({ from: teacher, to: classAddress, subject: 'Copie de Yanis', files: [await photographed(pile, { page: 4 })] })
    expect(await returned(school)).toEqual({ [yanis]: ['yanis'] })
    expect(await school.assignments()).toHaveLength(1)
  }),
)

test(
  'a copier is believed for recognising: the teacher is asked, and OK gives the copies back',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    const scan = await scannedPdf(pile, [{ page: 3 }, { page: 4 }])
    await school.send({ from: 'copieur@ailleurs.example', to: classAddress, subject: 'Scan from MFP-2', files: [scan] })
    const report = await school.one({ to: teacher, template: 'return-report' })
    expect(report.text).toContain('copieur@ailleurs.example')
    expect(report.text).toContain('2 copies sont prêtes')
    expect(await returned(school)).toEqual({})
    await school.command('OK', { template: 'return-report' })
    expect(await returned(school)).toEqual({ [yanis]: ['yanis'], [emily]: ['emily'] })
    expect(await school.left({ to: 'copieur@ailleurs.example' })).toEqual([])
  }),
)

test(
  'a copier in a trusted network that writes to the teacher’s own reply address is believed for releasing too',
  inSchool({ toml: '[smtp]\ntrusted_networks = ["127.0.0.0/8"]' }, async (school) => {
    const { pile } = await bundled(school)
    const { replyTo } = await school.one({ to: teacher, template: 'bundle' })
    await school.send({ from: 'copieur@ailleurs.example', to: replyTo, subject: 'Scan', files: [await scannedPdf(pile, [{ page: 4 }])] })
    expect(await returned(school)).toEqual({ [yanis]: ['yanis'] })
  }),
)

test(
  'copies leave after quiet hours; ATTENDRE holds them, more pages are added, RENDRE lets them go, once',
  inSchool({ toml: '[quiet]\nhours = "18:00-08:00"' }, async (school) => {
    const { pile } = await bundled(school)
    await answer(school, '', [await scannedPdf(pile, [{ page: 1 }, { page: 4 }])])
    expect((await lastReport(school)).text).toContain('Elles partiront samedi 21 mars, 8 h')
    await school.command('ATTENDRE', { template: 'return-report' })
    expect((await lastReport(school)).text).toContain('2 messages qui n’étaient pas encore partis sont retenus')
    await school.goTo('2020-03-21T09:00:00+01:00')
    expect(await returned(school)).toEqual({})
    await answer(school, '', [await scannedPdf(pile, [{ page: 2 }])])
    expect(await returned(school)).toEqual({})
    await school.command('RENDRE', { template: 'return-report' })
    await school.advance(hour)
    expect(await returned(school)).toEqual({ [zoe]: ['zoe', 'zoe'], [yanis]: ['yanis'] })
    expect(await school.left({ to: zoe, template: 'returned-copy' })).toHaveLength(1)
    await school.command('RENDRE', { template: 'return-report' })
    expect((await school.one({ to: teacher, template: 'refused' })).text).toContain('aucune copie n’attend')
  }),
)

test(
  'a remark without a pile waits for the copy; one that comes after it goes to the pupil with the copy once more',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    await answer(school, 'Yanis : 14/20, en progrès')
    expect((await lastReport(school)).text).toContain('14/20, en progrès')
    expect(await school.left({ template: 'returned-copy' })).toEqual([])
    await answer(school, '', [await inked(pile)])
    expect((await copyTo(school, yanis)).text).toContain('Note : 14/20 en progrès')
    await answer(school, 'Emily : 16')
    expect((await copyTo(school, emily)).text).toContain('Mark: 16')
    expect(await school.left({ to: yanis, template: 'returned-copy' })).toHaveLength(1)
    await answer(school, 'Merci, bonne soirée : à lundi')
    expect((await school.one({ to: teacher, template: 'refused' })).text).toContain('envoyé à personne')
  }),
)

test(
  'the answer to a returned copy is a question to the teacher, with the copy, and the answer to that comes back',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    await answer(school, 'OK', [await inked(pile)])
    const copy = await copyTo(school, zoe)
    await school.send({
      from: zoe,
      to: copy.replyTo,
      subject: `Re: ${copy.message.subject}`,
      inReplyTo: copy.message.messageId ?? '',
      text: 'Je ne suis pas d’accord avec la note du 2.',
    })
    const question = await school.one({ to: teacher, template: 'question' })
    expect(question.text).toContain('Je ne suis pas d’accord')
    expect(pdfOf(question).content).toEqual(pdfOf(copy).content)
    await school.command('Regarde la deuxième figure.', { template: 'question' })
    expect((await school.one({ to: zoe, template: 'answer' })).text).toContain('Regarde la deuxième figure.')
    expect(await school.pages('zoe')).toHaveLength(2)
  }),
)
