import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { actSettingsOf } from '../../src/act/act-settings-of'
import { outboxSource } from '../../src/act/settle-outgoing'
import { parseConfig } from '../../src/config/parse-config'
import { silentLog } from '../../src/log'
import { className, personId } from '../../src/school/people'
import { addOutgoing } from '../../src/store/outbox'
import { saveMembership, savePerson } from '../../src/store/people'
import { onEachDatabase } from '../store/each-database'
import { cartable } from './command'
import { answerTo, mailTo, OpenSchool, photo, teacherPosts } from './small-school'

const ics = 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20200316\r\nDTEND;VALUE=DATE:20200318\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
const teacher = 'anne.lefevre@college.example'

test('at night everything is accepted and nothing reaches families; in the morning it leaves', async () => {
  const school = await OpenSchool.open('[quiet]\nhours = "20:00-07:00"\n')
  try {
    const families = async (): Promise<number> => (await school.delivered()).filter((mail) => mail.to !== teacher).length
    school.clock.set(new Date('2020-03-16T21:00:00+01:00'))
    await school.bring(teacherPosts(school.clock.now()))
    const [confirmation, ...more] = await school.delivered()
    expect(more).toEqual([])
    expect(confirmation?.to).toBe(teacher)
    expect(confirmation?.message.text).toMatch(/partira\smardi\s17\smars,\s7\sh/)
    school.clock.set(new Date('2020-03-17T07:00:00+01:00'))
    await school.settle()
    expect(await families()).toBe(4)
    school.clock.set(new Date('2020-03-17T22:00:00+01:00'))
    const copy = mailTo(await school.delivered(), 'zoe.martinot@famille.example')
    await school.bring(answerTo(copy, 'Voici.', school.clock.now(), [{ name: 'p.jpg', mediaType: 'image/jpeg', content: await photo('defocused.jpg') }]), {
      ...answerTo(copy, 'Aide', school.clock.now()),
      subject: 'Aide',
    })
    school.clock.set(new Date('2020-03-18T06:59:00+01:00'))
    await school.settle()
    expect(await families()).toBe(4)
    school.clock.set(new Date('2020-03-18T07:00:00+01:00'))
    await school.settle()
    expect(await families()).toBeGreaterThan(4)
  } finally {
    await rm((await school.close()).folder, { recursive: true, force: true })
  }
}, 60_000)

onEachDatabase('what was ready by day and could not leave then', (database) => {
  test('waits for the morning where families read it, and leaves at once for teachers and the office', async () => {
    const outcome = parseConfig({ toml: '[quiet]\nhours = "20:00-07:00"', env: {}, readSecretFile: () => '' })
    if (!outcome.ok) throw new Error(outcome.faults.join())
    const [ready, night, morning] = ['2020-03-16T19:59:00+01:00', '2020-03-16T21:00:00+01:00', '2020-03-17T07:00:00+01:00'].map((text) => new Date(text))
    if (!ready || !night || !morning) throw new Error('three times')
    const source = outboxSource(database(), actSettingsOf(outcome.config, []), () => night, silentLog)
    const rows = [
      ['receipt', 'e-1'],
      ['digest', 't-1'],
      ['refused', 'e-1'],
      ['refused', null],
      ['refused', 't-1'],
      ['bundle', 't-1'],
      ['incident', null],
    ] as const
    await database().transaction(async (tx) => {
      await savePerson(tx, { id: personId('t-1'), name: 'Anne', email: null, language: null })
      await saveMembership(tx, { class: className('3b'), person: personId('t-1'), role: 'teacher', position: 0, groups: [], subject: null })
      for (const [index, [template, person]] of rows.entries()) {
        const about = { template, person, mail: '{}', token: null, assignment: null, student: null, sendAt: ready }
        await addOutgoing(tx, { id: `o${index}`, cause: `c${index}`, messageId: `<${index}@x>`, ...about }, ready)
      }
    })
    expect((await source.claim(20, night)).map((row) => row.id)).toEqual(['o4', 'o5', 'o6'])
    expect(await source.nextDueAt()).toEqual(morning)
    expect((await source.claim(20, morning)).map((row) => row.id)).toEqual(['o0', 'o1', 'o2', 'o3'])
  })
})

test('holidays come from the calendar beside the configuration', async () => {
  const school = await OpenSchool.open('[quiet]\ncalendar = "vacances.ics"\n', { 'vacances.ics': ics })
  try {
    await school.bring(teacherPosts(school.clock.now()))
    expect((await school.delivered()).map((mail) => mail.to)).toEqual([teacher])
    expect((await school.delivered())[0]?.message.text).toMatch(/partira\smercredi\s18\smars,\s0\sh/)
  } finally {
    await rm((await school.close()).folder, { recursive: true, force: true })
  }
}, 60_000)

test('a calendar that cannot be read, or says something else, is a fault of the configuration', async () => {
  const school = await OpenSchool.open()
  const { folder } = await school.close()
  try {
    await writeFile(join(folder, 'cartable.toml'), '[quiet]\ncalendar = "nowhere.ics"\n')
    expect(await cartable(folder, 'roster', 'list')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^cartable: .*\[quiet\] calendar: .*nowhere\.ics cannot be read \(ENOENT\): .*\n$/) as string,
    })
    await writeFile(join(folder, 'nowhere.ics'), ics.replace('END:VEVENT', 'RRULE:FREQ=YEARLY\r\nEND:VEVENT'))
    expect(await cartable(folder, 'roster', 'list')).toMatchObject({ code: 2, err: expect.stringMatching(/nowhere\.ics:5: repeats/) as string })
    await writeFile(join(folder, 'cartable.toml'), '[quiet]\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n')
    expect(await cartable(folder, 'roster', 'list')).toMatchObject({ code: 2, err: expect.stringMatching(/all seven days/) as string })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
