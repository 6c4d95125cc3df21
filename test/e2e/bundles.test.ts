/** The pile in its less usual forms: documents, parts, late work by setting, a service that was down, and after the retention of mail. */
import { addJob, maxKills } from '../../src/store/jobs'
import { classAddress, teacher } from './people'
import { jpeg, photo } from './pictures'
import { hour, inSchool, type Left, minute, until } from './school'

const pdfsOf = (mail: Left) => mail.message.files.filter((file) => file.mediaType === 'application/pdf')

test(
  'an office document rides in the mail of the bundle, named after the pupil',
  inSchool({}, async (school) => {
    await school.post()
    // The head of an OLE file is enough to be taken for one.
    const content = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(1024)])
    await school.reply('zoe', { files: [{ name: 'redaction.doc', mediaType: 'application/msword', content }] })
    expect((await school.pages('zoe')).map((page) => page.verdict)).toEqual(['document'])
    await school.goTo('2020-03-20T18:16:00+01:00')
    const bundle = await school.one({ template: 'bundle' })
    const document = bundle.message.files.find((file) => file.filename?.includes('redaction.doc'))
    expect(document?.filename).toContain('Zoé Martin')
    expect(Buffer.from(document?.content ?? [])).toEqual(content)
    await school.advance(2 * minute)
    expect(await school.sentTo('zoe.martin@famille.example')).toEqual(['assignment', 'receipt'])
  }),
)

test(
  'a pile that is too big for one mail comes in numbered parts, each below the limit',
  inSchool({ toml: '[outbound]\nmax_message_size = "700KB"' }, async (school) => {
    await school.post()
    for (const student of ['zoe', 'hugo', 'emily', 'yanis']) await school.reply(student, { files: [photo('worksheet-upright.jpg', `${student}.jpg`)] })
    await school.goTo('2020-03-20T18:16:00+01:00')
    const bundles = await school.left({ template: 'bundle' })
    expect(bundles.length).toBeGreaterThan(1)
    for (const bundle of bundles) expect(bundle.raw.length).toBeLessThanOrEqual(700_000)
    expect(new Set(bundles.flatMap(pdfsOf).map((file) => file.filename)).size).toBe(bundles.length)
    // Both parts corrected come back in one mail.
    await school.command('Corrigées', {
      template: 'bundle',
      files: bundles.flatMap(pdfsOf).map((file) => ({ name: file.filename, mediaType: 'application/pdf', content: file.content })),
    })
    expect((await school.left({ template: 'returned-copy' })).map((mail) => mail.to).sort()).toEqual(
      ['emily@clarke.example', 'famille.bernard@famille.example', 'yanis.moreau@famille.example', 'zoe.martin@famille.example'].sort(),
    )
  }),
)

test('late work goes to the teacher each time, or never, as the school has set it', async () => {
  for (const [late, expected] of [
    ['each', 2],
    ['never', 0],
  ] as const)
    await inSchool({ toml: `[bundle]\nlate = "${late}"` }, async (school) => {
      await school.post()
      await school.goTo('2020-03-20T18:16:00+01:00')
      for (const student of ['zoe', 'yanis']) {
        await school.reply(student, { files: [await jpeg(student.length)] })
        await school.advance(10 * minute)
      }
      await school.advance(48 * hour)
      expect([late, (await school.left({ template: 'late-work' })).length]).toEqual([late, expected])
    })()
})

test(
  'a service that was down at the deadline sends the bundle when it is up again, with what it had accepted',
  inSchool({}, async (school) => {
    await school.post()
    expect(await school.hand(await school.replyOf('zoe', { files: [await jpeg(1)] }))).toMatch(/^250/)
    await school.gateway.stop(0)
    school.clock.set(new Date('2020-03-21T09:00:00+01:00'))
    await school.start()
    await school.settle()
    await school.advance(minute)
    expect((await school.one({ to: teacher, template: 'bundle' })).text).toMatch(/1 (?:copie )?sur 7/)
    expect((await school.pages('zoe')).length).toBe(1)
    const receipt = await school.left({ to: 'zoe.martin@famille.example', template: 'receipt' })
    expect(receipt).toHaveLength(1)
  }),
)

test('a mail that waits for DNS holds no bundle up', async () => {
  let belief: 'yes' | 'undecided' = 'yes'
  const authenticate = () => Promise.resolve({ spf: 'none', dkim: 'none', dmarc: 'none', belief, signedAt: null })
  await inSchool({ authenticate }, async (school) => {
    await school.post({ text: 'Exercice 3, pour aujourd’hui à 10h.' })
    belief = 'undecided'
    await school.hand({ from: teacher, to: classAddress, subject: 'Pythagore', text: 'Exercice 7.' })
    await until('it was tried', async () => (await school.queue()).some((entry) => entry.reason === 'dns-undecided'))
    school.clock.set(new Date('2020-03-16T10:16:00+01:00'))
    school.gateway.wake()
    await until('the bundle leaves', async () => (await school.left({ template: 'bundle' })).length === 1)
    belief = 'yes'
    await school.advance(2 * hour)
    expect(await school.assignments()).toHaveLength(2)
  })()
})

test(
  'a picture over which the service died again and again is given up: receipt and bundle say so and leave',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.gateway.stop(2000)
    await school.start()
    const { database } = school.gateway
    // As if it had been killed while the second picture was worked on.
    const reply = await school.replyOf('zoe', { files: [await jpeg(2)] })
    await school.send(reply)
    await database.transaction(async (tx) => {
      const source = await tx.selectFrom('source').select(['id', 'filename']).where('filename', '=', 'IMG_1002.jpg').executeTakeFirstOrThrow()
      await tx.deleteFrom('page').where('source_id', '=', source.id).execute()
      await tx.updateTable('source').set({ state: 'waiting' }).where('id', '=', source.id).execute()
      await addJob(tx, { kind: 'make-pages', data: { sourceId: source.id }, dueAt: new Date(school.clock.now().getTime() + 10 * hour) }, school.clock.now())
      await tx
        .updateTable('job')
        .set({ state: 'running', kills: maxKills - 1, lease_until: 1 })
        .where('kind', '=', 'make-pages')
        .execute()
    })
    await school.gateway.stop(2000)
    await school.start()
    await school.settle()
    expect((await school.pages('zoe')).map((page) => page.verdict)).toEqual(['good', 'unreadable'])
    expect((await school.queue()).map((entry) => [entry.state, entry.reason])).toEqual([['held', 'worker-died']])
    await school.advance(2 * minute)
    expect((await school.one({ template: 'receipt' })).text).toContain('n’a pas pu être ouverte')
    await school.goTo('2020-03-20T18:16:00+01:00')
    expect(await school.left({ template: 'bundle' })).toHaveLength(1)
  }),
)

test(
  'when the mails are forgotten the pages remain, until their time is over too',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.goTo('2020-03-20T18:16:00+01:00')
    await school.advance(40 * 24 * hour)
    const blobs = await school.gateway.database.db.selectFrom('mail').select('blob').execute()
    expect(blobs.filter((mail) => mail.blob !== null)).toEqual([])
    await school.command('COPIES')
    const again = (await school.left({ template: 'bundle' })).at(-1) as Left
    expect(pdfsOf(again)).toHaveLength(1)
    expect(await school.pages('zoe')).toHaveLength(1)
    await school.advance(366 * 24 * hour)
    expect(await school.assignments()).toEqual([])
    expect(await school.gateway.database.db.selectFrom('page').selectAll().execute()).toEqual([])
    expect((await school.queue()).filter((entry) => entry.state !== 'waiting')).toEqual([])
  }),
)
