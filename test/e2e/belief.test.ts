/** Nobody acts as a teacher by a From alone: what is not proven is asked at the teacher's own mailbox. */
import type { Authentication } from '../../src/authenticate/authenticate'
import { classAddress, operator, post, teacher } from './people'
import { jpeg } from './pictures'
import { hour, inSchool, minute, type School, until } from './school'

const proof = (belief: Authentication['belief']): Authentication => ({ spf: 'none', dkim: 'none', dmarc: 'none', belief, signedAt: null })
const unproven = { authenticate: () => Promise.resolve(proof('no')) }
const mail = { from: teacher, to: classAddress, ...post }
const question = (school: School) => school.one({ to: teacher, template: 'is-it-you' })
const answer = async (school: School, text: string) => {
  const asked = await question(school)
  return { from: teacher, to: asked.replyTo, subject: `Re: ${asked.message.subject}`, text, inReplyTo: asked.message.messageId ?? '' }
}

test(
  'a post that is not proven waits for OK from the teacher’s mailbox, and is posted once',
  inSchool(unproven, async (school) => {
    await school.send(mail)
    expect(await school.assignments()).toEqual([])
    expect((await school.left()).map((one) => [one.to, one.template])).toEqual([[teacher, 'is-it-you']])
    expect(await school.mails()).toEqual([{ state: 'held', reason: 'confirmation-asked' }])
    await school.send(await answer(school, 'OK'))
    expect(await school.assignments()).toHaveLength(1)
    expect(await school.left({ template: 'assignment' })).toHaveLength(7)
    await school.send(await answer(school, 'OK merci'))
    expect(await school.assignments()).toHaveLength(1)
    expect(await school.left({ template: 'assignment' })).toHaveLength(7)
    expect((await school.queue()).filter((entry) => entry.state === 'held')).toEqual([])
  }),
)

test(
  'NON discards it and tells the operator; a later OK brings nothing back',
  inSchool(unproven, async (school) => {
    await school.send(mail)
    await school.send(await answer(school, 'NON'))
    expect((await school.mails())[0]).toEqual({ state: 'dropped', reason: 'denied-by-teacher' })
    expect(await school.sentTo(operator)).toEqual(['incident'])
    await school.send(await answer(school, 'OK'))
    expect(await school.assignments()).toEqual([])
  }),
)

test(
  'only the address in the question confirms: neither a subject nor a thread nor the sender does',
  inSchool(unproven, async (school) => {
    await school.send(mail)
    const asked = await question(school)
    const to = classAddress
    await school.send({ from: teacher, to, subject: `Re: ${asked.message.subject}`, text: 'OK' })
    await school.send({ from: teacher, to, subject: `Re: ${asked.message.subject}`, text: 'OK', inReplyTo: asked.message.messageId ?? '' })
    expect(await school.assignments()).toEqual([])
    expect((await school.mails()).map((one) => one.state)).toEqual(['held', 'held', 'held'])
  }),
)

test(
  'a teacher is asked three times a day at most; more waits in the queue',
  inSchool(unproven, async (school) => {
    for (const number of [1, 2, 3, 4, 5]) await school.send({ ...mail, subject: `Devoir ${number}` })
    expect(await school.sentTo(teacher)).toEqual(['is-it-you', 'is-it-you', 'is-it-you'])
    expect((await school.queue()).map((entry) => [entry.state, entry.reason]).sort()).toEqual([
      ['held', 'confirmation-asked'],
      ['held', 'confirmation-asked'],
      ['held', 'confirmation-asked'],
      ['held', 'too-many-confirmations'],
      ['held', 'too-many-confirmations'],
    ])
    await school.advance(24 * hour)
    await school.send({ ...mail, subject: 'Devoir de demain' })
    expect(await school.sentTo(teacher)).toHaveLength(4)
  }),
)

test('DNS that gives no answer is asked again; the teacher is not, and nothing is believed meanwhile', async () => {
  let belief: Authentication['belief'] = 'undecided'
  await inSchool({ authenticate: () => Promise.resolve(proof(belief)) }, async (school) => {
    await school.hand(mail)
    const tried = async () => (await school.queue()).find((entry) => entry.kind === 'mail')
    await until('the first attempt', async () => ((await tried())?.attempts ?? 0) >= 1)
    expect(await tried()).toMatchObject({ state: 'waiting', reason: 'dns-undecided' })
    expect((await tried())?.nextAttempt?.getTime()).toBeLessThanOrEqual(school.clock.now().getTime() + minute)
    expect(await school.left()).toEqual([])
    belief = 'yes'
    await school.advance(minute)
    expect(await school.assignments()).toHaveLength(1)
    expect(await school.left({ template: 'is-it-you' })).toEqual([])
  })()
})

test(
  'after a day without an answer of DNS the teacher is asked',
  inSchool({ authenticate: () => Promise.resolve(proof('undecided')) }, async (school) => {
    await school.hand(mail)
    await until('the first attempt', async () => ((await school.queue())[0]?.attempts ?? 0) >= 1)
    await school.advance(25 * hour)
    expect(await school.sentTo(teacher)).toEqual(['is-it-you'])
  }),
)

test('a forged command changes nothing, not even with the address of a thread of ours', async () => {
  let belief: Authentication['belief'] = 'yes'
  await inSchool({ authenticate: () => Promise.resolve(proof(belief)) }, async (school) => {
    const before = await school.post()
    belief = 'no'
    for (const text of ['ANNULER', 'REPORTER lundi 30 mars', 'CLORE']) await school.command(text)
    expect(await school.assignments()).toEqual([before])
    expect(await school.left({ template: 'change-notice' })).toEqual([])
    expect(await school.left({ template: 'is-it-you' })).toHaveLength(3)
    // A pupil's work needs no proof: the token is one.
    await school.reply('zoe', { files: [await jpeg(1)] })
    expect(await school.pages('zoe')).toHaveLength(1)
  })()
})
