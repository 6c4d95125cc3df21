import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actSettingsOf } from '../../src/act/act-settings-of'
import { scheduleOffice, tellOffice } from '../../src/act/tell-office'
import { parseConfig } from '../../src/config/parse-config'
import { type Address, type ClassName, type PersonId, personId } from '../../src/school/people'
import { type Database, openDatabase } from '../../src/store/database'
import { claimJobs } from '../../src/store/jobs'
import { saveGuardianship, saveMembership, savePerson } from '../../src/store/people'
import type { OutgoingMail } from '../../src/text/outgoing-mail'

const now = new Date('2020-03-13T10:00:00Z')
let folder: string
let database: Database
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cartable-office-'))
  database = await openDatabase('sqlite:o.db', folder)
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

const settingsWith = (toml: string) => {
  const outcome = parseConfig({ toml, env: {}, readSecretFile: () => '' })
  if (!outcome.ok) throw new Error(outcome.faults.join('\n'))
  return actSettingsOf(outcome.config, [])
}
const student = (id: string, name: string, email: string | null) =>
  database.transaction(async (tx) => {
    await savePerson(tx, { id: personId(id), name, email: email as Address | null, language: null })
    await saveMembership(tx, { class: '3b' as ClassName, person: personId(id), role: 'student', position: 0, groups: [], subject: null })
  })
/** Runs the job that is due on Monday morning. */
async function run(settings: ReturnType<typeof settingsWith>): Promise<OutgoingMail[]> {
  await database.transaction((tx) => scheduleOffice(tx, settings, now))
  const monday = new Date('2020-03-16T06:30:00Z')
  for (const job of await database.transaction((tx) => claimJobs(tx, ['tell-office'], 5, monday, 1000))) {
    const result = await tellOffice(job, { database, settings, now: () => monday })
    if ('commit' in result) await database.transaction((tx) => result.commit(tx))
  }
  return (await database.db.selectFrom('outbox').select('mail').execute()).map((row) => JSON.parse(row.mail) as OutgoingMail)
}

test('on Monday the office is told whom no mail reaches: not those with an own address or a guardian’s', async () => {
  await student('e-1', 'Zoé Martin', 'zoe@f.example')
  await student('e-2', 'Łukasz Nowak', null)
  await student('e-3', 'Chloé Petit', null)
  await database.transaction(async (tx) => {
    await savePerson(tx, { id: 'g-1' as PersonId, name: 'Ewa', email: 'ewa@f.example' as Address, language: null })
    await saveGuardianship(tx, { guardian: 'g-1' as PersonId, student: 'e-2' as PersonId, right: 'full', household: 'g-1', position: 0 })
  })
  const mails = await run(settingsWith('office = "office@college.example"'))
  expect(mails.map((mail) => [mail.to.address, mail.template, mail.data])).toEqual([
    ['office@college.example', 'office-unreachable', { students: [{ name: 'Chloé Petit', class: '3B' }], held: 0 }],
  ])
})

test('nothing to say, or nobody to say it to: no mail', async () => {
  expect(await run(settingsWith('office = "office@college.example"'))).toEqual([])
  await student('e-3', 'Chloé Petit', null)
  expect(await run(settingsWith(''))).toEqual([])
})
