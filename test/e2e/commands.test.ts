/** Every word a teacher or a family may answer with: its effect, its answer, and that it never reaches the class. */
import { copiesOf3b, roster, teacher } from './people'
import { jpeg } from './pictures'
import { inSchool, minute, type School } from './school'

const zoe = 'zoe.martin@famille.example'
const yanis = 'yanis.moreau@famille.example'
const english = roster.replace('Mathématiques,,fr', 'Mathématiques,,en')
const languages = [
  {
    language: 'French',
    roster,
    status: 'ÉTAT',
    bundle: 'Copies svp',
    extend: 'REPORTER lundi 23 mars à 18h',
    extendOne: 'Reporter mardi 24 mars POUR Zoé',
    close: 'clore',
    reopen: 'ROUVRIR',
    remind: 'RELANCER',
    remindOne: 'RELANCER Yanis',
    cancel: 'ANNULER',
    help: 'AIDE',
    unavailable: 'DISPENSER Zoé',
    said: { due: 'lundi 23 mars', one: 'mardi 24 mars' },
  },
  {
    language: 'English',
    roster: english,
    status: 'STATUS',
    bundle: 'Copies please',
    extend: 'EXTEND Monday 23 March 18:00',
    extendOne: 'Extend Tuesday 24 March FOR Zoé',
    close: 'close',
    reopen: 'REOPEN',
    remind: 'REMIND',
    remindOne: 'REMIND Yanis',
    cancel: 'CANCEL',
    help: 'HELP',
    unavailable: 'EXCUSE Zoé',
    said: { due: 'Monday 23 March', one: 'Tuesday 24 March' },
  },
]

/** What went to the class since the copies. */
const toClass = async (school: School) =>
  (await school.left()).filter((mail) => copiesOf3b.some(([, address]) => address === mail.to) && mail.template !== 'assignment')
const answers = async (school: School) => (await school.sentTo(teacher)).slice(1)
const lastTo = async (school: School, to: string) => {
  const mail = (await school.left({ to })).at(-1)
  if (!mail) throw new Error('no mail')
  return mail
}

describe.each(languages)('in $language', (words) => {
  test(
    'status, help and an early bundle are answered to the teacher alone',
    inSchool({ roster: words.roster }, async (school) => {
      await school.post()
      await school.reply('zoe', { files: [await jpeg(1)] })
      await school.command(words.status)
      expect((await lastTo(school, teacher)).text).toMatch(/Zoé Martin.*Yanis Moreau/)
      await school.command(words.help)
      await school.command(words.bundle)
      expect(await answers(school)).toEqual(['status', 'help', 'bundle'])
      expect(await toClass(school)).toEqual([])
    }),
  )

  test(
    'a new date goes to all, or to one; each says what it was',
    inSchool({ roster: words.roster }, async (school) => {
      await school.post()
      await school.command(words.extend)
      expect((await school.assignments())[0]?.dueAt?.toISOString()).toBe('2020-03-23T17:00:00.000Z')
      expect((await toClass(school)).map((mail) => mail.template)).toEqual(Array(copiesOf3b.length).fill('change-notice'))
      expect((await lastTo(school, teacher)).text).toContain(words.said.due)
      await school.command(words.extendOne)
      expect((await school.assignments())[0]?.dueAt?.toISOString()).toBe('2020-03-23T17:00:00.000Z')
      expect(await toClass(school)).toHaveLength(copiesOf3b.length + 1)
      expect(await lastTo(school, zoe)).toMatchObject({ template: 'change-notice', text: expect.stringContaining('mardi 24 mars') as string })
      expect(await lastTo(school, teacher)).toMatchObject({ template: 'done', text: expect.stringContaining(words.said.one) as string })
      // Zoé's own date decides for her, the class's for the others.
      await school.goTo('2020-03-24T08:00:00+01:00')
      expect(await school.left({ template: 'bundle' })).toHaveLength(1)
      await school.reply('zoe', { files: [await jpeg(1)] })
      await school.reply('yanis', { files: [await jpeg(2)] })
      await school.advance(2 * minute)
      expect((await school.one({ to: zoe, template: 'receipt' })).text).not.toContain('En retard')
      expect((await school.one({ to: yanis, template: 'receipt' })).text).toContain('En retard')
    }),
  )

  test(
    'closing sends the bundle at once, opening takes work again',
    inSchool({ roster: words.roster }, async (school) => {
      await school.post()
      await school.command(words.close)
      expect((await school.assignments())[0]?.state).toBe('closed')
      expect((await answers(school)).sort()).toEqual(['bundle', 'done'])
      await school.command(words.reopen)
      expect((await school.assignments())[0]?.state).toBe('open')
      expect((await lastTo(school, teacher)).template).toBe('done')
      expect(await toClass(school)).toEqual([])
      await school.goTo('2020-03-20T18:16:00+01:00')
      expect(await school.left({ template: 'bundle' })).toHaveLength(1)
    }),
  )

  test(
    'a reminder goes to those without work or question, or to whom it names',
    inSchool({ roster: words.roster }, async (school) => {
      await school.post()
      await school.reply('zoe', { files: [await jpeg(1)] })
      await school.reply('emily', { text: 'I do not understand exercise 4, can you help?' })
      await school.command(words.remindOne)
      expect((await school.left({ template: 'reminder' })).map((mail) => mail.to)).toEqual([yanis])
      await school.command(words.remind)
      expect(
        (await school.left({ template: 'reminder' }))
          .slice(1)
          .map((mail) => mail.to)
          .sort(),
      ).toEqual(['ewa.nowak@famille.example', 'jan.nowak@ailleurs.example', 'famille.bernard@famille.example', 'famille.bernard@famille.example', yanis].sort())
      expect((await lastTo(school, teacher)).template).toBe('done')
    }),
  )

  test(
    'cancelling within the pause sends nothing; afterwards everybody who has a copy is told',
    inSchool({ roster: words.roster, toml: '[post]\nundo = "10m"' }, async (school) => {
      await school.post()
      await school.command(words.cancel)
      await school.advance(11 * minute)
      expect((await school.assignments())[0]?.state).toBe('cancelled')
      expect((await school.left()).map((mail) => mail.template)).toEqual(['confirmation', 'done'])
      await school.post({ subject: 'Pythagore' })
      await school.advance(11 * minute)
      expect(await school.left({ template: 'assignment' })).toHaveLength(copiesOf3b.length)
      await school.command(words.cancel)
      expect((await toClass(school)).map((mail) => mail.template)).toEqual(Array(copiesOf3b.length).fill('change-notice'))
      await school.goTo('2020-03-20T18:16:00+01:00')
      expect(await school.left({ template: 'bundle' })).toEqual([])
    }),
  )

  test(
    'what is not a command, not understood or not to be had is answered honestly, and never reaches the class',
    inSchool({ roster: words.roster }, async (school) => {
      await school.post()
      const texts = [words.unavailable, 'Au fait, l’exercice 5 est facultatif.', `${words.extend.split(' ')[0]} la semaine des quatre jeudis`, '']
      for (const [index, text] of texts.entries()) {
        await school.command(text)
        expect([text, await answers(school)]).toEqual([text, Array(index + 1).fill('refused')])
      }
      expect(await toClass(school)).toEqual([])
      expect(await school.assignments()).toHaveLength(1)
    }),
  )
})

test(
  'a command sent to the class address itself is taken for the one open assignment, and asked about where there are two',
  inSchool({}, async (school) => {
    await school.post()
    await school.send({ from: teacher, to: '3b@devoirs.tilleuls.example', subject: 'ÉTAT' })
    expect(await answers(school)).toEqual(['status'])
    await school.send({ from: teacher, to: '3b@devoirs.tilleuls.example', subject: 'ANNULER (2222)' })
    expect([(await school.assignments())[0]?.state, (await lastTo(school, teacher)).template]).toEqual(['open', 'refused'])
    await school.post({ subject: 'Pythagore' })
    await school.send({ from: teacher, to: '3b@devoirs.tilleuls.example', subject: 'RELANCER' })
    expect((await lastTo(school, teacher)).template).toBe('refused')
    expect(await toClass(school)).toEqual([])
    const [, second] = await school.assignments()
    await school.send({ from: teacher, to: '3b@devoirs.tilleuls.example', subject: `ÉTAT (${second?.code ?? ''})` })
    expect(await lastTo(school, teacher)).toMatchObject({ template: 'status', text: expect.stringContaining('Zoé') as string })
  }),
)

test(
  'families may ask for their state, the task again, a receipt at once, and help',
  inSchool({}, async (school) => {
    await school.post()
    await school.reply('zoe', { text: 'ÉTAT' })
    expect((await lastTo(school, zoe)).text).not.toContain('Yanis')
    await school.reply('zoe', { text: 'RENVOYER LE SUJET' })
    await school.reply('zoe', { text: 'AIDE' })
    expect(await school.sentTo(zoe)).toEqual(['assignment', 'status', 'assignment', 'help'])
    await school.reply('zoe', { files: [await jpeg(1)] })
    await school.reply('zoe', { text: 'FINI' })
    expect(await school.sentTo(zoe)).toEqual(['assignment', 'status', 'assignment', 'help', 'receipt'])
    await school.advance(5 * minute)
    expect(await school.sentTo(zoe)).toHaveLength(5)
    await school.reply('emily', { text: 'SEND AGAIN' })
    expect(await school.sentTo('emily@clarke.example')).toEqual(['assignment', 'assignment'])
    expect(await answers(school)).toEqual([])
  }),
)
