/** Whose mail may do what: other teachers, other pupils, several recipients at once. */
import { drawRedInk } from '../../src/bundle/draw-red-ink'
import { classAddress, domain, otherTeacher, roster, teacher } from './people'
import { jpeg, pdf } from './pictures'
import { inSchool, type Left, minute, type School } from './school'

const zoe = 'zoe.martin@famille.example'

test(
  'a teacher of another class reaches nothing of this one by its code, neither by a command nor with its pile',
  inSchool({}, async (school) => {
    const before = await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.command('COPIES')
    const bundle = await school.one({ template: 'bundle' })
    const pile = bundle.message.files.find((file) => file.mediaType === 'application/pdf')
    const count = (await school.left()).length
    for (const word of ['ANNULER', 'ÉTAT', 'CLORE', 'RELANCER'])
      await school.send({ from: otherTeacher, to: `4a@${domain}`, subject: `${word} (${before.code})` })
    await school.send({
      from: otherTeacher,
      to: `4a@${domain}`,
      subject: 'copies',
      files: [{ name: pile?.filename ?? '', mediaType: 'application/pdf', content: await drawRedInk(pile?.content ?? new Uint8Array()) }],
    })
    await school.send({ from: otherTeacher, to: bundle.replyTo, subject: 'Re: copies', text: 'ANNULER', inReplyTo: bundle.message.messageId ?? '' })
    const after = (await school.left()).slice(count)
    expect(after.map((mail) => [mail.to, mail.template])).toEqual(Array(after.length).fill([otherTeacher, 'refused']))
    for (const mail of after) expect(`${mail.message.subject} ${mail.text}`).not.toMatch(/Zoé|Thalès|Lefèvre/)
    expect((await school.assignments())[0]?.state).toBe('open')
  }),
)

test(
  'the corrected pile under another name, sent to the class as a new mail, goes to its pupils one by one and is posted to nobody',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.command('COPIES')
    const pile = (await school.one({ template: 'bundle' })).message.files.find((file) => file.mediaType === 'application/pdf')
    const files = [{ name: 'copies corrigées.pdf', mediaType: 'application/pdf', content: await drawRedInk(pile?.content ?? new Uint8Array()) }]
    const copies = (await school.left({ template: 'assignment' })).length
    await school.send({ from: teacher, to: classAddress, subject: 'Vos copies', text: 'Bravo à tous', files })
    expect((await school.left({ template: 'returned-copy' })).map((mail) => mail.to)).toEqual([zoe])
    await school.send({ from: otherTeacher, to: `4a@${domain}`, subject: 'Vos copies', text: 'Bravo à tous', files })
    expect(await school.sentTo(otherTeacher)).toEqual(['refused'])
    expect(await school.left({ template: 'assignment' })).toHaveLength(copies)
    expect(await school.assignments()).toHaveLength(1)
    // A name like a pile's is none.
    await school.post({ subject: 'Pythagore', files: [await pdf([9], 'fiche_MATH_3b.pdf')] })
    expect(await school.assignments()).toHaveLength(2)
  }),
)

test(
  'an answer to all, to our address and the class together, is one answer',
  inSchool({}, async (school) => {
    await school.post()
    const reply = await school.replyOf('zoe')
    await school.send({ ...reply, to: [classAddress, reply.to as string], text: 'Pouvez-vous expliquer ?', files: [await jpeg(1)] })
    expect(await school.sentTo(teacher)).toEqual(['confirmation', 'question'])
    await school.advance(2 * minute)
    const receipt = await school.one({ to: zoe, template: 'receipt' })
    expect(receipt.text).not.toContain('double')
    // A mail server that parts recipients hands the same mail over twice.
    const parted = { ...reply, text: 'Et la figure ?', messageId: '<parted@famille.example>', headers: [`Cc: <${classAddress}>, <${reply.to as string}>`] }
    await school.send({ ...parted, to: reply.to })
    await school.send({ ...parted, to: classAddress })
    expect(await school.sentTo(teacher)).toEqual(['confirmation', 'question', 'question'])
    await school.command('CLORE', { to: [(await school.one({ to: teacher, template: 'confirmation' })).replyTo, classAddress] })
    expect(await school.left({ template: 'done' })).toHaveLength(1)
    expect(await school.assignments()).toHaveLength(1)
  }),
)

test(
  'one mail to two classes is posted to each',
  inSchool(
    { roster: roster.replace('4a,teacher,t-durand', `4a,teacher,t-lefevre,Anne Lefèvre,${teacher},Mathématiques,,fr,,,\n4a,teacher,t-durand`) },
    async (school) => {
      await school.send({ from: teacher, to: [classAddress, `4a@${domain}`], subject: 'Calcul mental', text: 'Fiche 3.' })
      expect((await school.assignments()).map((assignment) => assignment.class).sort()).toEqual(['3b', '4a'])
      expect(await school.sentTo('noe.roux@famille.example')).toEqual(['assignment'])
    },
  ),
)

test(
  'a code of ours in the subject of a new mail decides: work for what is over is never put with what is open',
  inSchool({}, async (school) => {
    const over = await school.post()
    await school.command('CLORE')
    await school.post({ subject: 'Pythagore' })
    await school.send({ from: zoe, to: classAddress, subject: `mon devoir (${over.code})`, files: [await jpeg(1)] })
    expect(await school.pages('zoe')).toEqual([])
    const rows = await school.gateway.database.db.selectFrom('page').select(['student_id', 'assignment']).execute()
    expect(rows).toEqual([{ student_id: 'zoe', assignment: over.code }])
    await school.send({ from: zoe, to: classAddress, subject: `mon devoir (${(await school.assignments())[1]?.code ?? ''})`, files: [await jpeg(2)] })
    expect(await school.pages('zoe')).toHaveLength(1)
  }),
)

test(
  'a group of the class gets its own work, by address or by a first line; an unknown name is asked about',
  inSchool({}, async (school) => {
    await school.post({ to: `3b+g2@${domain}`, subject: 'Soutien' })
    expect((await school.left({ template: 'assignment' })).map((mail) => mail.to).sort()).toEqual(
      ['emily@clarke.example', 'famille.bernard@famille.example', 'yanis.moreau@famille.example'].sort(),
    )
    expect((await school.copyFor('lea')).to).toBe('famille.bernard@famille.example')
    await school.post({ subject: 'Pour deux', text: 'Pour : Zoé, Yanis\n\nExercice 9, pour vendredi 20 mars à 18h.' })
    expect(
      (await school.left({ template: 'assignment' }))
        .slice(3)
        .map((mail) => mail.to)
        .sort(),
    ).toEqual(['yanis.moreau@famille.example', zoe])
    await school.send({ from: teacher, to: classAddress, subject: 'Pour qui', text: 'Pour : Barnabé\n\nExercice 10.' })
    expect(await school.sentTo(teacher)).toEqual(['confirmation', 'confirmation', 'refused'])
    expect(await school.assignments()).toHaveLength(2)
    // Who is not asked is not missing.
    await school.command('RELANCER')
    expect(await school.left({ to: 'emily@clarke.example', template: 'reminder' })).toEqual([])
  }),
)

test(
  'a date that is past sets no deadline, and the confirmation says that there is none',
  inSchool({}, async (school) => {
    expect(await school.post({ text: 'Exercice 3. À rendre pour vendredi 6 mars 2020 à 18h.' })).toMatchObject({ dueAt: null })
    expect((await school.one({ to: teacher })).text).toContain('aucune date')
  }),
)

test(
  'one click on unsubscribe, as a mail program does it, stops the digests of that address; words to a digest reach the office',
  inSchool({}, async (school) => {
    await school.post()
    await school.goTo('2020-03-20T18:00:10+01:00')
    const sophie = await school.one({ to: 'sophie.martin@famille.example', template: 'digest' })
    const mailto = /mailto:([^?>]+)(?:\?subject=([^>&]*))?/.exec(sophie.header('list-unsubscribe'))
    await school.send({ from: sophie.to, to: mailto?.[1] ?? '', subject: decodeURIComponent(mailto?.[2] ?? '') })
    expect(await school.sentTo(sophie.to)).toEqual(['digest', 'done'])
    const ewa = await school.one({ to: 'ewa.nowak@famille.example', template: 'digest' })
    await school.send({ from: ewa.to, to: ewa.replyTo, subject: `Re: ${ewa.message.subject}`, text: 'Merci, mais nous avons déménagé hier.' })
    expect((await school.left({ template: 'forwarded-to-office' })).map((mail) => mail.text)).toEqual([expect.stringContaining('déménagé')])
  }),
)

test(
  'who wants no reminders gets none, by STOP or by the button of a mail program; the task itself still comes',
  inSchool({ web: true }, async (school) => {
    await school.post()
    await school.command('RELANCER')
    const first = (await school.left({ template: 'reminder' })).map((mail) => mail.to)
    const [zoe, yanis] = ['zoe.martin@famille.example', 'yanis.moreau@famille.example']
    expect(first).toEqual(expect.arrayContaining([zoe, yanis]))
    await school.reply('zoe', { text: 'STOP' })
    expect((await school.left({ to: zoe, template: 'done' })).map((mail) => mail.text)).toEqual([expect.stringContaining('Tu ne recevras plus de rappels')])
    await follow(await school.one({ to: yanis, template: 'reminder' }), school, 'POST')
    await school.command('RELANCER')
    const again = (await school.left({ template: 'reminder' })).map((mail) => mail.to).slice(first.length)
    expect(again.sort()).toEqual(first.filter((to) => to !== zoe && to !== yanis).sort())
    await school.reply('zoe', { text: 'REPRENDRE' })
    await school.command('RELANCER Zoé')
    expect(await school.left({ to: zoe, template: 'reminder' })).toHaveLength(2)
    await school.post({ subject: 'Un autre devoir', text: 'Exercice 4, pour vendredi 27 mars 18 h.' })
    expect(await school.left({ to: yanis, template: 'assignment' })).toHaveLength(2)
  }),
)

test(
  "a digest's link: looking changes nothing, one click ends the digests of that person (RFC 8058)",
  inSchool({ web: true }, async (school) => {
    await school.post()
    await school.goTo('2020-03-20T18:00:10+01:00')
    const sophie = await school.one({ to: 'sophie.martin@famille.example', template: 'digest' })
    expect(sophie.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
    expect(await follow(sophie, school, 'GET')).toContain('<form')
    await school.post({ subject: 'Pour la suite', text: 'Exercice 5, pour vendredi 27 mars 18 h.' })
    await school.goTo('2020-03-27T18:00:10+01:00')
    expect(await school.left({ to: sophie.to, template: 'digest' })).toHaveLength(2)
    expect(await follow(sophie, school, 'POST')).toContain('plus de résumés')
    await school.post({ subject: 'Encore', text: 'Exercice 6, pour vendredi 3 avril 18 h.' })
    await school.goTo('2020-04-03T18:00:10+02:00')
    expect(await school.left({ to: sophie.to, template: 'digest' })).toHaveLength(2)
    // Others still get theirs.
    expect(await school.left({ to: 'ewa.nowak@famille.example', template: 'digest' })).toHaveLength(3)
  }),
)

/** The link of RFC 8058, at the gateway's own port. */
async function follow(mail: Left, school: School, method: 'GET' | 'POST'): Promise<string> {
  const link = /<https:\/\/devoirs\.college\.example(\/unsubscribe\/[^>]+)>/u.exec(mail.header('list-unsubscribe').replace(/\s+/gu, ''))?.[1] ?? ''
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
  const answer = await fetch(`http://127.0.0.1:${school.gateway.httpPort ?? 0}${link}`, method === 'POST' ? { method, body } : {})
  expect(answer.status).toBe(200)
  return answer.text()
}
