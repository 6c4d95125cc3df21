/** The way out is down, slow to agree, or refuses: nothing is lost, nothing leaves twice, and the queue shows it. */
import { type Sink, startSink } from '../deliver/sink'
import { classAddress, copiesOf3b, operator, post, roster, teacher } from './people'
import { freePort, hour, inSchool, minute, type School, until } from './school'

const mail = { from: teacher, to: classAddress, ...post }
const everybody = [...copiesOf3b.map(([, address]) => address), teacher].sort()
const outgoing = async (school: School) => (await school.queue()).filter((entry) => entry.kind === 'outgoing')
const takenBy = (sink: Sink) => sink.taken.map((one) => one.to).sort()

/** Moves the clock until it is done: back-off has jitter. */
async function patiently(school: School, done: () => boolean | Promise<boolean>): Promise<void> {
  await until('the relay has everything', async () => {
    school.clock.advance(minute)
    school.gateway.wake()
    return done()
  })
}

test('a relay that is down gets every mail once, when it is back', async () => {
  const port = await freePort()
  await inSchool({ toml: `[outbound]\nurl = "smtp://127.0.0.1:${port}"` }, async (school) => {
    await school.hand(mail)
    await until(
      'all wait',
      async () => (await outgoing(school)).length === everybody.length && (await outgoing(school)).some((entry) => entry.attempts > 0 || entry.reason !== null),
    )
    expect((await outgoing(school)).every((entry) => entry.state === 'waiting')).toBe(true)
    const sink = await startSink(port)
    try {
      await patiently(school, () => sink.taken.length >= everybody.length)
      await school.settle()
      expect(takenBy(sink)).toEqual(everybody)
      expect(await outgoing(school)).toEqual([])
    } finally {
      await sink.stop()
    }
  })()
})

test('4xx for one recipient is tried again with back-off and visible; the others are not held up', async () => {
  const sink = await startSink()
  try {
    let busy = true
    sink.answer = (to) => (busy && to === 'zoe.martin@famille.example' ? { code: 450, text: '4.2.1 greylisted' } : null)
    await inSchool({ toml: `[outbound]\nurl = "${sink.url}"` }, async (school) => {
      await school.hand(mail)
      await until('the others have left', () => sink.taken.length === everybody.length - 1)
      await until('the attempt is booked', async () => ((await outgoing(school))[0]?.attempts ?? 0) >= 1)
      const [waiting, ...others] = await outgoing(school)
      expect(others).toEqual([])
      expect(waiting).toMatchObject({ state: 'waiting', attempts: 1 })
      expect(waiting?.reason).toContain('450')
      const wait = (waiting?.nextAttempt?.getTime() ?? 0) - school.clock.now().getTime()
      expect(wait).toBeGreaterThan(20_000)
      expect(wait).toBeLessThanOrEqual(minute)
      busy = false
      await patiently(school, () => sink.taken.length === everybody.length)
      await school.settle()
      expect(takenBy(sink)).toEqual(everybody)
    })()
  } finally {
    await sink.stop()
  }
})

test('5xx for one recipient is final: the next address of the household gets its copy, and the teacher is told', async () => {
  const sink = await startSink()
  try {
    sink.answer = (to) => (to === 'ewa.nowak@famille.example' ? { code: 550, text: '5.1.1 no such user' } : null)
    await inSchool({ toml: `[outbound]\nurl = "${sink.url}"` }, async (school) => {
      await school.hand(mail)
      await until('the grandmother has it', () => sink.taken.some((one) => one.to === 'maria.nowak@famille.example'))
      await until('only what failed is left', async () => (await outgoing(school)).length === 1)
      expect(await outgoing(school)).toMatchObject([{ state: 'failed' }])
      await patiently(school, () => sink.taken.filter((one) => one.to === teacher).length === 2)
      expect(takenBy(sink).filter((to) => to !== teacher)).toEqual(
        [...everybody.filter((to) => to !== teacher && to !== 'ewa.nowak@famille.example'), 'maria.nowak@famille.example'].sort(),
      )
    })()
  } finally {
    await sink.stop()
  }
})

test('a relay that refuses everybody makes nobody unreachable: all waits, and leaves once when it relents', async () => {
  const sink = await startSink()
  try {
    let refuses = true
    sink.answer = () => (refuses ? { code: 554, text: '5.7.1 relay access denied' } : null)
    const more = Array.from({ length: 8 }, (_, index) => `3b,student,p${index},Élève ${'ABCDEFGH'[index]},eleve${index}@famille.example,,,fr,,,`)
    await inSchool({ toml: `[outbound]\nurl = "${sink.url}"`, roster: `${roster}${more.join('\n')}\n` }, async (school) => {
      await school.hand(mail)
      const deliveries = async () => (await school.gateway.database.db.selectFrom('copy').select('delivery').execute()).map((copy) => copy.delivery)
      await until('many were refused', async () => (await outgoing(school)).filter((entry) => entry.reason?.startsWith('554')).length >= 10)
      school.clock.advance(hour)
      school.gateway.wake()
      expect(await deliveries()).toEqual(Array(copiesOf3b.length + more.length).fill('waiting'))
      refuses = false
      await patiently(school, () => takenBy(sink).length >= everybody.length + more.length)
      await school.settle()
      expect(takenBy(sink).filter((to) => to !== operator)).toEqual([...everybody, ...more.map((_, index) => `eleve${index}@famille.example`)].sort())
      expect(takenBy(sink)).toContain(operator)
      expect(await deliveries()).toEqual(Array(copiesOf3b.length + more.length).fill('delivered'))
    })()
  } finally {
    await sink.stop()
  }
})
