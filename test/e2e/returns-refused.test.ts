/** What comes back and is not what it should be: each has a kind answer, and nothing reaches a wrong pupil. */
import { join } from 'node:path'
import { PDFDocument, PDFName, PDFString } from 'pdf-lib'
import sharp from 'sharp'
import { forgetPerson } from '../../src/act/forget-person'
import { markOf } from '../../src/bundle/marks'
import { plainPdf } from '../../src/bundle/plain-pdf'
import { classAddress, otherTeacher, teacher } from './people'
import { jpeg, lockedPdf } from './pictures'
import { bundled, closePool, emily, pdfOf, returned, scan, scannedPdf, yanis, zoe } from './returning'
import { inSchool, type School } from './school'
import type { FileToSend } from './writing'

afterAll(closePool)

const answer = (school: School, text: string, files: FileToSend[] = []) => school.command(text, { template: 'bundle', files })
const nothingReturned = async (school: School): Promise<void> => expect(await school.left({ template: 'returned-copy' })).toEqual([])
const file = (content: Uint8Array, name = 'copies.pdf'): FileToSend => ({ name, mediaType: 'application/pdf', content })

/** Another file of the teacher's, of small sheets. */
async function invoices(count: number): Promise<FileToSend> {
  const document = await PDFDocument.create()
  for (let page = 1; page <= count; page++) document.addPage([210, 297]).drawText(`Facture ${page}`, { x: 40, y: 200, size: 18 })
  return file(await document.save(), 'factures.pdf')
}

async function manyPages(count: number): Promise<FileToSend> {
  const document = await PDFDocument.create()
  for (let page = 0; page < count; page++) document.addPage([595, 842])
  return file(await document.save())
}

test(
  'files that are not ours, locked, damaged or endless are each explained',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    const cases: [FileToSend, string][] = [
      [await invoices(14), 'je n’ai reconnu aucune page'],
      [await lockedPdf(school.folder), 'mot de passe'],
      [file(Buffer.from(pile.content).subarray(0, 9000)), 'abîmé'],
      [await manyPages(2000), 'plus de pages que la limite'],
    ]
    for (const [index, [wrong, words]] of cases.entries()) {
      await answer(school, '', [wrong])
      const refusals = await school.left({ to: teacher, template: 'refused' })
      expect(refusals).toHaveLength(index + 1)
      expect(refusals.at(-1)?.text).toContain(words)
    }
    await nothingReturned(school)
  }),
)

test(
  'a file that cannot be opened costs only itself',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    await answer(school, 'OK', [await scannedPdf(pile, [{ page: 4 }]), await lockedPdf(school.folder)])
    expect(await returned(school)).toEqual({ [yanis]: ['yanis'] })
    expect((await school.one({ to: teacher, template: 'return-report' })).text).toContain('1 fichier n’a pas pu être ouvert')
  }),
)

test(
  'the pile of another assignment, or of another class, goes to nobody',
  inSchool({}, async (school) => {
    const { pile: first } = await bundled(school)
    await school.post({ subject: 'Pythagore', text: 'Exercice 7. À rendre pour vendredi 27 mars à 18h.' })
    await school.reply('zoe', { files: [await jpeg(9)] })
    await school.goTo('2020-03-27T18:16:00+01:00')
    // In the thread of the second pile: once alone, once beside a page that is right.
    await answer(school, '', [first])
    expect((await school.one({ to: teacher, template: 'refused' })).text).toContain('appartiennent à un autre travail')
    const second = pdfOf((await school.left({ to: teacher, template: 'bundle' })).at(-1) as never)
    await answer(school, '', [await scannedPdf(first, [{ page: 3 }]), await scannedPdf(second, [{ page: 1 }])])
    expect((await school.one({ to: teacher, template: 'return-report' })).text).toContain('1 page appartient à un autre travail')
    expect(await returned(school)).toEqual({ [zoe]: ['zoe'] })
    // The teacher of another class has got hold of it.
    await school.send({ from: otherTeacher, to: classAddress.replace('3b', '4a'), subject: 'Copies', files: [first] })
    expect(await school.sentTo(otherTeacher)).toEqual(['refused'])
    const thread = await school.one({ to: teacher, template: 'return-report' })
    await school.send({ from: otherTeacher, to: thread.replyTo, subject: 'Re: copies', files: [{ ...first, name: 'x.pdf' }] })
    expect(Object.keys(await returned(school))).toEqual([zoe])
  }),
)

test(
  'a forged mark is no mark: in the page’s key, as text and as print',
  inSchool({}, async (school) => {
    const { code, pile } = await bundled(school)
    const [page] = await school.pages('emily')
    const forged = markOf(page?.id ?? 0, code, '6b'.repeat(32))
    const document = await PDFDocument.create()
    const [own] = await document.copyPages(await PDFDocument.load(pile.content), [4])
    if (!own) throw new Error('no page')
    document.addPage(own)
    const wrong = document.addPage([595, 842])
    wrong.node.set(PDFName.of('CartablePage'), PDFString.of(forged))
    wrong.drawText(forged, { x: 100, y: 400, size: 8 })
    wrong.drawText('Bravo, 20/20', { x: 100, y: 500, size: 30 })
    await answer(school, '', [file(await document.save())])
    expect((await school.one({ to: teacher, template: 'return-report' })).text).toContain('P1')
    await school.command('OK', { template: 'return-report' })
    expect(await returned(school)).toEqual({ [yanis]: ['yanis'] })
  }),
)

test(
  'a page with two pupils’ marks is asked about, and never guessed',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    const [upper, lower] = await scan(pile, [{ page: 3 }, { page: 4 }])
    if (!upper || !lower) throw new Error('no sheets')
    const both = await sharp({ create: { width: 1240, height: 1754, channels: 3, background: '#fff' } })
      .composite([
        { input: await half(upper.jpeg, 0), left: 0, top: 0 },
        { input: await half(lower.jpeg, 877), left: 0, top: 877 },
      ])
      .jpeg()
      .toBuffer()
    await answer(school, '', [file(await plainPdf([{ jpeg: both, widthPx: 1240, heightPx: 1754 }]))])
    expect((await school.one({ to: teacher, template: 'return-report' })).text).toContain('P1')
    await nothingReturned(school)
  }),
)

const half = (sheet: Buffer, top: number): Promise<Buffer> => sharp(sheet).resize(1240, 1754).extract({ left: 0, top, width: 1240, height: 877 }).toBuffer()

test(
  'a pupil who was erased: the old pile’s pages of theirs go to nobody, the others’ to their owners',
  inSchool({}, async (school) => {
    const { pile } = await bundled(school)
    const { database, blobs } = school.gateway
    const folders = { temporary: join(school.folder, 'tmp'), wire: join(school.folder, 'wire'), outbox: null }
    await answer(school, 'Emily : 12/20\nYanis : 13, mieux qu’Emily Clarke')
    await answer(school, 'ATTENDRE', [await scannedPdf(pile, [{ page: 3, covered: true }])])
    expect((await database.db.selectFrom('returned_page').selectAll().execute()).map((page) => page.state)).toEqual(['doubtful'])
    await forgetPerson('emily', { database, blobs, folders, isAlone: false, now: () => school.clock.now() })
    expect(await database.db.selectFrom('returned_page').selectAll().execute()).toEqual([])
    const remarks = await database.db.selectFrom('remark').select(['student_id', 'words']).execute()
    expect(remarks.map((remark) => remark.student_id)).toEqual(['yanis'])
    expect(remarks[0]?.words).not.toContain('Emily')
    await answer(school, 'RENDRE', [await scannedPdf(pile, [{ page: 3 }, { page: 4 }])])
    expect((await school.left({ to: teacher, template: 'return-report' })).at(-1)?.text).toContain('dont le travail a été effacé')
    expect(await returned(school)).toEqual({ [yanis]: ['yanis'] })
    expect(await school.left({ to: emily, template: 'returned-copy' })).toEqual([])
  }),
)
