/** What pupils write without or beside photos: questions, typed work, courtesy, absence. */
import { classAddress, copiesOf3b, teacher } from './people'
import { jpeg } from './pictures'
import { hour, inSchool, minute, type School } from './school'

const zoe = 'zoe.martin@famille.example'
const yanis = 'yanis.moreau@famille.example'
const receiptOf = async (school: School, to: string) => {
  await school.advance(2 * minute)
  return school.one({ to, template: 'receipt' })
}

test(
  'a question goes to the teacher, and the answer with its file to that pupil only',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('yanis', { text: 'Bonjour madame, je n’ai pas compris l’exercice 4 : faut-il la réciproque ?' })
    const question = await school.one({ to: teacher, template: 'question' })
    expect(question.text).toContain('faut-il la réciproque')
    expect((await receiptOf(school, yanis)).text).toContain('Ta question est partie chez ton professeur')
    const before = (await school.left()).length
    await school.send({
      from: teacher,
      to: question.replyTo,
      subject: `Re: ${question.message.subject}`,
      text: 'Oui, avec la réciproque. Voir la figure.',
      inReplyTo: question.message.messageId ?? '',
      files: [await jpeg(1, 'figure.jpg')],
    })
    const after = (await school.left()).slice(before)
    expect(after.map((mail) => [mail.to, mail.template])).toEqual([[yanis, 'answer']])
    expect(after[0]?.text).toContain('Oui, avec la réciproque')
    expect(after[0]?.message.files.map((file) => file.filename)).toContain('figure.jpg')
    expect(await school.pages('yanis')).toEqual([])
    // The pupil may answer the answer with the work.
    await school.send({ from: yanis, to: after[0]?.replyTo ?? '', subject: 'Re: réponse', text: 'merci !', files: [await jpeg(2)] })
    expect(await school.pages('yanis')).toHaveLength(1)
  }),
)

test(
  'photos and a question in one mail are both done, and the receipt names both',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { text: 'Voici mon travail. Est-ce que la figure suffit ?', files: [await jpeg(1)] })
    expect(await school.sentTo(teacher)).toEqual(['confirmation', 'question'])
    const receipt = await receiptOf(school, zoe)
    expect(receipt.text).toMatch(/1 page.*Est-ce que la figure suffit/)
  }),
)

test(
  'typed work is a page of the bundle; a polite word beside photos is none',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('yanis', { text: 'Exercice 3 : AB = 4 cm car les triangles sont semblables. Exercice 4 : AC = 6 cm.' })
    await school.reply('zoe', { text: 'Bonjour madame, voici mon devoir. Bonne journée, Zoé', files: [await jpeg(1)] })
    expect((await school.pages('yanis')).map((page) => page.verdict)).toEqual(['typed'])
    expect(await school.pages('zoe')).toHaveLength(1)
    expect((await receiptOf(school, yanis)).text).toContain('1 page')
    expect(await school.left({ template: 'question' })).toEqual([])
  }),
)

test.each(['voilà', 'ci-joint', 'Bonjour madame, voici mon travail', 'https://drive.google.com/file/d/1aBcD/view', ''])(
  'without a photo, "%s" is answered with how to attach one',
  (text) =>
    inSchool({}, async (school) => {
      await school.post()
      await school.reply('zoe', { text })
      await school.advance(2 * minute)
      expect(await school.sentTo(zoe)).toEqual(['assignment', 'no-page-found'])
      expect(await school.pages('zoe')).toEqual([])
      expect(await school.sentTo(teacher)).toEqual(['confirmation'])
    })(),
)

test(
  '"voilà" and the photo in the next mail give one receipt',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { text: 'voilà' })
    await school.advance(30_000)
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.advance(2 * minute)
    expect(await school.sentTo(zoe)).toEqual(['assignment', 'receipt'])
  }),
)

test(
  'word of absence reaches the teacher and the cover, and asks nothing back',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('lukasz', { from: 'ewa.nowak@famille.example', text: 'Bonjour, Łukasz est malade et sera absent toute la semaine.' })
    expect(await school.sentTo(teacher)).toEqual(['confirmation', 'question'])
    expect((await receiptOf(school, 'ewa.nowak@famille.example')).text).toContain('absence')
    await school.command('RELANCER')
    expect((await school.left({ template: 'reminder' })).map((mail) => mail.to)).not.toContain('ewa.nowak@famille.example')
  }),
)

describe('a new mail to the class, without an address of ours', () => {
  const mail = async (from: string, seed = 1) => ({ from, to: classAddress, subject: 'mon devoir', text: 'voilà', files: [await jpeg(seed)] })

  test(
    'is placed where one task is open',
    inSchool({}, async (school) => {
      await school.post()
      await school.send(await mail(zoe))
      expect(await school.pages('zoe')).toHaveLength(1)
      expect((await receiptOf(school, zoe)).text).toContain('1 page')
    }),
  )

  test(
    'is asked about where several are, and a digit places it once',
    inSchool({}, async (school) => {
      await school.post()
      await school.advance(hour)
      await school.post({ subject: 'Pythagore' })
      await school.send(await mail(zoe))
      expect(await school.pages('zoe')).toEqual([])
      const which = await school.one({ to: zoe, template: 'which-assignment' })
      expect(which.text).toMatch(/Thalès.*Pythagore|Pythagore.*Thalès/)
      const number = /(\d) : \[3B\] Pythagore/.exec(which.text)?.[1] ?? '?'
      const answer = { from: zoe, to: which.replyTo, subject: `Re: ${which.message.subject}`, inReplyTo: which.message.messageId ?? '' }
      await school.send({ ...answer, text: 'euh' })
      expect(await school.pages('zoe')).toEqual([])
      await school.send({ ...answer, text: number })
      await school.send({ ...answer, text: `${number} merci` })
      expect((await school.assignments()).at(-1)?.title).toBe('Pythagore')
      expect(await school.pages('zoe')).toHaveLength(1)
      await school.advance(2 * minute)
      expect(await school.sentTo(zoe)).toEqual(['assignment', 'assignment', 'which-assignment', 'receipt'])
    }),
  )

  test(
    'is asked about where it comes from a mailbox of two siblings',
    inSchool({}, async (school) => {
      await school.post()
      await school.send(await mail('famille.bernard@famille.example'))
      const which = await school.one({ template: 'which-assignment' })
      expect(which.to).toBe('famille.bernard@famille.example')
      const number = /(\d) : Léa/.exec(which.text)?.[1] ?? '?'
      await school.send({ from: which.to, to: which.replyTo, subject: 'Re: choix', text: number })
      expect([await school.pages('hugo'), (await school.pages('lea')).length]).toEqual([[], 1])
    }),
  )

  test(
    'answered in our thread from the roster address finds its assignment by the thread',
    inSchool({}, async (school) => {
      await school.post()
      await school.post({ subject: 'Pythagore' })
      const copy = await school.copyFor('lea', (await school.assignments())[0]?.code)
      await school.send({ ...(await mail(copy.to)), subject: `Re: ${copy.message.subject}`, inReplyTo: copy.message.messageId ?? '' })
      expect(await school.left({ template: 'which-assignment' })).toEqual([])
      const rows = await school.gateway.database.db.selectFrom('page').select(['student_id', 'assignment']).execute()
      expect(rows).toEqual([{ student_id: 'lea', assignment: (await school.assignments())[0]?.code }])
    }),
  )
})

test(
  'an answer of the whole class at once to one copy each keeps everybody apart',
  inSchool({}, async (school) => {
    await school.post()
    const mails = await Promise.all(copiesOf3b.map(async ([student, from], index) => school.replyOf(student, { from, files: [await jpeg(index)] })))
    await Promise.all(mails.map((mail) => school.hand(mail)))
    await school.settle()
    const counted = Object.fromEntries(
      await Promise.all([...new Set(copiesOf3b.map(([student]) => student))].map(async (who) => [who, (await school.pages(who)).length])),
    )
    expect(counted).toEqual({ zoe: 1, lukasz: 2, hugo: 1, lea: 1, emily: 1, yanis: 1 })
  }),
)
