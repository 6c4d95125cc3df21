/** The main way: a post reaches every pupil once, what they hand in reaches the teacher, what the teacher corrects reaches its pupil. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBundlePool } from '../../src/bundle/bundle-pool'
import { drawRedInk } from '../../src/bundle/draw-red-ink'
import { findPage } from '../../src/store/submissions'
import { classAddress, copiesOf3b, operator, office, teacher } from './people'
import { inlineJpeg, jpeg, pdf, photo, zip } from './pictures'
import { hour, inSchool, type Left, markKey, minute, type School } from './school'

const bundles = createBundlePool()
afterAll(() => bundles.close())

const pdfOf = (mail: Left) => {
  const file = mail.message.files.find((one) => one.mediaType === 'application/pdf')
  if (!file) throw new Error(`no PDF in ${mail.template} to ${mail.to}`)
  return file
}

/** Text of each page, as pdftotext reads it. */
function textOf(school: School, bytes: Uint8Array): string[] {
  const file = join(school.folder, 'looked-at.pdf')
  writeFileSync(file, bytes)
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).split('\f').slice(0, -1)
}

/** Whose each page is, by its mark; null: no mark of a page. */
async function ownersOf(school: School, bytes: Uint8Array): Promise<(string | null)[]> {
  const file = join(school.folder, 'looked-at.pdf')
  writeFileSync(file, bytes)
  const owners: (string | null)[] = []
  for (const page of await bundles.recognise(file, markKey, { maxPages: 100 }))
    owners.push(page.pageId === null ? null : ((await findPage(school.gateway.database.db, page.pageId))?.student ?? null))
  return owners
}

test(
  'a post reaches every pupil once, each by a private mail with a reply address of its own',
  inSchool({}, async (school) => {
    const assignment = await school.post({ files: [await pdf([1], 'feuille.pdf')] })
    expect(assignment).toMatchObject({ class: '3b', title: 'Théorème de Thalès : exercices 3 et 4', state: 'open' })
    expect(assignment.dueAt?.toISOString()).toBe('2020-03-20T17:00:00.000Z')
    const copies = await school.left({ template: 'assignment' })
    expect(copies.map((copy) => copy.to).sort()).toEqual(copiesOf3b.map(([, address]) => address).sort())
    expect(new Set(copies.map((copy) => copy.replyTo)).size).toBe(copies.length)
    expect(new Set(copies.map((copy) => copy.message.messageId)).size).toBe(copies.length)
    for (const copy of copies) {
      expect(copy.message.from?.address).toBe(classAddress)
      expect(copy.message.to.map((to) => to.address)).toEqual([copy.to])
      expect(pdfOf(copy).filename).toBe('feuille.pdf')
      expect(copy.header('auto-submitted')).toBe('auto-generated')
      expect(copy.header('list-id')).toContain('3b.devoirs.tilleuls.example')
      expect(copy.envelopeFrom).toMatch(/^b-[a-z0-9]{26}@devoirs/)
      expect(copy.text).toContain('exercices 3 et 4 de la page 52')
    }
    const confirmation = await school.one({ to: teacher })
    expect(confirmation.template).toBe('confirmation')
    expect(confirmation.text).toContain('Chloé Petit')
  }),
)

test(
  'no mail of ours shows the address of another family, in any header or part',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.reply('yanis', { text: 'Je n’ai pas compris, pouvez-vous expliquer ?' })
    await school.advance(2 * minute)
    await school.goTo('2020-03-20T18:16:00+01:00')
    const known = [...copiesOf3b.map(([, address]) => address), 'maria.nowak@famille.example', 'sophie.martin@famille.example']
    for (const mail of await school.left()) {
      const seen = known.filter((address) => address !== mail.to && `${mail.raw}${mail.message.text}${mail.message.html}`.includes(address))
      expect([mail.template, seen]).toEqual([mail.template, []])
    }
  }),
)

test(
  'photos as JPEG, HEIC, inline, zipped and PDF become pages of the right pupils, with one receipt for each sender',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [photo('squared-upright.heic', 'IMG_0412.HEIC'), photo('copybook-exif6.jpg', 'IMG_0413.JPG')] })
    await school.reply('lukasz', { from: 'jan.nowak@ailleurs.example', files: [await inlineJpeg(3)] })
    await school.reply('hugo', { files: [await jpeg(4)], text: 'voilà' })
    await school.reply('lea', {
      files: [
        zip([
          { name: 'page 1.jpg', content: (await jpeg(5)).content },
          { name: 'page 2.jpg', content: (await jpeg(6)).content },
        ]),
      ],
    })
    await school.reply('emily', { files: [await pdf([7, 8])] })
    await school.settle()
    const counts = Object.fromEntries(
      await Promise.all(['zoe', 'lukasz', 'hugo', 'lea', 'emily', 'yanis'].map(async (who) => [who, (await school.pages(who)).length])),
    )
    expect(counts).toEqual({ zoe: 2, lukasz: 1, hugo: 1, lea: 2, emily: 2, yanis: 0 })
    expect(await school.left({ template: 'receipt' })).toEqual([])
    await school.advance(2 * minute)
    const receipts = await school.left({ template: 'receipt' })
    expect(receipts.map((mail) => mail.to).sort()).toEqual(
      [
        'emily@clarke.example',
        'famille.bernard@famille.example',
        'famille.bernard@famille.example',
        'jan.nowak@ailleurs.example',
        'zoe.martin@famille.example',
      ].sort(),
    )
    for (const receipt of receipts) expect(receipt.header('auto-submitted')).toBe('auto-replied')
    expect((await school.one({ to: 'zoe.martin@famille.example', template: 'receipt' })).text).toContain('2 pages')
    expect((await school.one({ to: 'emily@clarke.example', template: 'receipt' })).text).toContain('2 pages')
  }),
)

test(
  'the bundle holds the right pages under the right names, late work follows, and a corrected pile gives each pupil the own pages only',
  inSchool({}, async (school) => {
    const { code } = await school.post()
    await school.reply('zoe', { files: [await jpeg(1), await jpeg(2)] })
    await school.reply('hugo', { files: [await jpeg(3)] })
    await school.reply('lea', { files: [await jpeg(4)] })
    await school.reply('lukasz', { from: 'ewa.nowak@famille.example', files: [await pdf([5])] })
    await school.goTo('2020-03-20T18:14:00+01:00')
    expect(await school.left({ template: 'bundle' })).toEqual([])
    await school.goTo('2020-03-20T18:15:10+01:00')
    const bundle = await school.one({ to: teacher, template: 'bundle' })
    expect(pdfOf(bundle).filename).toMatch(new RegExp(`^3b_${code}_.*\\.pdf$`))
    const owners = await ownersOf(school, pdfOf(bundle).content)
    expect(owners).toEqual([null, 'zoe', 'zoe', 'lukasz', 'hugo', 'lea'])
    const texts = textOf(school, pdfOf(bundle).content)
    for (const [index, name] of ['Zoé Martin', 'Zoé Martin', 'Łukasz Nowak', 'Hugo Bernard', 'Léa Bernard'].entries()) expect(texts[index + 1]).toContain(name)
    for (const name of ['Emily Clarke', 'Yanis Moreau', 'Chloé Petit']) expect(texts[0]).toContain(name)
    expect(bundle.text).toContain('Yanis Moreau')

    // Two hours late: next day at five.
    await school.goTo('2020-03-20T20:00:00+01:00')
    await school.reply('yanis', { files: [await jpeg(6)] })
    expect(await school.left({ template: 'late-work' })).toEqual([])
    await school.goTo('2020-03-21T17:00:10+01:00')
    const late = await school.one({ to: teacher, template: 'late-work' })
    expect(await ownersOf(school, pdfOf(late).content)).toEqual([null, 'yanis'])
    const receipt = await school.one({ to: 'yanis.moreau@famille.example', template: 'receipt' })
    expect(receipt.text).toContain('En retard')

    const files = [{ name: pdfOf(bundle).filename, mediaType: 'application/pdf', content: await drawRedInk(pdfOf(bundle).content) }]
    await school.command('Voici les copies corrigées.', { template: 'bundle', files })
    const returned = await school.left({ template: 'returned-copy' })
    expect(returned.map((mail) => mail.to).sort()).toEqual(
      [
        'ewa.nowak@famille.example',
        'famille.bernard@famille.example',
        'famille.bernard@famille.example',
        'jan.nowak@ailleurs.example',
        'zoe.martin@famille.example',
      ].sort(),
    )
    const seen: string[] = []
    for (const mail of returned) {
      const [owner, ...others] = new Set(await ownersOf(school, pdfOf(mail).content))
      expect(others).toEqual([])
      expect(copiesOf3b.filter(([, address]) => address === mail.to).map(([student]) => student)).toContain(owner)
      const text = textOf(school, pdfOf(mail).content).join('')
      expect(Object.entries(nameOf).filter(([student, name]) => student !== owner && text.includes(name))).toEqual([])
      seen.push(owner ?? '')
    }
    expect(seen.sort()).toEqual(['hugo', 'lea', 'lukasz', 'lukasz', 'zoe'])
    const report = await school.one({ to: teacher, template: 'return-report' })
    expect(report.text).toContain('Zoé Martin')

    // The same pile once more gives nobody anything twice.
    await school.command('Voici les copies corrigées.', { template: 'bundle', files })
    expect(await school.left({ template: 'returned-copy' })).toHaveLength(returned.length)
  }),
)

const nameOf: Record<string, string> = { zoe: 'Zoé Martin', hugo: 'Hugo Bernard', lea: 'Léa Bernard', lukasz: 'Łukasz Nowak' }

test(
  'parents get a digest of their own children, and STOP ends it',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.goTo('2020-03-20T18:00:10+01:00')
    const digests = await school.left({ template: 'digest' })
    expect(digests.map((mail) => mail.to).sort()).toEqual([
      'claire.bernard@famille.example',
      'ewa.nowak@famille.example',
      'jan.nowak@ailleurs.example',
      'luc.petit@famille.example',
      'maria.nowak@famille.example',
      'sophie.martin@famille.example',
    ])
    const claire = await school.one({ to: 'claire.bernard@famille.example' })
    expect(claire.text).toMatch(/Hugo[\s\S]*Léa/)
    expect(claire.text).not.toContain('Zoé')
    expect(claire.header('list-unsubscribe')).toContain(claire.replyTo)
    await school.send({
      from: claire.to,
      to: claire.replyTo,
      subject: `Re: ${claire.message.subject}`,
      text: 'STOP',
      inReplyTo: claire.message.messageId ?? '',
    })
    expect(await school.sentTo(claire.to)).toEqual(['digest', 'done'])
    await school.post({ subject: 'Pythagore', text: 'Exercice 7. À rendre pour vendredi 3 avril à 18h.' })
    await school.goTo('2020-03-27T18:00:10+01:00')
    expect(await school.sentTo(claire.to)).toEqual(['digest', 'done'])
    expect(await school.sentTo('sophie.martin@famille.example')).toEqual(['digest', 'digest'])
  }),
)

test(
  'COPIES sends what is there, and the bundle at the deadline still follows',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.advance(hour)
    await school.command('COPIES')
    const early = await school.one({ to: teacher, template: 'bundle' })
    expect(await ownersOf(school, pdfOf(early).content)).toEqual([null, 'zoe'])
    await school.reply('yanis', { files: [await jpeg(2)] })
    await school.goTo('2020-03-20T18:16:00+01:00')
    const both = await school.left({ to: teacher, template: 'bundle' })
    expect(both).toHaveLength(2)
    expect(await ownersOf(school, pdfOf(both.at(-1) as Left).content)).toEqual([null, 'zoe', 'yanis'])
    expect(await school.left({ to: operator })).toEqual([])
    expect(await school.left({ to: office })).toEqual([])
  }),
)
